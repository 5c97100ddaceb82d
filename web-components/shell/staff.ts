import { html, LitElement, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import type { LaunchView } from '../../src/staff/schema.ts'
import '../access/access-card.ts'
import { patientBanner } from '../access/patient-banner.ts'
import { type CardClient, type Client, createClient, practiceOf, Refusal, toRefusal } from '../client.ts'
import { chooseLanguage, rememberLanguage, showLanguage } from '../i18n/languages.ts'
import { launchRefusal } from '../i18n/launch-refusals.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import { loadStaffWords } from '../i18n/staff-words.ts'
import type { StaffWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import { offlineBar, watchConnection } from '../ui/connection.ts'
import frame from '../ui/frame.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { brand } from '../ui/practice-parts.ts'
import { sheets } from '../ui/sheets.ts'
import type { EmrPage } from './emr-page.ts'
import { framedLaunch } from './framed-launch.ts'
import type { StaffPages } from './staff-pages.ts'
import { languageButton, person, withoutRole } from './staff-parts.ts'
import { hasPages, launchOf, staffBase } from './staff-address.ts'
import staffCss from './staff.css?inline'
import { wearStyle } from './wear-style.ts'

/**
 * The staff app in one patient's context. The launch in the address decides whose; every request names it, so
 * that two tabs with two patients never mix. The card is here at once; the administrators' pages are fetched for those
 * who may open them.
 */
@customElement('portico-staff')
export class PorticoStaff extends LitElement {
  static override styles = sheets(base, button, noticeCss, frame, staffCss)

  @state() practice: PracticeView | null = null
  @state() launch: LaunchView | null = null
  @state() private words: StaffWords | null = null
  @state() refusal: Refusal | null = null
  @state() private signedOut = false
  /** The EMR's page around us, where it speaks with apps. */
  @state() private emr: EmrPage | null = null
  /** Null for who sees only the card. */
  private pages: StaffPages | null = null
  client!: Client
  private card: { launch: string; client: CardClient } | null = null
  /** What ends the launch first, where cookies did not. */
  private finish: (() => Promise<void>) | null = null
  /** The EMR's look is asked for once. */
  private worn: Promise<void> | null = null
  private leaving = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    this.client = createClient(practiceOf(location))
    this.finish = framedLaunch(this.client)
    this.leaving = new AbortController()
    this.pages = null
    this.emr = null
    watchConnection(() => this.requestUpdate(), this.leaving.signal)
    void this.open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.leaving.abort()
  }

  override render() {
    const { words, practice, launch, pages } = this
    if (!words) return nothing
    const here = this.signedOut ? null : launch
    return html`${offlineBar(words)}
      <header class="topbar">
        <div class="in">
          ${brand(practice?.name ?? words.msg('staff.title'))} ${here && pages ? pages.nav(here) : nothing}
          <div class="push tools">
            ${here ? person(words, here) : nothing}
            ${languageButton(words, practice?.languages ?? [], (language) => void this.speak(language))}
            ${(here && this.emr?.button(words)) || nothing}
            ${here ? this.renderButton(words.msg('app.signOut'), 'quiet', () => void this.signOut()) : nothing}
          </div>
        </div>
      </header>
      <main class="page">${this.renderMain(words)}</main>`
  }

  protected override updated(): void {
    if (!this.words) return
    showLanguage(this.words.language)
    const page = (!this.signedOut && this.pages?.title()) || this.words.msg('staff.title')
    document.title = [page, this.practice?.name].filter(Boolean).join(' · ')
  }

  private renderMain(words: StaffWords) {
    const { launch, refusal, pages, signedOut } = this
    const heading = html`<h1 class="hidden-visually" tabindex="-1">${words.msg('staff.title')}</h1>`
    if (signedOut)
      return html`${heading}${notice({ mood: 'good', title: words.msg('staff.signedOut'), text: words.msg('staff.signedOutText') })}`
    const said = refusal ? this.renderRefusal(words, refusal) : (this.emr?.notice(words) ?? nothing)
    if (!this.practice || !launch) return html`${heading}${said}`
    const page = pages?.main(launch, this.practice)
    return page
      ? html`${said}${page}`
      : html`${heading}${said}${withoutRole(words, launch)}${this.renderCard(words, launch)}`
  }

  private renderCard(words: StaffWords, launch: LaunchView) {
    return html`<portico-access-card
      data-page
      .client=${this.cardOf(launch)}
      .words=${words}
      .patient=${launch.patient}
      .liveKey=${launch.liveKey}
      .intent=${launch.intent}
      .settings=${`${this.base}settings`}
      .openChart=${this.openChart}
      .banner=${launch.needPatientBanner || isOnItsOwn() ? patientBanner : null}
      @portico-to-dos=${this.afterToDos}
    ></portico-access-card>`
  }

  /** Opens the chart in the EMR around us; null where it does not offer that. */
  get openChart(): (() => void) | null {
    return this.emr?.openChart ?? null
  }

  /** What the card asks; the same for as long as the launch is the same. */
  private cardOf({ launch }: LaunchView): CardClient {
    if (this.card?.launch !== launch) this.card = { launch, client: this.client.card(launch) }
    return this.card.client
  }

  private renderRefusal(words: StaffWords, refusal: Refusal) {
    const again = this.renderButton(words.msg('app.tryAgain'), '', () => void this.open())
    const actions = endsTheTab(refusal) ? nothing : again
    return notice({ mood: 'warn', ...launchRefusal(words, refusal), actions })
  }

  private renderButton(label: string, look: string, press: () => void) {
    return html`<button class="button ${look}" type="button" @click=${press}>${label}</button>`
  }

  /** Where the app of this launch lives. */
  get base(): string {
    return staffBase(practiceOf(location), launchOf(location))
  }

  private async open(): Promise<void> {
    this.refusal = null
    const [practice, launch] = await Promise.allSettled([this.client.readPractice(), this.readLaunch()])
    if (practice.status === 'fulfilled') this.practice = practice.value
    if (launch.status === 'fulfilled') this.launch = launch.value
    void this.reachEmr()
    const { languages = ['en', 'es'], timeZone = 'UTC' } = this.practice ?? {}
    const language = chooseLanguage(languages)
    const [words] = await Promise.all([
      loadStaffWords(language, timeZone),
      this.openPages(language),
      this.worn,
    ])
    this.words = words
    const failed = [launch, practice].find((answer) => answer.status === 'rejected')
    if (failed) this.refusal = toRefusal(failed.reason)
  }

  /** Nobody waits for it: what it can do comes when it answers, and without an answer nothing does. */
  private async reachEmr(): Promise<void> {
    const { launch } = this
    if (!launch?.messaging || this.emr) return
    const page = await import('./emr-page.ts')
      .then(({ EmrPage }) => EmrPage.reach(this, launch))
      .catch(() => null)
    if (this.isConnected) this.emr = page
  }

  private async readLaunch(): Promise<LaunchView> {
    await this.finish?.()
    this.finish = null
    const launch = launchOf(location)
    this.worn ??= wearStyle(this.client.readStyle(launch))
    return this.client.readLaunch(launch)
  }

  /** Before anything is on the screen, so that the navigation moves nothing when it comes. */
  private async openPages(language: Language): Promise<void> {
    const { launch, practice } = this
    if (!launch || !practice || !hasPages(location, this.base, launch)) return
    try {
      const { StaffPages } = await import('./staff-pages.ts')
      this.pages ??= new StaffPages(this, this.leaving.signal)
      await this.pages.open(language, practice.timeZone)
    } catch {
      // A part of the app did not arrive: the card is there without it.
      this.pages = null
      this.refusal = new Refusal('offline')
    }
  }

  /** There may be a page more now, or another number on it. */
  private readonly afterToDos = async (event: CustomEvent<number>) => {
    event.stopPropagation()
    if (event.detail === 0 && this.launch?.todos === 0) return
    this.launch = await this.client.readLaunch(launchOf(location)).catch(() => this.launch)
    if (!this.pages && this.words) await this.openPages(this.words.language)
    this.requestUpdate()
  }

  /** Asks where something typed would be lost. */
  async mayLeave(): Promise<boolean> {
    return this.pages === null || this.pages.mayLeave()
  }

  private async signOut(): Promise<void> {
    if (!(await this.mayLeave())) return
    try {
      await this.client.endLaunch(launchOf(location))
      this.refusal = null
      this.signedOut = true
    } catch (error) {
      this.refusal = toRefusal(error)
    }
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  /** Says everything in this language from now on. */
  async speak(language: Language): Promise<void> {
    if (!this.practice) return
    rememberLanguage(language)
    const own = loadStaffWords(language, this.practice.timeZone)
    await this.pages?.speak(language, this.practice.timeZone)
    this.words = await own
  }
}

/** An EMR that says whose chart it is says so around a frame: in a tab of our own nobody else does. */
const isOnItsOwn = () => window.self === window.top

declare global {
  interface HTMLElementTagNameMap {
    'portico-staff': PorticoStaff
  }
}
