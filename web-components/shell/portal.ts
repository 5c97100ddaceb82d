import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import { type Client, createClient, practiceOf, Refusal } from '../client.ts'
import { chooseLanguage, rememberLanguage, showLanguage } from '../i18n/languages.ts'
import { patientRefusal } from '../i18n/patient-refusals.ts'
import { loadPatientWords } from '../i18n/patient-words.ts'
import type { PatientWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import { offlineBar, watchConnection } from '../ui/connection.ts'
import frame from '../ui/frame.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import portalCss from './portal.css?inline'
import { footer, notOpen, type Parting, portalPage, topbar } from './portal-parts.ts'
import { followedLink, pageFor, portalBase, readRoute, type Route } from './route.ts'
import { watchSession } from './session-watch.ts'

const PAGES: Record<Exclude<Route, 'unknown'>, () => Promise<unknown>> = {
  home: () => import('../profile/home.ts'),
  activate: () => import('../credentials/activate.ts'),
  'sign-in': () => import('../accounts/sign-in.ts'),
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
  @state() private route: Route = 'sign-in'
  @state() private session: SessionView | null = null
  @state() private parting: Parting = null
  @state() private refusal: Refusal | null = null
  private slug = ''
  private client!: Client
  private leaving = new AbortController()
  private stopWatching: () => void = () => {}
  /** False once the reader has moved inside the app: from then on a new page takes focus. */
  private arriving = true

  override connectedCallback(): void {
    super.connectedCallback()
    this.slug = practiceOf(location)
    this.client = createClient(this.slug)
    this.leaving = new AbortController()
    const { signal } = this.leaving
    window.addEventListener('popstate', () => void this.enter(), { signal })
    window.addEventListener('pageshow', reloadIfKept, { signal })
    watchConnection(() => this.requestUpdate(), signal)
    void this.open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.leaving.abort()
    this.stopWatching()
  }

  override render() {
    const { words, practice } = this
    if (!words) return nothing
    if (!practice) return this.refusal ? notOpen(words, this.refusal, this.open) : nothing
    const portal = portalBase(this.slug)
    const signedIn = this.route === 'home'
    return html`<div
      @click=${this.follow}
      @portico-signed-in=${this.welcome}
      @portico-session-ended=${this.endSession}
    >
      ${offlineBar(words)} ${signedIn ? topbar(words, practice, portal, this.signOut) : nothing}
      <main class=${signedIn ? 'page' : ''}>
        ${this.renderRefusal(words)}${portalPage({ ...this.pageView(), words, practice, portal })}
      </main>
      ${footer(words, practice, signedIn ? 'page help-line' : 'help-line centred', this.speak)}
    </div>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed)
    if (this.words) showLanguage(this.words.language)
  }

  private pageView() {
    const { route, client, arriving, parting } = this
    return { route, client, arriving, parting }
  }

  /** A sign-out that did not arrive. */
  private renderRefusal(words: PatientWords) {
    if (!this.refusal) return nothing
    const { text } = patientRefusal(words, this.refusal)
    const actions = html`<button class="button" type="button" @click=${this.signOut}>
      ${words.msg('app.tryAgain')}
    </button>`
    return notice({ mood: 'bad', title: words.msg('home.stillSignedIn'), text, actions })
  }

  /** Practice and session in one wave, then the page that the address names. */
  private readonly open = async () => {
    this.refusal = null
    try {
      const [practice, session] = await Promise.all([this.client.readPractice(), this.findSession()])
      this.words = await loadPatientWords(chooseLanguage(practice.languages), practice.timeZone)
      this.practice = practice
      if (session) this.keepSession(session)
      await this.enter()
    } catch (error) {
      this.words ??= await loadPatientWords(chooseLanguage(['en', 'es']), 'UTC')
      this.refusal = error instanceof Refusal ? error : new Refusal('offline')
    }
  }

  /** Only the pages that depend on it ask who is signed in: a letter may be used on anybody's computer. */
  private async findSession(): Promise<SessionView | null> {
    if (readRoute(location.pathname, this.slug) === 'activate') return null
    return this.client.readSession().catch((error: unknown) => {
      if (error instanceof Refusal && error.code === 'signed-out') return null
      throw error
    })
  }

  private async enter(): Promise<void> {
    const wanted = readRoute(location.pathname, this.slug)
    const route = pageFor(wanted, this.session !== null)
    if (route !== wanted) history.replaceState(null, '', this.addressOf(route))
    if (route !== 'unknown') await PAGES[route]()
    if (route !== 'sign-in') this.parting = null
    this.refusal = null
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

  /** A page signed somebody in. Sign-in goes home at once; activation first says what was set up. */
  private readonly welcome = (event: CustomEvent<SessionView>) => {
    this.keepSession(event.detail)
    if (this.route === 'sign-in') this.goTo(portalBase(this.slug))
  }

  private keepSession(session: SessionView): void {
    this.stopWatching()
    this.session = session
    this.parting = null
    this.stopWatching = watchSession(this.client, session, this.endSession)
  }

  private readonly endSession = () => this.leave('ended')

  private readonly signOut = async () => {
    try {
      await this.client.signOut()
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'signed-out')) {
        this.refusal = error instanceof Refusal ? error : new Refusal('offline')
        return
      }
    }
    this.leave('signed-out')
  }

  /** Takes everything about the patient off the page; Back finds the sign-in page, not the record. */
  private leave(parting: Parting): void {
    this.stopWatching()
    this.session = null
    this.arriving = false
    history.replaceState(null, '', this.addressOf('sign-in'))
    this.parting = parting
    void this.enter()
  }

  private readonly speak = async (language: Language) => {
    if (!this.practice) return
    rememberLanguage(language)
    this.words = await loadPatientWords(language, this.practice.timeZone)
  }
}

/** A page that the browser kept in memory could show a record after sign-out: fetch it anew. */
function reloadIfKept(event: PageTransitionEvent): void {
  if (event.persisted) location.reload()
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-portal': PorticoPortal
  }
}
