import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import dialogCss from '../ui/dialog.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import type { Warning } from './session-watch.ts'
import stillThereCss from './still-there.css?inline'

/** Seconds left at which the count is read out; every second would drown everything else. */
const SPOKEN_SECONDS = [60, 30, 10]

type Kind = 'idle' | 'last' | 'change'

type Says = { title: PatientId; text: PatientId; go: PatientId }

const SAYS: Record<Kind, Says> = {
  idle: { title: 'idle.title', text: 'idle.text', go: 'idle.stay' },
  last: { title: 'idle.lastTitle', text: 'idle.lastText', go: 'idle.goOn' },
  change: { title: 'idle.changeTitle', text: 'idle.changeText', go: 'idle.goOn' },
}

/**
 * Asks in the last two minutes of a session whether somebody is there. Escape stays too: whoever presses a key is
 * there. At an end that cannot be moved it only says so.
 *
 * @fires portico-left - somebody wants to sign out now.
 */
@customElement('portico-still-there')
export class PorticoStillThere extends LitElement {
  static override styles = sheets(base, button, noticeCss, dialogCss, stillThereCss)

  @property({ attribute: false }) words!: PatientWords
  /** Null = nothing to ask. */
  @property({ attribute: false }) warning: Warning | null = null
  /** The service's clock. */
  @property({ attribute: false }) now: () => number = () => 0
  /** Keeps the session; false when nobody could be reached. */
  @property({ attribute: false }) stay: () => Promise<boolean> = async () => false

  @state() private seconds = 0
  /** The count as it was last read out. */
  @state() private spoken = 0
  @state() private working = false
  @state() private unreached = false
  /** The end that somebody has read about and answered. */
  private acceptedEnd: number | null = null
  private ticking: ReturnType<typeof setInterval> | undefined
  /** What the tab was called before it called for attention. */
  private formerTitle = ''
  private callingTitle = ''
  @query('dialog') private readonly dialog!: HTMLDialogElement

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.tidy()
  }

  override render() {
    return html`<dialog
      class="dialog"
      aria-labelledby="title"
      aria-describedby="text"
      @cancel=${this.cancel}
      @close=${this.tidy}
    >
      ${this.warning ? this.renderQuestion(SAYS[kindOf(this.warning)]) : nothing}
    </dialog>`
  }

  private renderQuestion({ title, text, go }: Says) {
    const { words, seconds, spoken, working } = this
    return html`<h2 id="title">${words.msg(title)}</h2>
      <p id="text">${words.msg(text, { wait: words.wait(seconds) })}</p>
      <p class="hidden-visually" role="status">
        ${spoken > 0 ? words.msg(text, { wait: words.wait(spoken) }) : nothing}
      </p>
      <div role="alert">${this.unreached ? unreachedNotice(words) : nothing}</div>
      <div class="actions">
        <button class="button quiet" type="button" @click=${this.leave}>${words.msg('app.signOut')}</button>
        <button class="button primary end" type="button" autofocus aria-busy=${working} @click=${this.goOn}>
          ${words.msg(working ? 'idle.staying' : go)}
        </button>
      </div>`
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('warning')) this.count()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('warning')) return
    if (!this.warning || this.warning.end === this.acceptedEnd) this.close()
    else if (!this.dialog.open) this.open(this.warning)
  }

  private open(warning: Warning): void {
    this.unreached = false
    this.spoken = 0
    this.dialog.showModal()
    this.formerTitle = document.title
    this.callingTitle = this.words.msg(SAYS[kindOf(warning)].title)
    document.title = this.callingTitle
    this.ticking = setInterval(this.count, 1000)
  }

  private close(): void {
    this.dialog.close()
    this.tidy()
  }

  private readonly tidy = () => {
    clearInterval(this.ticking)
    if (document.title === this.callingTitle) document.title = this.formerTitle
  }

  private readonly count = () => {
    const left = this.warning ? Math.max(0, this.warning.end - this.now()) : 0
    this.seconds = Math.ceil(left / 1000)
    if (SPOKEN_SECONDS.includes(this.seconds)) this.spoken = this.seconds
  }

  private readonly goOn = async () => {
    const { warning } = this
    if (!warning || this.working) return
    if (warning.last) {
      this.acceptedEnd = warning.end
      this.close()
      return
    }
    this.working = true
    this.unreached = !(await this.stay())
    this.working = false
  }

  private readonly cancel = (event: Event) => {
    event.preventDefault()
    void this.goOn()
  }

  private readonly leave = () => {
    // Should it not arrive, the page says so, and a dialog would stand before it.
    this.acceptedEnd = this.warning?.end ?? null
    this.close()
    this.dispatchEvent(new CustomEvent('portico-left', { bubbles: true, composed: true }))
  }
}

function kindOf(warning: Warning): Kind {
  if (!warning.last) return 'idle'
  return warning.restricted ? 'change' : 'last'
}

const unreachedNotice = (words: PatientWords) =>
  notice({ mood: 'warn', title: words.msg('refused.offline'), text: words.msg('idle.unreached') })

declare global {
  interface HTMLElementTagNameMap {
    'portico-still-there': PorticoStillThere
  }
}
