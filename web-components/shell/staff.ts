import { html, LitElement, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import type { LaunchView } from '../../src/staff/schema.ts'
import '../access/access-card.ts'
import { type Client, createClient, practiceOf, Refusal } from '../client.ts'
import { chooseLanguage, otherLanguage, rememberLanguage, showLanguage } from '../i18n/languages.ts'
import { endsTheTab, staffRefusal } from '../i18n/staff-refusals.ts'
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
import { framedLaunch } from './framed-launch.ts'
import staffCss from './staff.css?inline'

/**
 * The staff app in one patient's context. The launch in the address decides whose; every request names it, so
 * that two tabs with two patients never mix.
 */
@customElement('portico-staff')
export class PorticoStaff extends LitElement {
  static override styles = sheets(base, button, noticeCss, frame, staffCss)

  @state() private practice: PracticeView | null = null
  @state() private launch: LaunchView | null = null
  @state() private words: StaffWords | null = null
  @state() private refusal: Refusal | null = null
  @state() private signedOut = false
  private client!: Client
  /** What ends the launch first, where cookies did not. */
  private finish: (() => Promise<void>) | null = null
  private leaving = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    this.client = createClient(practiceOf(location))
    this.finish = framedLaunch(this.client)
    this.leaving = new AbortController()
    watchConnection(() => this.requestUpdate(), this.leaving.signal)
    void this.open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.leaving.abort()
  }

  override render() {
    const { words, practice } = this
    if (!words) return nothing
    return html`${offlineBar(words)}
      <header class="topbar">
        <div class="in">
          ${brand(practice?.name ?? words.msg('staff.title'))}
          <div class="push tools">
            ${this.renderStaff(words)}${this.renderLanguage(words)}${this.renderSignOut(words)}
          </div>
        </div>
      </header>
      <main class="page">${this.renderMain(words)}</main>`
  }

  protected override updated(): void {
    if (!this.words) return
    showLanguage(this.words.language)
    document.title = [this.words.msg('staff.title'), this.practice?.name].filter(Boolean).join(' · ')
  }

  private renderMain(words: StaffWords) {
    const { practice, launch, refusal } = this
    const heading = html`<h1 class="hidden-visually">${words.msg('staff.title')}</h1>`
    if (this.signedOut)
      return html`${heading}${notice({ mood: 'good', title: words.msg('staff.signedOut'), text: words.msg('staff.signedOutText') })}`
    if (refusal || !practice || !launch)
      return html`${heading}${refusal ? this.renderRefusal(words, refusal) : nothing}`
    return html`${heading}<portico-access
        .client=${this.client}
        .words=${words}
        .launch=${launch.launch}
        .patient=${launch.patient}
        .intent=${launch.intent}
        ?with-banner=${launch.needPatientBanner}
      ></portico-access>`
  }

  private renderRefusal(words: StaffWords, refusal: Refusal) {
    const again = html`<button class="button" type="button" @click=${this.open}>
      ${words.msg('app.tryAgain')}
    </button>`
    return notice({
      mood: 'warn',
      ...staffRefusal(words, refusal),
      actions: endsTheTab(refusal) ? nothing : again,
    })
  }

  private renderStaff(words: StaffWords) {
    const name = this.launch?.staff.name
    return name && !this.signedOut
      ? html`<span class="soft who">${words.msg('staff.who', { name })}</span>`
      : nothing
  }

  private renderLanguage(words: StaffWords) {
    const other = otherLanguage(words.language, this.practice?.languages ?? [])
    if (!other) return nothing
    return html`<button class="button quiet" type="button" lang=${other} @click=${() => this.speak(other)}>
      ${words.msg('app.otherLanguage')}
    </button>`
  }

  private renderSignOut(words: StaffWords) {
    if (!this.launch || this.signedOut) return nothing
    return html`<button class="button quiet" type="button" @click=${this.signOut}>
      ${words.msg('app.signOut')}
    </button>`
  }

  private readonly open = async () => {
    this.refusal = null
    const [practice, launch] = await Promise.allSettled([this.client.readPractice(), this.readLaunch()])
    if (practice.status === 'fulfilled') this.practice = practice.value
    if (launch.status === 'fulfilled') this.launch = launch.value
    const { languages = ['en', 'es'], timeZone = 'UTC' } = this.practice ?? {}
    this.words = await loadStaffWords(chooseLanguage(languages), timeZone)
    const failed = [launch, practice].find((answer) => answer.status === 'rejected')
    if (failed) this.refusal = failed.reason instanceof Refusal ? failed.reason : new Refusal('internal')
  }

  private async readLaunch(): Promise<LaunchView> {
    await this.finish?.()
    this.finish = null
    return this.client.readLaunch(launchOf(location))
  }

  private readonly signOut = async () => {
    try {
      await this.client.endLaunch(launchOf(location))
      this.signedOut = true
    } catch (error) {
      this.refusal = error instanceof Refusal ? error : new Refusal('internal')
    }
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  private async speak(language: Language): Promise<void> {
    if (!this.practice) return
    rememberLanguage(language)
    this.words = await loadStaffWords(language, this.practice.timeZone)
  }
}

/** `/:practice/staff/l/:launch/` */
function launchOf(address: Location): string {
  return decodeURIComponent(address.pathname.split('/')[4] ?? '')
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-staff': PorticoStaff
  }
}
