import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { Check, HostReport } from '../../src/report/schema.ts'
import { type Client, type Refusal, toRefusal } from '../client.ts'
import { adminRefusal } from '../i18n/admin-refusals.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { AdminWords } from '../i18n/words.ts'
import adminPage from '../ui/admin-page.css?inline'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import { copyValue } from '../ui/copy-value.ts'
import { alertIcon, checkIcon } from '../ui/icons.ts'
import list from '../ui/list.css?inline'
import { ghostCard } from '../ui/list-parts.ts'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import { whatToDo, whatWorks } from './headline.ts'
import { jsonPart } from './json-part.ts'
import { capabilityList, checkList } from './report-lines.ts'
import reportCss from './report.css?inline'

const COPIED_MS = 4000

/**
 * What works with this EMR, what is done in another way, what cannot be done and why, and whether everything around it
 * is as it should be. The service finds out; "Check again" after somebody has set something right.
 *
 * @fires portico-rights-changed - the reader may not see this any more.
 */
@customElement('portico-report')
export class PorticoReport extends LitElement {
  static override styles = sheets(base, button, card, list, noticeCss, adminPage, reportCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''

  @state() private report: HostReport | null = null
  @state() private working = false
  @state() private refusal: Refusal | null = null
  /** What went to the clipboard a moment ago; `report` = all of it. */
  @state() private copied: Check | HostReport | null = null
  @state() private said = ''
  private copiedTimer: ReturnType<typeof setTimeout> | undefined
  /** Counts the questions: only the answer to the last one is shown. */
  private asked = 0

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.copiedTimer)
  }

  override render() {
    const { words, refusal, report } = this
    const ended = refusal !== null && endsTheTab(refusal)
    return html`<div class="column" aria-busy=${this.working}>
      <header>
        <h1 tabindex="-1">${words.msg('report.title')}</h1>
        <p class="soft lead">${words.msg('report.lead')}</p>
      </header>
      ${refusal ? this.renderRefusal(refusal, ended) : nothing}
      ${ended ? nothing : report ? this.renderReport(report) : refusal ? nothing : this.renderWaiting()}
      <p class="hidden-visually" role="status">${this.said}</p>
    </div>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('words')
    const isOtherLanguage = before !== undefined && before.language !== this.words.language
    if (changed.has('launch') || isOtherLanguage) void this.load()
  }

  private renderWaiting() {
    const text = this.words.msg('report.asking')
    return html`<p class="soft" aria-hidden="true">${text}</p>
      ${ghostCard(text)}`
  }

  private renderRefusal(refusal: Refusal, ended: boolean) {
    const actions = html`<button class="button" type="button" @click=${() => void this.load(true)}>
      ${this.words.msg('app.tryAgain')}
    </button>`
    return notice({ mood: 'warn', ...adminRefusal(this.words, refusal), actions: ended ? nothing : actions })
  }

  private renderReport(report: HostReport) {
    const { words } = this
    const { ehr, now, later, smart, surroundings, hosts } = report
    const checks = (lines: readonly Check[]) =>
      checkList(words, lines, { isCopied: (line) => this.copied === line, copy: this.copyLine })
    const group = (title: string, content: unknown) =>
      html`<section class="card">
        <h2>${title}</h2>
        ${content}
      </section>`
    const version = ehr.fhirVersion ? `FHIR ${ehr.fhirVersion}` : null
    return html`${this.renderHeadline(report)} ${group(words.msg('report.now'), capabilityList(words, now))}
    ${group(
      words.msg('report.smart'),
      html`<p class="soft small ehr">${[ehr.software, version, ehr.fhirBase].filter(Boolean).join(' · ')}</p>
        ${checks(smart)}`,
    )}
    ${group(words.msg('report.around'), checks(surroundings))}
    ${group(
      words.msg('report.hosts'),
      hosts.length > 0 ? checks(hosts) : html`<p class="soft">${words.msg('report.noHosts')}</p>`,
    )}
    ${group(
      words.msg('report.later'),
      html`<p class="soft">${words.msg('report.laterText')}</p>
        ${capabilityList(words, later, true)}`,
    )}
    ${jsonPart({ words, report, isCopied: this.copied === report, copy: this.copyAll })}`
  }

  private renderHeadline(report: HostReport) {
    const { words, working } = this
    const { mood, text } = whatToDo(words, report)
    return html`<section class="card headline" aria-labelledby="headline">
      <h2 id="headline">${whatWorks(words, report)}</h2>
      <p class="to-do ${mood}">${mood === 'good' ? checkIcon() : alertIcon()}<span>${text}</span></p>
      <div class="actions">
        <button class="button" type="button" aria-busy=${working} @click=${() => void this.load(true)}>
          ${words.msg(working ? 'report.checking' : 'report.again')}
        </button>
        <span class="soft small num">${this.checkedAt(report)}</span>
      </div>
    </section>`
  }

  private checkedAt({ at }: HostReport): string {
    return this.words.msg('report.checkedAt', { when: this.words.moment(at, this.client.now()) })
  }

  /** Who presses again within seconds gets the answer from before, and hears of when it is. */
  private whenChecked(report: HostReport): string {
    return report.at === this.report?.at ? this.checkedAt(report) : this.words.msg('report.checked')
  }

  private async load(again = false): Promise<void> {
    if (again && this.working) return
    const mine = ++this.asked
    this.working = true
    if (again) this.said = this.words.msg('report.asking')
    try {
      const report = await this.client.readReport(this.launch, this.words.language, again)
      if (mine !== this.asked) return
      if (again) this.said = `${this.whenChecked(report)} ${whatToDo(this.words, report).text}`
      this.report = report
      this.refusal = null
    } catch (error) {
      if (mine === this.asked) await this.refuse(error, again)
    } finally {
      if (mine === this.asked) this.working = false
    }
  }

  private async refuse(error: unknown, wasPressed: boolean): Promise<void> {
    const refusal = toRefusal(error)
    this.refusal = refusal
    this.said = ''
    if (refusal.code === 'not-permitted')
      this.dispatchEvent(new CustomEvent('portico-rights-changed', { bubbles: true, composed: true }))
    await this.updateComplete
    if (wasPressed) focusNotice(this.renderRoot)
  }

  private readonly copyLine = (line: Check, shown: Element | null): void => {
    void this.copy(line, line.value, shown)
  }

  private readonly copyAll = (report: HostReport, text: string, shown: Element | null): void => {
    void this.copy(report, text, shown)
  }

  private async copy(what: Check | HostReport, text: string | null, shown: Element | null): Promise<void> {
    if (text === null || shown === null) return
    const how = await copyValue(text, shown)
    this.copied = how === 'copied' ? what : null
    this.said = this.words.msg(how === 'copied' ? 'report.copied' : 'report.selected')
    clearTimeout(this.copiedTimer)
    this.copiedTimer = setTimeout(() => (this.copied = null), COPIED_MS)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-report': PorticoReport
  }
}
