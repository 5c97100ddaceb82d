import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { OutboxMail, OutboxView } from '../../src/settings/schema.ts'
import { type Client, createSubmission, type Refusal, type Submission, toRefusal } from '../client.ts'
import { listRefusal } from '../i18n/admin-refusals.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { AdminWords } from '../i18n/words.ts'
import adminPage from '../ui/admin-page.css?inline'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import { keepFresh } from '../ui/keep-fresh.ts'
import list from '../ui/list.css?inline'
import { emptyState, ghostCard, olderButton } from '../ui/list-parts.ts'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import { mailList } from './mail-list.ts'
import { addOlder, hidesFailed, withMail, withOlder } from './mails.ts'
import outboxCss from './outbox.css?inline'
import './print-mail.ts'
import type { PorticoPrintMail } from './print-mail.ts'

const REFRESH_MS = 30_000
/** How far the list reads by itself for something that could not be sent. */
const MOST_PAGES = 5
const OWN = {
  conflict: ['outbox.sentMeanwhile', 'outbox.sentMeanwhileText'],
  'ticket-ended': ['outbox.ended', 'outbox.textGone'],
} as const

/**
 * What the practice sends to patients and what became of it. What could not be sent comes first, to be sent once more
 * or printed. The list follows by itself while somebody looks.
 *
 * @fires portico-rights-changed - the reader may not do this any more.
 */
@customElement('portico-outbox')
export class PorticoOutbox extends LitElement {
  static override styles = sheets(base, button, card, list, noticeCss, adminPage, outboxCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  /** The reader may make letters, so may print an e-mail. */
  @property({ type: Boolean, attribute: 'may-print' }) mayPrint = false

  @state() private view: OutboxView | null = null
  @state() private readAt: number | null = null
  @state() private working: 'load' | 'older' | null = null
  /** Ids of e-mails that are being tried again. */
  @state() private retrying: readonly string[] = []
  @state() private refusal: Refusal | null = null
  @state() private said = ''
  @query('portico-print-mail') private readonly printing!: PorticoPrintMail
  private gone = new AbortController()
  /** One for each e-mail: two of them may be tried at once. */
  private readonly sends = new Map<string, Submission<object, OutboxMail>>()

  override connectedCallback(): void {
    super.connectedCallback()
    this.gone = new AbortController()
    keepFresh(() => void this.load(), REFRESH_MS, this.gone.signal)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.gone.abort()
  }

  override render() {
    const { words, refusal, view } = this
    const ended = refusal !== null && endsTheTab(refusal)
    return html`<div class="column" aria-busy=${this.working === 'load'}>
        <header>
          <h1 tabindex="-1">${words.msg('outbox.title')}</h1>
          <p class="soft lead">${words.msg('outbox.lead')}</p>
        </header>
        ${refusal ? this.renderRefusal(refusal, ended) : nothing}
        ${ended ? nothing : view ? this.renderMails(view) : refusal ? nothing : ghostCard(words.msg('app.loading'))}
        <p class="hidden-visually" role="status">${this.said}</p>
      </div>
      <portico-print-mail
        .client=${this.client}
        .words=${words}
        .launch=${this.launch}
        @portico-mail-printed=${this.afterPrint}
        @portico-print-refused=${({ detail }: CustomEvent<Refusal>) => void this.refuse(detail, true)}
      ></portico-print-mail>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('launch')) void this.load()
  }

  private renderRefusal(refusal: Refusal, ended: boolean) {
    const actions = html`<button class="button" type="button" @click=${() => void this.load()}>
      ${this.words.msg('app.tryAgain')}
    </button>`
    const said = listRefusal(this.words, refusal, this.view && this.readAt, OWN)
    return notice({ mood: 'warn', ...said, actions: ended ? nothing : actions })
  }

  private renderMails(view: OutboxView) {
    const { words, working } = this
    if (view.mails.length === 0) return html`<div class="card">${emptyState(words.msg('outbox.empty'))}</div>`
    return html`${mailList(words, view, (mail) => this.rowOf(mail))}
    ${olderButton({
      label: words.msg(working === 'older' ? 'admin.fetching' : 'admin.older'),
      busy: working === 'older',
      has: view.before !== null,
      onPress: () => void this.loadOlder(),
    })}`
  }

  private rowOf(mail: OutboxMail) {
    return {
      words: this.words,
      mail,
      now: this.client.now(),
      mayPrint: this.mayPrint,
      busy: this.retrying.includes(mail.id),
      retry: () => void this.retry(mail),
      print: () => void this.printing.show(mail),
    }
  }

  private async load(): Promise<void> {
    if (this.working !== null) return
    await this.work('load', async () => {
      const fresh = await this.client.readOutbox(this.launch)
      this.view = this.view ? withOlder(this.view, fresh) : await this.withFailed(fresh)
      this.readAt = this.client.now()
    })
  }

  /** Reads on until everything that needs somebody is there, as it stands first in the list. */
  private async withFailed(first: OutboxView): Promise<OutboxView> {
    let view = first
    for (let page = 1; page < MOST_PAGES && hidesFailed(view); page += 1)
      view = addOlder(view, await this.client.readOutbox(this.launch, view.before))
    return view
  }

  private async loadOlder(): Promise<void> {
    const { view } = this
    if (!view || this.working !== null) return
    await this.work('older', async () => {
      this.view = addOlder(view, await this.client.readOutbox(this.launch, view.before))
    })
  }

  private async work(kind: 'load' | 'older', question: () => Promise<void>): Promise<void> {
    this.working = kind
    try {
      await question()
      this.refusal = null
    } catch (error) {
      await this.refuse(error, kind === 'older')
    } finally {
      this.working = null
    }
  }

  private async retry({ id }: OutboxMail): Promise<void> {
    if (this.retrying.includes(id)) return
    this.retrying = [...this.retrying, id]
    try {
      const mail = await this.sendAgain(id)({})
      if (this.view) this.view = withMail(this.view, mail)
      this.refusal = null
      this.said = this.words.msg('outbox.onItsWay')
      await this.load()
      await this.updateComplete
      this.renderRoot.querySelector<HTMLElement>(`#mail-${CSS.escape(id)}`)?.focus()
    } catch (error) {
      await this.refuse(error, true)
    } finally {
      this.retrying = this.retrying.filter((one) => one !== id)
    }
  }

  private sendAgain(id: string): Submission<object, OutboxMail> {
    const send =
      this.sends.get(id) ?? createSubmission((_, key) => this.client.retryMail(this.launch, id, key))
    this.sends.set(id, send)
    return send
  }

  private readonly afterPrint = async () => {
    this.said = this.words.msg('print.done')
    await this.load()
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('#counts')?.focus()
  }

  private async refuse(error: unknown, wasPressed: boolean): Promise<void> {
    const refusal = toRefusal(error)
    if (['not-found', 'ticket-ended', 'conflict'].includes(refusal.code)) await this.load()
    this.refusal = refusal
    if (refusal.code === 'not-permitted')
      this.dispatchEvent(new CustomEvent('portico-rights-changed', { bubbles: true, composed: true }))
    await this.updateComplete
    if (wasPressed) focusNotice(this.renderRoot)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-outbox': PorticoOutbox
  }
}
