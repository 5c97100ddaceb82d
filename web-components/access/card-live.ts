import type { ReactiveController } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import { type Refusal, toRefusal } from '../client.ts'
import { mendsItself } from '../i18n/refusal-kinds.ts'
import { watchLive } from '../live.ts'
import type { CardDesk } from './card-desk.ts'
import { focusIfLost } from './card-focus.ts'
import { createRetry, type Retry } from './retry.ts'

/** Lets a card follow what happens to its patient elsewhere, until `signal`. */
export function keepLive(desk: CardDesk, signal: AbortSignal): void {
  const { client, liveKey } = desk.host
  if (!liveKey) return
  const live = new LiveCard(desk, signal)
  watchLive({ ...client.events, key: liveKey, changed: () => live.changed(), signal })
}

/**
 * Reads a card again by itself, quietly: not while something is asked or a question is open, without a word when it
 * fails, and with everything that is typed, and the focus, left where it is.
 */
class LiveCard implements ReactiveController {
  private owed = false
  private busy = false
  private readonly desk: CardDesk
  private readonly signal: AbortSignal
  private readonly retry: Retry

  constructor(desk: CardDesk, signal: AbortSignal) {
    this.desk = desk
    this.signal = signal
    this.retry = createRetry(() => this.changed(), signal)
    desk.host.addController(this)
    signal.addEventListener('abort', () => desk.host.removeController(this), { once: true })
  }

  changed(): void {
    this.owed = true
    void this.read()
  }

  /** What it waited for may be over. */
  hostUpdated(): void {
    if (this.owed) void this.read()
  }

  private async read(): Promise<void> {
    const { desk, signal } = this
    const { client, patient } = desk.host
    if (this.busy || signal.aborted || !this.isQuiet()) return
    this.owed = false
    this.busy = true
    this.retry.cancel()
    const before = desk.card
    try {
      const card = await client.readAccess(patient, true)
      // What was asked or answered meanwhile is newer than this.
      const isOld = desk.card !== before || !this.isQuiet()
      if (isOld) this.owed = true
      else if (!signal.aborted) await this.show(card)
    } catch (error) {
      const refusal = toRefusal(error)
      if (mendsItself(refusal)) this.retry.schedule()
      // A card that can hear nothing more must not look as if it did.
      else if (refusal.code === 'host-signed-out' && !signal.aborted) this.refuse(refusal)
    } finally {
      this.busy = false
    }
    if (this.owed) void this.read()
  }

  private refuse(refusal: Refusal): void {
    // What somebody pressed and was refused is theirs to try again.
    if (this.desk.refusal) return
    this.desk.doing = 'load'
    this.desk.set({ refusal })
  }

  /** Nothing is asked, and no question is open; else it waits for the end of that. */
  private isQuiet(): boolean {
    const { desk } = this
    if (!desk.card || desk.working) return false
    const dialog = openDialog(desk.host.renderRoot)
    // One and the same listener: however often it is added, it is called once.
    dialog?.addEventListener('close', this.afterQuestion, { once: true })
    return dialog === null
  }

  private readonly afterQuestion = () => {
    if (this.owed) void this.read()
  }

  private async show(card: AccessCard): Promise<void> {
    const { desk } = this
    const { host } = desk
    const root = host.renderRoot as ShadowRoot
    const headline = () => root.querySelector('.headline')?.textContent?.trim() ?? ''
    const before = headline()
    const keepFocus = holdFocus(root)
    desk.set({ card, ...(desk.doing === 'load' ? { refusal: null } : {}) })
    await host.updateComplete
    keepFocus()
    if (headline() !== before) desk.set({ said: headline() })
  }
}

const openDialog = (root: ParentNode): HTMLDialogElement | null =>
  root.querySelector('.question')?.shadowRoot?.querySelector<HTMLDialogElement>('dialog[open]') ?? null

/** A field that is drawn anew in another place is the same field to whoever types in it. */
function holdFocus(root: ShadowRoot): () => void {
  const held = root.activeElement
  if (!(held instanceof HTMLElement)) return () => {}
  const caret = held instanceof HTMLInputElement ? held.selectionStart : null
  return () => {
    if (root.activeElement === held) return
    const again = held.id ? root.getElementById(held.id) : null
    again?.focus({ preventScroll: true })
    if (caret !== null && again instanceof HTMLInputElement) again.setSelectionRange(caret, caret)
    focusIfLost(root)
  }
}
