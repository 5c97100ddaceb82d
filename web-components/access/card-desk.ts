import type { LitElement, ReactiveController } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import { type CardClient, Refusal, toRefusal } from '../client.ts'
import { loadInviteWords } from '../i18n/invite-words.ts'
import { mendsItself } from '../i18n/refusal-kinds.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'
import { focusNotice } from '../ui/notice.ts'
import type { CardEditor } from './card-editor.ts'
import { focusIfLost, outcomeIn, watchFocus } from './card-focus.ts'
import type { Doing } from './card-view.ts'
import { createRetry, type Retry } from './retry.ts'

/** The element that shows what is done here. */
export type DeskHost = LitElement & {
  client: CardClient
  words: StaffWords
  patient: string
  liveKey: string
  headingLevel: number
}

/** The code of a card's editor, which is fetched beside what the card asks. */
const loadEditor = () => import('./card-editor.ts')

/** Refusals that say that the card on the screen is old. */
const OUTDATED = ['conflict', 'ticket-ended', 'mail-not-possible', 'not-eligible', 'already-active']

/** By then what was drawn is on the screen, on most computers. */
const PAINTED_MS = 50

/** Something stands open on the card that its editor draws. */
const hasToBeMended = ({ lines, todos }: AccessCard): boolean =>
  todos.length > 0 || lines.some(({ need, done }) => need === 'blocks' && !done)

/** What an access card holds, and every question about it: one at a time. What is changed on it is its editor's. */
export class CardDesk implements ReactiveController {
  card: AccessCard | null = null
  /** Comes while the EMR is being asked for the card. */
  editor: CardEditor | null = null
  private coming: Promise<CardEditor> | null = null
  refusal: Refusal | null = null
  /** What is being asked right now, and what was asked last: a refusal is about that. */
  working: Doing | null = null
  doing: Doing = 'load'
  /** For who cannot see the card change. */
  said = ''
  readonly host: DeskHost
  /** Whether the focus may go to the outcome of what was asked last. */
  mayFocus: () => boolean = () => false
  /** Nobody pressed anything for what is being begun. */
  private isByItself = false
  private gone = new AbortController()
  private retry: Retry | null = null
  /** Which patient's events are followed, and how to stop. */
  private following: { key: string; client: CardClient; stop: AbortController } | null = null

  constructor(host: DeskHost) {
    this.host = host
    host.addController(this)
  }

  hostConnected(): void {
    this.gone = new AbortController()
    this.retry = createRetry(() => this.retryByItself(), this.gone.signal)
    if (this.host.hasUpdated) void this.load()
  }

  hostDisconnected(): void {
    this.gone.abort()
    this.following?.stop.abort()
    this.following = null
  }

  set(part: Partial<Pick<CardDesk, 'card' | 'refusal' | 'said'>>): void {
    Object.assign(this, part)
    this.host.requestUpdate()
  }

  say(id: StaffId, values: Record<string, string> = {}): void {
    this.set({ said: this.host.words.msg(id, values) })
  }

  /** Nothing is asked again by itself until somebody asks. */
  wait(): void {
    this.retry?.cancel()
    this.set({ refusal: null })
  }

  async again(): Promise<void> {
    await (this.doing === 'save' && this.editor ? this.editor.save() : this.load())
  }

  private retryByItself(): void {
    this.isByItself = true
    void this.again()
    this.isByItself = false
  }

  /** Call as something begins, and what it answers once that is over. */
  watchFocus(): () => boolean {
    return watchFocus(this.host.renderRoot as ShadowRoot, this.isByItself)
  }

  /** Leads whoever is at the card to an outcome; whoever is elsewhere on the page by now only hears it. */
  async lead(mayFocus: () => boolean, move: (root: ParentNode) => void): Promise<void> {
    const { host } = this
    host.requestUpdate()
    await host.updateComplete
    if (mayFocus()) move(host.renderRoot)
    else this.set({ said: outcomeIn(host.renderRoot) })
  }

  async load(): Promise<void> {
    const { client, patient } = this.host
    if (!patient) return
    await this.work('load', async () => {
      // While the EMR is being asked; where its answer is here already, the card goes first.
      const ahead = setTimeout(() => void this.fetchEditor().catch(() => {}))
      const card = await client.readAccess(patient).finally(() => clearTimeout(ahead))
      if (this.editor || hasToBeMended(card)) {
        await this.fetchEditor()
        this.card = card
      } else {
        // Nothing on it has to be mended: it is shown before the code that could change it is there.
        this.set({ card })
        await new Promise((resolve) => setTimeout(resolve, PAINTED_MS))
        await this.fetchEditor()
      }
    })
    this.follow()
  }

  /** From its first card on it hears of what happens elsewhere. */
  private follow(): void {
    const { liveKey: key, client } = this.host
    if (!this.card || this.gone.signal.aborted) return
    if (this.following?.key === key && this.following.client === client) return
    this.following?.stop.abort()
    this.following = { key, client, stop: new AbortController() }
    this.editor?.follow(this.following.stop.signal)
  }

  /** One question at a time. `handle` says that a refusal needs no notice. */
  async work(
    kind: Doing,
    question: () => Promise<void>,
    handle: (refusal: Refusal) => boolean = () => false,
  ): Promise<void> {
    if (this.working) return
    this.working = this.doing = kind
    const mayFocus = (this.mayFocus = this.watchFocus())
    this.retry?.cancel()
    this.host.requestUpdate()
    try {
      await question()
      this.set({ refusal: null })
    } catch (error) {
      const refusal = toRefusal(error)
      if (!handle(refusal)) await this.refuse(refusal, kind)
    } finally {
      this.working = null
      this.host.requestUpdate()
    }
    await this.host.updateComplete
    if (kind !== 'load' && mayFocus()) focusIfLost(this.host.renderRoot)
  }

  private async refuse(refusal: Refusal, kind: Doing): Promise<void> {
    const { mayFocus } = this
    const { client, patient } = this.host
    const isNew = this.refusal?.code !== refusal.code
    // It brings the words of refusals, too.
    if (!this.editor) await this.fetchEditor().catch(() => {})
    this.set({ refusal })
    // A card that was taken out of the page asks for nothing more.
    if (this.gone.signal.aborted) return
    if (OUTDATED.includes(refusal.code)) this.card = await client.readAccess(patient).catch(() => this.card)
    if (mendsItself(refusal) && (kind === 'load' || kind === 'save')) this.retry?.schedule()
    this.host.requestUpdate()
    if (kind !== 'load' && isNew) await this.lead(mayFocus, focusNotice)
  }

  /** The editor speaks the page's language, also after that was switched. */
  async speak(): Promise<void> {
    const { language, timeZone } = this.host.words
    if (!this.editor || this.editor.words.language === language) return
    this.editor.words = await loadInviteWords(language, timeZone)
    this.host.requestUpdate()
  }

  /** One editor, however often it is asked for: a second would forget what is typed in the first. */
  private async fetchEditor(): Promise<void> {
    this.coming ??= loadEditor().then(({ createEditor }) => createEditor(this))
    try {
      this.editor = await this.coming
    } catch {
      this.coming = null
      throw new Refusal('offline')
    }
  }
}
