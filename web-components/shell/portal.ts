import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import { type Client, createClient, practiceOf, Refusal } from '../client.ts'
import { chooseLanguage, rememberLanguage, showLanguage } from '../i18n/languages.ts'
import { loadPatientWords } from '../i18n/patient-words.ts'
import type { PatientWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import { offlineBar, watchConnection } from '../ui/connection.ts'
import frame from '../ui/frame.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { sheets } from '../ui/sheets.ts'
import portalCss from './portal.css?inline'
import {
  footer,
  notOpen,
  type Parting,
  portalPage,
  topbar,
  type Trouble,
  troubleNotice,
} from './portal-parts.ts'
import { followedLink, pageFor, portalBase, readRoute, type Route } from './route.ts'
import { SessionWatch, type Warning } from './session-watch.ts'
import './still-there.ts'

const PAGES: Record<Exclude<Route, 'unknown'>, () => Promise<unknown>> = {
  home: () => import('../profile/home.ts'),
  activate: () => import('../credentials/activate.ts'),
  'sign-in': () => import('../accounts/sign-in.ts'),
  change: () => import('../credentials/change.ts'),
}

/**
 * The patient's app: knows the practice, the language, the page and whether somebody is signed in; each page
 * is an element of its own, fetched when first needed.
 */
@customElement('portico-portal')
export class PorticoPortal extends LitElement {
  static override styles = sheets(base, button, noticeCss, frame, portalCss)

  @state() private practice: PracticeView | null = null
  @state() private words: PatientWords | null = null
  @state() private route: Route | null = null
  @state() private session: SessionView | null = null
  @state() private parting: Parting = null
  /** Why there is nothing to show at all. */
  @state() private refusal: Refusal | null = null
  @state() private trouble: Trouble | null = null
  @state() private warning: Warning | null = null
  /** True while nobody knows whether the record may still be seen. */
  @state() private veiled = false
  private slug = ''
  private client!: Client
  private watch!: SessionWatch
  private leaving = new AbortController()
  private isSigningOut = false
  /** False until it is known whether somebody is signed in. */
  private knowsSession = false
  /** False once the reader has moved inside the app: from then on a new page takes focus. */
  private arriving = true

  override connectedCallback(): void {
    super.connectedCallback()
    this.slug = practiceOf(location)
    this.client = createClient(this.slug)
    this.watch = new SessionWatch(this.client, this.slug, {
      told: (session) => void this.hear(session),
      warned: (warning) => (this.warning = warning),
      veiled: (hidden) => (this.veiled = hidden),
      ended: this.end,
    })
    this.leaving = new AbortController()
    const { signal } = this.leaving
    window.addEventListener('popstate', () => void this.enter(), { signal })
    watchConnection(() => this.requestUpdate(), signal)
    void this.open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.leaving.abort()
    this.watch.stop()
  }

  override render() {
    const { words, practice, trouble } = this
    if (!words) return nothing
    if (!practice) return this.refusal ? notOpen(words, this.refusal, this.open) : nothing
    const portal = portalBase(this.slug)
    const signedIn = this.route === 'home'
    return html`<div
      @click=${this.follow}
      @portico-signed-in=${this.welcome}
      @portico-session-ended=${this.forget}
      @portico-session-changed=${() => this.watch.look()}
      @portico-left=${this.signOut}
    >
      ${offlineBar(words)} ${signedIn ? topbar(words, practice, portal, this.signOut) : nothing}
      <main class=${signedIn ? 'page' : ''} ?hidden=${this.veiled}>
        ${trouble ? troubleNotice(words, trouble) : nothing}
        ${portalPage({ ...this.pageView(), words, practice, portal })}
      </main>
      ${footer(words, practice, signedIn ? 'page help-line' : 'help-line centred', this.speak)}
      <portico-still-there
        .words=${words}
        .warning=${this.warning}
        .now=${this.client.now}
        .stay=${this.watch.stay}
      ></portico-still-there>
    </div>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed)
    if (this.words) showLanguage(this.words.language)
  }

  private pageView() {
    const { route, client, session, arriving, parting } = this
    return { route, client, session, arriving, parting }
  }

  /** Practice and session in one wave, then the page that the address names. */
  private readonly open = async () => {
    this.refusal = null
    try {
      const [practice] = await Promise.all([this.client.readPractice(), this.findSession(this.wanted())])
      this.words = await loadPatientWords(chooseLanguage(practice.languages), practice.timeZone)
      this.practice = practice
      await this.enter()
    } catch (error) {
      this.words ??= await loadPatientWords(chooseLanguage(['en', 'es']), 'UTC')
      this.refusal = error instanceof Refusal ? error : new Refusal('offline')
    }
  }

  /** Only the pages that depend on it ask who is signed in: a letter may be used on anybody's computer. */
  private async findSession(wanted: Route): Promise<void> {
    if (this.knowsSession || wanted === 'activate') return
    try {
      this.keepSession(await this.client.readSession())
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'signed-out')) throw error
    }
    this.knowsSession = true
  }

  private readonly wanted = () => readRoute(location.pathname, this.slug)

  private async enter(): Promise<void> {
    this.trouble = null
    try {
      await this.findSession(this.wanted())
      const route = this.pageFor()
      if (route !== this.wanted()) history.replaceState(null, '', this.addressOf(route))
      if (route !== 'unknown') await PAGES[route]()
      // Whoever was signed out meanwhile is on another page already.
      if (route === this.pageFor()) await this.show(route)
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('offline')
      // A browser may remember that a file did not come: only a new page asks for it again.
      this.trouble = { refusal, signingOut: false, again: () => location.reload() }
    }
  }

  private readonly pageFor = (): Route => pageFor(this.wanted(), this.session)

  private async show(route: Route): Promise<void> {
    if (route !== 'sign-in') this.parting = null
    this.route = route
    await this.updateComplete
    window.scrollTo(0, 0)
  }

  private addressOf(route: Route): string {
    return portalBase(this.slug) + (route === 'home' ? '' : route)
  }

  private goTo(address: string): void {
    this.arriving = false
    history.pushState(null, '', address)
    void this.enter()
  }

  private readonly follow = (event: MouseEvent) => {
    const link = followedLink(event, this.slug)
    if (!link) return
    event.preventDefault()
    this.goTo(link.pathname)
  }

  /** A page signed somebody in. Sign-in goes on at once; the others first say what was set up. */
  private readonly welcome = (event: CustomEvent<SessionView>) => {
    this.keepSession(event.detail)
    if (this.route === 'sign-in') this.goTo(portalBase(this.slug))
  }

  private keepSession(session: SessionView): void {
    this.knowsSession = true
    this.session = session
    this.parting = null
    this.watch.start(session)
    // The page that takes the record's place must be there, should the network be gone by then.
    void PAGES['sign-in']().catch(() => {})
  }

  /** Another tab has signed in somebody else, or chosen the new password: not one line of the former page stays. */
  private readonly hear = async (session: SessionView) => {
    this.session = session
    this.route = null
    await this.updateComplete
    void this.enter()
  }

  private readonly end = (due: boolean) => {
    if (!due) this.leave('signed-out')
    else this.leave(this.session?.restricted ? 'waited' : 'ended')
  }

  /** The service no longer knows the session; `detail` = a new password may have been saved by a lost answer. */
  private readonly forget = (event: CustomEvent<boolean | undefined>) => {
    if (this.session?.restricted) this.leave(event.detail ? 'unsure' : 'waited')
    else this.end(this.watch.isOver())
  }

  private readonly signOut = async () => {
    if (this.isSigningOut) return
    this.isSigningOut = true
    try {
      await this.client.signOut().catch(unlessSignedOut)
      this.watch.tellOthers()
      this.leave('signed-out')
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('offline')
      this.trouble = { refusal, signingOut: true, again: () => void this.signOut() }
    } finally {
      this.isSigningOut = false
    }
  }

  /** Takes everything about the patient off the page at once; Back finds the sign-in page, not the record. */
  private leave(parting: Parting): void {
    this.watch.stop()
    this.session = null
    this.warning = null
    this.veiled = false
    this.arriving = false
    this.parting = parting
    this.route = 'sign-in'
    history.replaceState(null, '', this.addressOf('sign-in'))
    void this.enter()
  }

  private readonly speak = async (language: Language) => {
    if (!this.practice) return
    try {
      this.words = await loadPatientWords(language, this.practice.timeZone)
      rememberLanguage(language)
      this.trouble = null
    } catch {
      this.trouble = {
        refusal: new Refusal('offline'),
        signingOut: false,
        again: () => void this.speak(language),
      }
    }
  }
}

function unlessSignedOut(error: unknown): void {
  if (!(error instanceof Refusal && error.code === 'signed-out')) throw error
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-portal': PorticoPortal
  }
}
