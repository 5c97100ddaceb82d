import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import { type Client, createClient, practiceOf, Refusal } from '../client.ts'
import {
  chooseLanguage,
  loadWords,
  otherLanguage,
  rememberLanguage,
  showLanguage,
} from '../i18n/languages.ts'
import { patientRefusal } from '../i18n/patient-refusals.ts'
import type { Words } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import { offlineBar, watchConnection } from '../ui/connection.ts'
import frame from '../ui/frame.css?inline'
import { phoneIcon } from '../ui/icons.ts'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { brand, callUs } from '../ui/practice-parts.ts'
import { sheets } from '../ui/sheets.ts'
import { followedLink, portalBase, readRoute, type Route } from './route.ts'
import { watchSession } from './session-watch.ts'

/** Why the sign-in page opens with a word of its own. */
export type Parting = 'ended' | 'signed-out' | null

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
  static override styles = sheets(base, button, noticeCss, frame)

  @state() private practice: PracticeView | null = null
  @state() private words: Words | null = null
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
    if (!practice) return html`<main class="page">${this.renderRefusal(words)}</main>`
    const signedIn = this.route === 'home'
    return html`<div
      @click=${this.follow}
      @portico-signed-in=${this.welcome}
      @portico-session-ended=${this.endSession}
    >
      ${offlineBar(words)} ${signedIn ? this.renderTopbar(words, practice) : nothing}
      <main class=${signedIn ? 'page' : ''}>
        ${this.renderRefusal(words)}${this.renderPage(words, practice)}
      </main>
      <footer class=${signedIn ? 'page help-line' : 'help-line centred'}>
        <p>${phoneIcon()} <span>${callUs(words, practice)} ${words.msg('help.emergency')}</span></p>
        ${this.renderLanguage(words, practice)}
      </footer>
    </div>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed)
    if (this.words) showLanguage(this.words.language)
  }

  private renderTopbar(words: Words, practice: PracticeView) {
    return html`<header class="topbar">
      <div class="in">
        <a class="home" href=${portalBase(this.slug)}>${brand(practice.name)}</a>
        <button class="button quiet push" type="button" @click=${this.signOut}>
          ${words.msg('home.signOut')}
        </button>
      </div>
    </header>`
  }

  private renderPage(words: Words, practice: PracticeView) {
    const portal = portalBase(this.slug)
    const { client, arriving } = this
    if (this.route === 'home')
      return html`<portico-home
        .client=${client}
        .words=${words}
        .practice=${practice}
        .arriving=${arriving}
      ></portico-home>`
    if (this.route === 'activate')
      return html`<portico-activate
        .client=${client}
        .words=${words}
        .practice=${practice}
        .arriving=${arriving}
        .portal=${portal}
      ></portico-activate>`
    if (this.route === 'sign-in')
      return html`<portico-sign-in
        .client=${client}
        .words=${words}
        .practice=${practice}
        .arriving=${arriving}
        .portal=${portal}
        .parting=${this.parting}
      ></portico-sign-in>`
    return html`<section class="page stack">
      <h1>${words.msg('unknown.title')}</h1>
      <p><a href=${portal}>${words.msg('unknown.home')}</a></p>
    </section>`
  }

  private renderRefusal(words: Words) {
    if (!this.refusal) return nothing
    const again = this.practice ? this.signOut : this.open
    const actions =
      this.refusal.code === 'not-found'
        ? nothing
        : html`<button class="button" type="button" @click=${again}>${words.msg('app.tryAgain')}</button>`
    return notice({ mood: 'bad', ...this.refusalWords(words, this.refusal), actions })
  }

  private refusalWords(words: Words, refusal: Refusal) {
    if (refusal.code === 'not-found')
      return { title: words.msg('unknown.practice'), text: words.msg('unknown.practiceText') }
    return this.practice
      ? { ...patientRefusal(words, refusal), title: words.msg('home.stillSignedIn') }
      : patientRefusal(words, refusal)
  }

  private renderLanguage(words: Words, practice: PracticeView) {
    const other = otherLanguage(words.language, practice.languages)
    if (!other) return nothing
    return html`<p>
      <button class="button quiet" type="button" lang=${other} @click=${() => this.speak(other)}>
        ${words.msg('app.otherLanguage')}
      </button>
    </p>`
  }

  /** Practice and session in one wave, then the page that the address names. */
  private readonly open = async () => {
    this.refusal = null
    try {
      const [practice, session] = await Promise.all([this.client.readPractice(), this.findSession()])
      this.words = await loadWords(chooseLanguage(practice.languages), practice.timeZone)
      this.practice = practice
      if (session) this.keepSession(session)
      await this.enter()
    } catch (error) {
      this.words ??= await loadWords(chooseLanguage(['en', 'es']), 'UTC')
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

  private async speak(language: Language): Promise<void> {
    if (!this.practice) return
    rememberLanguage(language)
    this.words = await loadWords(language, this.practice.timeZone)
  }
}

/** Home needs somebody signed in; who is signed in needs no sign-in page. */
function pageFor(wanted: Route, signedIn: boolean): Route {
  if (wanted === 'home' && !signedIn) return 'sign-in'
  if (wanted === 'sign-in' && signedIn) return 'home'
  return wanted
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
