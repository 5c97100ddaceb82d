import { html, LitElement, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { Slip } from '../../src/credentials/schema.ts'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import { type Client, createClient, createSubmission, practiceOf, Refusal } from '../client.ts'
import { slipLetter } from '../credentials/slip-letter.ts'
import slipCss from '../credentials/slip.css?inline'
import { chooseLanguage, otherLanguage, showLanguage } from '../i18n/languages.ts'
import { anyRefusal } from '../i18n/refusals.ts'
import { loadSlipWords } from '../i18n/slip-words.ts'
import type { SlipWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import codeCss from '../ui/code.css?inline'
import field from '../ui/field.css?inline'
import frame from '../ui/frame.css?inline'
import { icon } from '../ui/icons.ts'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'

/** How long the letter stays on the screen unless somebody keeps it. */
const SHOWN_MS = 5 * 60_000

type View =
  | { kind: 'opening' }
  | { kind: 'shown'; slip: Slip; letterWords: SlipWords; clearsAt: number }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'cleared' }
  | { kind: 'nothing' }

/**
 * The one-time slip: takes its token out of the address, asks once, shows the letter, prints it, and forgets it
 * after five minutes or on leaving. The secrets live in this element and nowhere else.
 */
@customElement('portico-slip')
export class PorticoSlip extends LitElement {
  static override styles = sheets(base, button, field, noticeCss, frame, codeCss, slipCss)

  @state() private words: SlipWords | null = null
  @state() private practice: PracticeView | null = null
  @state() private view: View = { kind: 'opening' }
  @state() private now = 0
  private token = ''
  private client!: Client
  private gone = new AbortController()
  private ticking: ReturnType<typeof setInterval> | undefined
  private readonly ask = createSubmission((body: { token: string }, key) => this.client.openSlip(body, key))

  override connectedCallback(): void {
    super.connectedCallback()
    this.client = createClient(practiceOf(location))
    this.gone = new AbortController()
    window.addEventListener('pagehide', this.clear, { signal: this.gone.signal })
    this.token = location.hash.slice(1)
    history.replaceState(null, '', location.pathname)
    void this.open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.gone.abort()
    this.clear()
  }

  override render() {
    const { words } = this
    if (!words) return nothing
    return html`<main class="page wrap">${this.renderView(words)}</main>`
  }

  protected override updated(): void {
    if (!this.words) return
    showLanguage(this.words.language)
    document.title = this.words.msg('slip.title')
  }

  private renderView(words: SlipWords) {
    const { view } = this
    if (view.kind === 'shown') return this.renderSlip(words, view)
    if (view.kind === 'opening')
      return html`<h1>${words.msg('slip.title')}</h1>
        <p role="status">${words.msg('app.loading')}</p>`
    if (view.kind === 'cleared')
      return message(words, words.msg('slip.cleared'), words.msg('slip.clearedText'))
    if (view.kind === 'nothing') return message(words, words.msg('slip.nothing'), words.msg('slip.newLetter'))
    return this.renderRefusal(words, view.refusal)
  }

  private renderRefusal(words: SlipWords, refusal: Refusal) {
    if (refusal.code === 'slip-opened')
      return message(words, words.msg('slip.opened'), words.msg('slip.openedText'))
    if (refusal.code === 'ticket-ended')
      return message(words, words.msg('slip.late'), words.msg('slip.newLetter'))
    const { title, text } = anyRefusal(words, refusal)
    return message(
      words,
      title,
      text,
      html`<button class="button" type="button" @click=${this.open}>${words.msg('app.tryAgain')}</button>`,
    )
  }

  private renderSlip(words: SlipWords, view: Extract<View, { kind: 'shown' }>) {
    const left = Math.max(0, Math.ceil((view.clearsAt - this.now) / 1000))
    const { slip, letterWords } = view
    return html`<header class="stack no-print">
        <h1>${words.msg('slip.give', { name: slip.firstName })}</h1>
        <p class="lead soft">${words.msg('slip.once')}</p>
      </header>
      <div class="count no-print">
        <p id="left">
          ${words.rich('slip.clears', { time: html`<strong class="num">${words.wait(left)}</strong>` })}
        </p>
        <button class="button quiet" type="button" @click=${this.keep}>${words.msg('slip.keep')}</button>
        <progress class="progress" max=${SHOWN_MS / 1000} .value=${left} aria-labelledby="left"></progress>
      </div>
      <div class="actions no-print">
        <button class="button primary" type="button" @click=${printPage}>
          ${printerIcon()}${words.msg('slip.print')}
        </button>
        ${this.renderLanguage(words, letterWords.language)}
        <button class="button quiet end" type="button" @click=${this.clear}>${words.msg('slip.done')}</button>
      </div>
      ${slipLetter({ words: letterWords, slip, practice: this.practice })}
      <p class="hidden-visually no-print" role="status">
        ${left <= 60 && left > 0 ? words.msg('slip.lastMinute') : ''}
      </p>`
  }

  private renderLanguage(words: SlipWords, current: Language) {
    const other = otherLanguage(current, this.practice?.languages ?? [])
    if (!other) return nothing
    const label = words.msg('slip.language', { language: words.languageName(other) })
    return html`<button class="button" type="button" @click=${() => this.speak(other)}>${label}</button>`
  }

  private readonly open = async () => {
    this.view = { kind: 'opening' }
    const [slip, practice] = await Promise.allSettled([
      this.token === '' ? null : this.ask({ token: this.token }),
      this.client.readPractice(),
    ])
    this.practice = practice.status === 'fulfilled' ? practice.value : null
    const timeZone = this.practice?.timeZone ?? 'UTC'
    this.words = await loadSlipWords(chooseLanguage(this.practice?.languages ?? ['en', 'es']), timeZone)
    if (slip.status === 'rejected')
      this.view = {
        kind: 'refused',
        refusal: slip.reason instanceof Refusal ? slip.reason : new Refusal('internal'),
      }
    else if (slip.value === null) this.view = { kind: 'nothing' }
    else await this.show(slip.value)
  }

  private async show(slip: Slip): Promise<void> {
    this.token = ''
    const letterWords = await loadSlipWords(slip.language, slip.practice.timeZone)
    this.view = { kind: 'shown', slip, letterWords, clearsAt: 0 }
    this.keep()
    this.ticking = setInterval(this.tick, 1000)
  }

  private readonly tick = () => {
    this.now = this.client.now()
    if (this.view.kind === 'shown' && this.view.clearsAt <= this.now) this.clear()
  }

  private readonly keep = () => {
    this.now = this.client.now()
    if (this.view.kind === 'shown') this.view = { ...this.view, clearsAt: this.now + SHOWN_MS }
  }

  /** At once, not with the next frame: a page on its way out gets none. */
  private readonly clear = () => {
    clearInterval(this.ticking)
    this.token = ''
    if (this.view.kind !== 'shown') return
    this.view = { kind: 'cleared' }
    this.performUpdate()
  }

  private async speak(language: Language): Promise<void> {
    if (this.view.kind !== 'shown') return
    const letterWords = await loadSlipWords(language, this.view.slip.practice.timeZone)
    if (this.view.kind === 'shown') this.view = { ...this.view, letterWords }
  }
}

const message = (words: SlipWords, title: string, text: string, actions: unknown = nothing) =>
  html`<h1>${words.msg('slip.title')}</h1>
    ${notice({ mood: 'warn', title, text, actions })}`

const printerIcon = () => icon('M7 8V3.5h10V8M7 17H4.5v-6a3 3 0 0 1 3-3h9a3 3 0 0 1 3 3v6H17M7 14h10v6.5H7z')

const printPage = () => window.print()

declare global {
  interface HTMLElementTagNameMap {
    'portico-slip': PorticoSlip
  }
}
