import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { SettingKey } from '../../src/settings/schema.ts'
import { type Client, type Refusal, toRefusal } from '../client.ts'
import { adminRefusal } from '../i18n/admin-refusals.ts'
import type { SectionId } from '../i18n/setting-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { focusFirstError } from '../ui/field.ts'
import { askBeforeUnload } from '../ui/before-unload.ts'
import { ghostCard } from '../ui/list-parts.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import * as steps from './form-state.ts'
import { notSavedNotice } from './news.ts'
import { saveBar, saveStatus } from './save-bar.ts'
import { sectionInView, sectionOf, sideNav } from './sections.ts'
import { MAIL_KEYS, settingsSections } from './settings-form.ts'
import { settingsSheets } from './sheets.ts'
import type { TestedMail } from './test-mail.ts'

/**
 * The portal's settings, saved by hand: only what was changed is sent, with the version that was read. What somebody
 * else saved meanwhile is shown, and what was typed stays until it is saved or discarded.
 *
 * @fires portico-settings-saved - what stands around every page may read otherwise now.
 * @fires portico-rights-changed - the reader may not do this any more.
 */
@customElement('portico-settings')
export class PorticoSettings extends LitElement {
  static override styles = settingsSheets

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  /** Name of the practice. */
  @property({ attribute: false }) practice = ''

  @state() private form: steps.FormState | null = null
  @state() private working: 'load' | 'save' | null = null
  @state() private refusal: Refusal | null = null
  /** True right after a save. */
  @state() private saved = false
  @state() private tested: TestedMail | null = null
  @state() private current: SectionId = 'portal'
  private chosen: SectionId = 'portal'
  private gone = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    this.gone = new AbortController()
    const { signal } = this.gone
    window.addEventListener('scroll', this.look, { signal, passive: true })
    askBeforeUnload(() => this.unsaved > 0, signal)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.gone.abort()
  }

  /** How many changes would be lost by leaving. */
  get unsaved(): number {
    return this.form ? steps.countChanges(this.form) : 0
  }

  override render() {
    const { words, form } = this
    return html`<div class="page">
      ${sideNav(words, this.current, (id) => this.goTo(id))}
      <div class="body" aria-busy=${this.working === 'load'}>
        <header>
          <h1 tabindex="-1">${words.msg('settings.title')}</h1>
          <p class="soft lead">${words.msg('settings.lead', { practice: this.practice })}</p>
        </header>
        ${this.refusal ? this.renderRefusal(this.refusal) : nothing}
        ${form ? this.renderForm(form) : this.refusal ? nothing : ghostCard(words.msg('app.loading'))}
      </div>
    </div>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('launch')) void this.load()
  }

  private renderRefusal(refusal: Refusal) {
    const { words, form } = this
    if (!form) {
      const actions = html`<button class="button" type="button" @click=${this.load}>
        ${words.msg('app.tryAgain')}
      </button>`
      return notice({ mood: 'warn', ...adminRefusal(words, refusal), actions })
    }
    return notSavedNotice(words, refusal, form)
  }

  private renderForm(state: steps.FormState) {
    const { words, client, launch, tested, checkMail, showTested } = this
    const now = () => this.form ?? state
    const form = {
      words,
      state,
      set: ((key, value) => this.step(steps.edit(now(), key, value))) as steps.SetSetting,
      leave: (key: SettingKey) => this.step(steps.watch(now(), [key])),
      useTheirs: (key: SettingKey) => this.step(steps.useTheirs(now(), key)),
    }
    const bar = {
      words,
      count: this.unsaved,
      discarded: steps.countChanges(steps.bringBack(state)),
      saving: this.working === 'save',
      saved: this.saved,
      onDiscard: () => this.step(steps.discard(now())),
      onBringBack: () => this.step(steps.bringBack(now())),
    }
    return html`<form novalidate @submit=${this.submit}>
        ${settingsSections({ form, client, launch, tested, onTestAsked: checkMail, onTested: (event) => void showTested(event) })}
        ${saveBar(bar)}
      </form>
      <p class="hidden-visually" role="status">${saveStatus(bar)}</p>`
  }

  private step(next: steps.FormState): void {
    this.form = next
    this.saved = false
  }

  private readonly load = async () => {
    this.working = 'load'
    this.refusal = null
    try {
      this.form = steps.startWith(await this.client.readSettings(this.launch))
      await this.updateComplete
      const named = sectionOf(location.hash)
      if (named) this.goTo(named)
    } catch (error) {
      this.refuse(error)
    } finally {
      this.working = null
    }
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!this.form || this.working || this.unsaved === 0) return
    const changes = steps.changesOf(this.form)
    if (this.findFault(steps.keysToCheck(changes))) return
    this.working = 'save'
    try {
      const { version } = this.form.view
      this.form = steps.startWith(await this.client.saveSettings(this.launch, { version, changes }))
      this.refusal = null
      this.saved = true
      this.tell('portico-settings-saved')
    } catch (error) {
      await this.notSaved(this.refuse(error))
    } finally {
      this.working = null
    }
  }

  /** What stands in the way is said where it can be mended, and has the cursor. */
  private async notSaved(refusal: Refusal): Promise<void> {
    const keys = steps.refusedKeys(refusal)
    if (keys.length > 0 && this.form) {
      this.refusal = null
      this.step(steps.refuse(this.form, keys))
    } else if (['conflict', 'locked-by-file'].includes(refusal.code)) {
      const view = await this.client.readSettings(this.launch).catch(() => null)
      if (view && this.form) this.step(steps.follow(this.form, view))
    }
    await this.updateComplete
    if (keys.length > 0) focusFirstError(this.renderRoot)
    else focusNotice(this.renderRoot)
  }

  private refuse(error: unknown): Refusal {
    const refusal = toRefusal(error)
    this.refusal = refusal
    if (refusal.code === 'not-permitted') this.tell('portico-rights-changed')
    return refusal
  }

  /** True when one of these is wrong: then the page says so at its field. */
  private findFault(keys: readonly SettingKey[]): boolean {
    if (!this.form) return false
    const watched = steps.watch(this.form, keys)
    this.form = watched
    const isFaulty = keys.some((key) => steps.faultIn(watched, key) !== null)
    if (isFaulty) void this.updateComplete.then(() => focusFirstError(this.renderRoot))
    return isFaulty
  }

  /** A test with a port that is none would only fail. */
  private readonly checkMail = (event: Event) => {
    if (this.findFault(MAIL_KEYS)) event.preventDefault()
  }

  private readonly showTested = async ({ detail }: CustomEvent<TestedMail>) => {
    this.tested = detail
    await this.updateComplete
    focusNotice(this.renderRoot.querySelector('.tested') ?? this.renderRoot)
  }

  private goTo(id: SectionId): void {
    this.chosen = id
    this.current = id
    history.replaceState(null, '', `${location.pathname}#${id}`)
    this.renderRoot.querySelector(`#${id}`)?.scrollIntoView()
    this.renderRoot.querySelector<HTMLElement>(`#${id}-title`)?.focus({ preventScroll: true })
  }

  private readonly look = () => {
    this.current = sectionInView(this.renderRoot, this.chosen)
  }

  private tell(what: 'portico-settings-saved' | 'portico-rights-changed'): void {
    this.dispatchEvent(new CustomEvent(what, { bubbles: true, composed: true }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-settings': PorticoSettings
  }
}
