import { html, LitElement, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { LetterPdfs, Slip } from '../../src/credentials/schema.ts'
import { type Client, createClient, createSubmission, practiceOf, Refusal } from '../client.ts'
import { slipLetter } from '../credentials/slip-letter.ts'
import { copyText, picturesOf, printPage, savePdf, setPaper } from '../credentials/slip-paper.ts'
import slipCss from '../credentials/slip.css?inline'
import { becauseOf, type Hint, hintInWords, mailText, noPdf, slipTools } from '../credentials/slip-tools.ts'
import { chooseLanguage, showLanguage } from '../i18n/languages.ts'
import { anyRefusal } from '../i18n/refusals.ts'
import { loadSlipWords } from '../i18n/slip-words.ts'
import type { SlipWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import codeCss from '../ui/code.css?inline'
import field from '../ui/field.css?inline'
import form from '../ui/form.css?inline'
import frame from '../ui/frame.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'

/** How long the letter stays on the screen unless somebody keeps it. */
const SHOWN_MS = 5 * 60_000

type Shown = {
  kind: 'shown'
  slip: Slip
  clearsAt: number
  /** What was done with the letter last, where something has to be said about it. */
  hint: Hint | null
  /** The text for a mail program is on the screen, and whether the browser copied it. */
  mail: 'copied' | 'by-hand' | null
}
type View =
  | { kind: 'opening' }
  | Shown
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'cleared' }
  | { kind: 'nothing' }

/**
 * The one-time slip: takes its token out of the address, asks once, shows the letters, offers to print them, and forgets
 * them after five minutes or on leaving. The secrets live in this element and nowhere else.
 */
@customElement('portico-slip')
export class PorticoSlip extends LitElement {
  static override styles = sheets(base, button, card, field, form, noticeCss, frame, codeCss, slipCss)

  @state() private words: SlipWords | null = null
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
    setPaper()
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
      return message(words, words.msg('slip.cleared'), words.msg('slip.clearedText'), backToCard(words))
    if (view.kind === 'nothing') return message(words, words.msg('slip.nothing'), words.msg('slip.newLetter'))
    return this.renderRefusal(words, view.refusal)
  }

  private renderRefusal(words: SlipWords, refusal: Refusal) {
    if (refusal.code === 'slip-opened')
      return message(words, words.msg('slip.wasShown'), words.msg('slip.openedText'), backToCard(words))
    if (refusal.code === 'ticket-ended')
      return message(words, words.msg('slip.late'), words.msg('slip.newLetter'), backToCard(words))
    const { title, text } = anyRefusal(words, refusal)
    return message(
      words,
      title,
      text,
      html`<button class="button" type="button" @click=${this.open}>${words.msg('app.tryAgain')}</button>`,
    )
  }

  private renderSlip(words: SlipWords, view: Shown) {
    const { slip } = view
    const tools = { words, slip, print: this.print, save: this.save, copy: this.copy, done: this.clear }
    const many = slip.sheets.length > 1
    const letters = slip.sheets.map((sheet) =>
      slipLetter(sheet, slip, words.msg('slip.letter', { language: words.languageName(sheet.language) })),
    )
    return html`${becauseOf(words, slip)} ${this.renderHead(words, view)} ${slipTools(tools)} ${noPdf(tools)}
      <div role="status">${hintInWords(words, view.hint)}</div>
      ${view.mail ? mailText(words, slip.mailText, view.mail === 'copied') : nothing}
      ${many ? html`<p class="small soft no-print">${words.msg('slip.count', { count: slip.sheets.length })}</p>` : nothing}
      <div class="letters ${many ? 'many' : ''}">${letters}</div>`
  }

  private renderHead(words: SlipWords, { slip, clearsAt }: Shown) {
    const left = Math.max(0, Math.ceil((clearsAt - this.now) / 1000))
    const name = slip.firstName
    return html`<header class="stack no-print">
        <h1>${name === '' ? words.msg('slip.title') : words.msg('slip.give', { name })}</h1>
        <p class="lead soft">${words.msg('slip.once')}</p>
      </header>
      <div class="count no-print">
        <p id="left">
          ${words.rich('slip.clears', { time: html`<strong class="num">${words.wait(left)}</strong>` })}
        </p>
        <button class="button quiet" type="button" @click=${this.keep}>${words.msg('slip.keep')}</button>
        <progress class="progress" max=${SHOWN_MS / 1000} .value=${left} aria-labelledby="left"></progress>
      </div>
      <p class="hidden-visually no-print" role="status">
        ${left <= 60 && left > 0 ? words.msg('slip.lastMinute') : ''}
      </p>`
  }

  private readonly open = async () => {
    this.view = { kind: 'opening' }
    const [slip, practice] = await Promise.allSettled([
      this.token === '' ? null : this.ask({ token: this.token }),
      this.client.readPractice(),
    ])
    const { languages = ['en', 'es'], timeZone = 'UTC' } =
      practice.status === 'fulfilled' ? practice.value : {}
    this.words = await loadSlipWords(chooseLanguage([...languages]), timeZone)
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
    this.view = { kind: 'shown', slip, clearsAt: 0, hint: null, mail: null }
    this.keep()
    this.ticking = setInterval(this.tick, 1000)
    await this.updateComplete
    await picturesOf(this.renderRoot)
    // Most letters are printed, so the question comes by itself; it comes once, and closing it costs nothing.
    if (this.view.kind === 'shown') printPage()
  }

  private readonly tick = () => {
    this.now = this.client.now()
    if (this.view.kind === 'shown' && this.view.clearsAt <= this.now) this.clear()
  }

  private readonly keep = () => {
    this.now = this.client.now()
    this.change({ clearsAt: this.now + SHOWN_MS })
  }

  /** At once, not with the next frame: a page on its way out gets none. */
  private readonly clear = () => {
    clearInterval(this.ticking)
    this.token = ''
    if (this.view.kind !== 'shown') return
    this.view = { kind: 'cleared' }
    this.performUpdate()
  }

  private readonly print = () => this.change({ hint: printPage() ? null : 'no-print' })

  private readonly save = (paper: keyof LetterPdfs) => {
    const { view, words } = this
    if (view.kind !== 'shown' || !view.slip.pdfs || !words) return
    savePdf(view.slip.pdfs[paper], words.msg('slip.file'))
    this.change({ hint: 'saved' })
  }

  private readonly copy = async () => {
    if (this.view.kind !== 'shown') return
    const copied = await copyText(this.view.slip.mailText.text)
    this.change({ mail: copied ? 'copied' : 'by-hand' })
    if (copied) return
    await this.updateComplete
    const text = this.renderRoot.querySelector('textarea')
    text?.focus()
    text?.select()
  }

  private change(part: Partial<Omit<Shown, 'kind' | 'slip'>>): void {
    if (this.view.kind === 'shown') this.view = { ...this.view, ...part }
  }
}

/** The card that opened this window has the button for a new letter. */
const backToCard = (words: SlipWords) =>
  html`<button class="button" type="button" @click=${() => window.close()}>
    ${words.msg('slip.backToCard')}
  </button>`

const message = (words: SlipWords, title: string, text: string, actions: unknown = nothing) =>
  html`<h1>${words.msg('slip.title')}</h1>
    ${notice({ mood: 'warn', title, text, actions })}`

declare global {
  interface HTMLElementTagNameMap {
    'portico-slip': PorticoSlip
  }
}
