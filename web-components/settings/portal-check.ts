import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { CheckPortal, PortalCheck } from '../../src/settings/schema.ts'
import { type Client, createSubmission, Refusal, toRefusal } from '../client.ts'
import { adminRefusal } from '../i18n/admin-refusals.ts'
import type { AdminWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import { alertIcon, checkIcon } from '../ui/icons.ts'
import { sheets } from '../ui/sheets.ts'
import checkCss from './portal-check.css?inline'

const SOON_MS = 30 * 86_400_000

/** Asks the service whether patients would find the portal at an address, and says what came of it. */
@customElement('portico-portal-check')
export class PorticoPortalCheck extends LitElement {
  static override styles = sheets(base, button, checkCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  @property({ attribute: false }) address = ''

  @state() private working = false
  @state() private answer: PortalCheck | Refusal | null = null
  private readonly ask = createSubmission((body: CheckPortal, key) =>
    this.client.checkPortal(this.launch, body, key),
  )

  override render() {
    const { words, answer } = this
    return html`<button class="button" type="button" aria-busy=${this.working} @click=${this.check}>
        ${words.msg(this.working ? 'check.working' : 'check.button')}
      </button>
      <div role="status">${answer ? this.renderAnswer(answer) : nothing}</div>`
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // What was said is about another address.
    if (changed.has('address')) this.answer = null
  }

  private renderAnswer(answer: PortalCheck | Refusal) {
    const { mood, text } = answer instanceof Refusal ? this.refused(answer) : this.inWords(answer)
    return html`<p class="answer ${mood}">
      ${mood === 'good' ? checkIcon() : alertIcon()}<span>${text}</span>
    </p>`
  }

  private inWords({ state, certificateUntil }: PortalCheck) {
    const { words } = this
    if (state !== 'ok')
      return { mood: 'bad', text: words.msg(state === 'other' ? 'check.other' : 'check.unreachable') }
    if (certificateUntil === null) return { mood: 'warn', text: words.msg('check.plain') }
    const date = words.date(certificateUntil)
    const ends = certificateUntil - this.client.now() < SOON_MS
    return ends
      ? { mood: 'warn', text: words.msg('check.soon', { date }) }
      : { mood: 'good', text: words.msg('check.until', { date }) }
  }

  private refused(refusal: Refusal) {
    const { title, text } = adminRefusal(this.words, refusal)
    return { mood: 'warn', text: `${title} ${text}` }
  }

  private readonly check = async () => {
    const { address } = this
    this.working = true
    try {
      const answer = await this.ask({ address })
      if (this.address === address) this.answer = answer
    } catch (error) {
      this.answer = toRefusal(error)
    } finally {
      this.working = false
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-portal-check': PorticoPortalCheck
  }
}
