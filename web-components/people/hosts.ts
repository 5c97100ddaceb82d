import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { HostView } from '../../src/embedding/schema.ts'
import { type Client, type Refusal, toRefusal } from '../client.ts'
import { adminRefusal } from '../i18n/admin-refusals.ts'
import { permissionNames } from '../i18n/permission-words.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { AdminWords } from '../i18n/words.ts'
import { emptyState, ghostCard } from '../ui/list-parts.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { peopleSheets } from './sheets.ts'
import { stopButton, stoppedPill } from './stopping.ts'
import { undoNotice } from './undo-notice.ts'

/**
 * The pages that may show Portico, as the configuration file names them, each with a way to stop it.
 *
 * @fires portico-rights-changed - the reader may not see this any more.
 */
@customElement('portico-hosts')
export class PorticoHosts extends LitElement {
  static override styles = peopleSheets

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''

  @state() private hosts: readonly HostView[] | null = null
  @state() private refusal: Refusal | null = null
  /** Id of the host that is being stopped or let in. */
  @state() private busy: string | null = null
  @state() private said = ''
  @state() private undo: (() => void) | null = null

  override render() {
    const { words, hosts, refusal } = this
    return html`<section aria-labelledby="hosts">
      <h2 id="hosts" tabindex="-1">${words.msg('hosts.title')}</h2>
      <p class="soft">${words.msg('hosts.lead')}</p>
      <div class="roles">
        ${refusal ? this.renderRefusal(refusal) : undoNotice(words, this.said, this.undo)}
        ${hosts ? this.renderHosts(hosts) : refusal ? nothing : ghostCard(words.msg('app.loading'))}
      </div>
      <p class="hidden-visually" role="status">${this.said}</p>
    </section>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('launch')) void this.load()
  }

  private renderRefusal(refusal: Refusal) {
    const again = html`<button class="button" type="button" @click=${() => void this.load()}>
      ${this.words.msg('app.tryAgain')}
    </button>`
    const actions = this.hosts || endsTheTab(refusal) ? nothing : again
    return notice({ mood: 'warn', ...adminRefusal(this.words, refusal), actions })
  }

  private renderHosts(hosts: readonly HostView[]) {
    if (hosts.length === 0) return html`<div class="card">${emptyState(this.words.msg('hosts.empty'))}</div>`
    return html`<div class="card">
      <ul class="list">
        ${repeat(
          hosts,
          ({ id }) => id,
          (host) => html`<li id="host-${host.id}" tabindex="-1">${this.renderHost(host)}</li>`,
        )}
      </ul>
    </div>`
  }

  private renderHost(host: HostView) {
    const { words, client } = this
    const { name, origins, permissions, lastUsedAt, stoppedAt } = host
    return html`<div class="host">
      <div>
        <p class="row"><strong>${name}</strong>${stoppedAt === null ? nothing : stoppedPill(words)}</p>
        <p class="small">${words.msg('hosts.may', { permissions: permissionNames(words, permissions) })}</p>
        <p class="soft small">${origins.join(' · ')}</p>
        <p class="soft small">
          ${
            lastUsedAt === null
              ? words.msg('hosts.neverUsed')
              : words.msg('hosts.lastUsed', { when: words.moment(lastUsedAt, client.now()) })
          }
        </p>
      </div>
      ${stopButton({
        words,
        name,
        effect: words.msg('hosts.stopEffect', { name }),
        stopped: stoppedAt !== null,
        busy: this.busy === host.id,
        choose: (stopped) => void this.stop(host, stopped),
      })}
    </div>`
  }

  private async load(): Promise<void> {
    try {
      this.hosts = (await this.client.readHosts(this.launch)).hosts
      this.refusal = null
    } catch (error) {
      await this.refuse(error, false)
    }
  }

  private async stop(host: HostView, stopped: boolean, mayUndo = true): Promise<void> {
    if (this.busy !== null) return
    this.busy = host.id
    try {
      this.hosts = (await this.client.stopHost(this.launch, host.id, { stopped })).hosts
      this.refusal = null
      this.said = this.words.msg(stopped ? 'hosts.stopped' : 'hosts.resumed', { name: host.name })
      this.undo = mayUndo ? () => void this.stop(host, !stopped, false) : null
      await this.updateComplete
      this.renderRoot.querySelector<HTMLElement>(`#host-${CSS.escape(host.id)}`)?.focus()
    } catch (error) {
      await this.refuse(error, true)
    } finally {
      this.busy = null
    }
  }

  private async refuse(error: unknown, wasPressed: boolean): Promise<void> {
    const refusal = toRefusal(error)
    // The file names it no longer: what it names now is shown under what happened.
    if (wasPressed && refusal.code === 'not-found') await this.load()
    this.refusal = refusal
    this.undo = null
    if (refusal.code === 'not-permitted')
      this.dispatchEvent(new CustomEvent('portico-rights-changed', { bubbles: true, composed: true }))
    await this.updateComplete
    if (wasPressed) focusNotice(this.renderRoot)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-hosts': PorticoHosts
  }
}
