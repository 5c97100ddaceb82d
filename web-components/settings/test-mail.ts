import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { TestMail, TestMailResult } from '../../src/settings/schema.ts'
import { type Client, createSubmission, type Refusal, toRefusal } from '../client.ts'
import { typedRefusal } from '../i18n/admin-refusals.ts'
import type { AdminWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import dialogCss from '../ui/dialog.css?inline'
import field from '../ui/field.css?inline'
import { focusFirstError, textField } from '../ui/field.ts'
import { icon } from '../ui/icons.ts'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'

const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/

/** What came of a test, and where it went. */
export type TestedMail = { to: string; result: TestMailResult }

/**
 * Asks where a test e-mail should go and sends it, with the settings as they stand on the page.
 *
 * @fires portico-test-asked - before the question; `preventDefault()` keeps it from being asked.
 * @fires portico-mail-tested - `detail` is what came of it.
 */
@customElement('portico-test-mail')
export class PorticoTestMail extends LitElement {
  static override styles = sheets(base, button, field, noticeCss, dialogCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  /** Mail settings that are on the page but not saved. */
  @property({ attribute: false }) changes: TestMail['changes'] = {}

  @state() private to = ''
  @state() private isMissing = false
  @state() private working = false
  @state() private refusal: Refusal | null = null
  @query('dialog') private readonly dialog!: HTMLDialogElement
  private readonly send = createSubmission((body: TestMail, key) =>
    this.client.sendTestMail(this.launch, body, key),
  )

  override render() {
    const { words, refusal, working } = this
    const send = words.msg('test.send')
    return html`<button class="button" type="button" @click=${this.ask}>
        ${sendIcon()}${words.msg('test.open')}
      </button>
      <dialog class="dialog" aria-labelledby="question" @cancel=${this.keepOpen}>
        <form class="stack" novalidate @submit=${this.submit}>
          <div>
            <h2 id="question">${words.msg('test.title')}</h2>
            <p class="soft">${words.msg('test.text')}</p>
          </div>
          ${refusal ? notice({ mood: 'bad', ...typedRefusal(words, refusal, send) }) : nothing}
          ${textField({
            id: 'to',
            label: words.msg('test.to'),
            value: this.to,
            autocomplete: 'email',
            maxLength: 200,
            error: this.isMissing ? words.msg('test.toMissing') : null,
            onInput: this.type,
          })}
          <div class="actions">
            <button class="button quiet" type="button" aria-disabled=${working} @click=${this.close}>
              ${words.msg('admin.cancel')}
            </button>
            <button class="button primary end" type="submit" aria-busy=${working}>
              ${working ? words.msg('test.sending') : send}
            </button>
          </div>
        </form>
      </dialog>`
  }

  private readonly ask = () => {
    const asked = new CustomEvent('portico-test-asked', { cancelable: true })
    if (!this.dispatchEvent(asked)) return
    this.refusal = null
    this.isMissing = false
    this.dialog.showModal()
    this.renderRoot.querySelector<HTMLElement>('#to')?.focus()
  }

  private readonly type = (text: string) => {
    this.to = text
    if (ADDRESS.test(text.trim())) this.isMissing = false
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const to = this.to.trim()
    this.isMissing = !ADDRESS.test(to)
    if (this.isMissing) {
      await this.updateComplete
      focusFirstError(this.renderRoot)
      return
    }
    if (!this.working) await this.sendTo(to)
  }

  private async sendTo(to: string): Promise<void> {
    this.working = true
    this.refusal = null
    try {
      const result = await this.send({ to, changes: this.changes })
      this.dialog.close()
      const detail: TestedMail = { to, result }
      this.dispatchEvent(new CustomEvent('portico-mail-tested', { detail }))
    } catch (error) {
      this.refusal = toRefusal(error)
      await this.updateComplete
      focusNotice(this.renderRoot)
    } finally {
      this.working = false
    }
  }

  private readonly close = () => {
    if (!this.working) this.dialog.close()
  }

  private readonly keepOpen = (event: Event) => {
    if (this.working) event.preventDefault()
  }
}

const sendIcon = () => icon('M4 12 20.5 4.5 14 20.5l-3-7zM11 13.5l9.5-9')

declare global {
  interface HTMLElementTagNameMap {
    'portico-test-mail': PorticoTestMail
  }
}
