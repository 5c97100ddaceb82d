import type { SessionView } from '../../src/accounts/schema.ts'
import { type Client, Refusal } from '../client.ts'

/** How long before the end somebody is asked. @see WCAG 2.2 SC 2.2.1 */
const WARNING_MS = 120_000
/** A moment after the end that the service named, so that its own clock has passed it. */
const GRACE_MS = 1000
/** A sleeping computer stops its timers: no wait is longer than this, and then the clock is read anew. */
const TICK_MS = 10_000
/** Somebody who reads or types without asking anything is made known to the service this often. */
const STAY_EVERY_MS = 60_000
/** What shows that somebody is there. */
const PRESENCE = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const
/** What another tab or the end of a sleep brings: time to look. */
const RETURNS = ['focus', 'online'] as const

/** The last two minutes. `last`: the end cannot be moved; `restricted`: a new password is still to be saved. */
export type Warning = { end: number; last: boolean; restricted: boolean }

export type SessionEvents = {
  /** Another tab has signed in somebody else, or has ended the restriction. */
  told: (session: SessionView) => void
  /** Ask whether somebody is there; null = no more. */
  warned: (warning: Warning | null) => void
  /** Nobody knows whether the record may still be seen: take it off the screen until the next call. */
  veiled: (hidden: boolean) => void
  /** `due`: at its own end; otherwise it was ended elsewhere. */
  ended: (due: boolean) => void
}

/**
 * Keeps watch over a session, so that somebody who is there is not signed out, and the record of somebody who is not
 * does not stay on the screen. Before it warns or ends it looks, without prolonging: another tab may have kept the
 * session alive, or ended it.
 */
export class SessionWatch {
  private view: SessionView | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private watching = new AbortController()
  private channel: BroadcastChannel | null = null
  private looking: Promise<void> | null = null
  private staying: Promise<boolean> | null = null
  private isWarning = false
  /** Questions are numbered: an answer that a later one has overtaken counts for nothing. */
  private asked = 0
  private answered = 0
  /** When the service last heard that somebody is there. */
  private heardAt = 0

  private readonly client: Client
  private readonly practice: string
  private readonly on: SessionEvents

  constructor(client: Client, practice: string, on: SessionEvents) {
    this.client = client
    this.practice = practice
    this.on = on
  }

  /** Watches a session that the service has just told of; other tabs look at what has changed. */
  start(session: SessionView): void {
    this.stop()
    this.view = session
    this.heardAt = this.client.now()
    this.watching = new AbortController()
    this.channel = new BroadcastChannel(`portico-session-${this.practice}`)
    this.channel.addEventListener('message', this.lookAtOnce)
    this.listen(this.watching.signal)
    this.tellOthers()
    this.settle(session)
  }

  stop(): void {
    this.view = null
    this.isWarning = false
    this.looking = null
    this.staying = null
    clearTimeout(this.timer)
    this.watching.abort()
    this.channel?.close()
    this.channel = null
  }

  /** Makes the other tabs of this browser look. A message holds nothing. */
  tellOthers(): void {
    this.channel?.postMessage(null)
  }

  /** Asks how the session stands, without prolonging it. */
  readonly look = (): Promise<void> => {
    this.looking ??= this.ask(() => this.client.readSession(), false).then(() => {
      this.looking = null
    })
    return this.looking
  }

  /** Says that somebody is there. False when nobody could be reached. */
  readonly stay = (): Promise<boolean> => {
    this.heardAt = this.client.now()
    this.staying ??= this.ask(() => this.client.stay(), false).finally(() => {
      this.staying = null
    })
    return this.staying
  }

  private listen(signal: AbortSignal): void {
    for (const event of PRESENCE)
      window.addEventListener(event, this.noticePresence, { signal, passive: true })
    for (const event of RETURNS) window.addEventListener(event, this.lookAtOnce, { signal })
    document.addEventListener('visibilitychange', this.lookIfSeen, { signal })
    window.addEventListener('pagehide', () => this.on.veiled(true), { signal })
    window.addEventListener('pageshow', this.lookIfKept, { signal })
  }

  private readonly noticePresence = () => {
    if (!this.view || this.isWarning || isLast(this.view)) return
    if (this.client.now() - this.heardAt >= STAY_EVERY_MS) void this.stay()
  }

  private readonly lookAtOnce = () => void this.look()

  private readonly lookIfSeen = () => {
    if (document.visibilityState === 'visible') void this.look()
  }

  /** A page that the browser kept in memory comes back on Back: it shows nothing before the service has said yes. */
  private readonly lookIfKept = (event: PageTransitionEvent) => {
    if (!event.persisted) return
    this.on.veiled(true)
    void this.ask(() => this.client.readSession(), true)
  }

  /** @param strict without an answer the session counts as ended. */
  private async ask(question: () => Promise<SessionView>, strict: boolean): Promise<boolean> {
    const { signal } = this.watching
    if (!this.view) return false
    if (this.isOver()) this.on.veiled(true)
    const turn = (this.asked += 1)
    try {
      const session = await question()
      if (!signal.aborted && turn > this.answered) this.take(session, turn)
      return true
    } catch (error) {
      if (!signal.aborted) this.refuse(error, strict)
      return false
    }
  }

  private take(session: SessionView, turn: number): void {
    const before = this.view
    this.answered = turn
    this.view = session
    this.on.veiled(false)
    this.settle(session)
    if (session.accountId !== before?.accountId || session.restricted !== before.restricted)
      this.on.told(session)
  }

  private refuse(error: unknown, strict: boolean): void {
    const over = this.isOver()
    const code = error instanceof Refusal ? error.code : null
    if (code === 'signed-out' || over || strict) this.on.ended(over)
    else if (code === 'password-due') void this.look()
    else if (this.view) this.settle(this.view)
  }

  /** True when the end that the service last named has come. */
  isOver(): boolean {
    return this.view !== null && endOf(this.view) <= this.client.now()
  }

  /** Warns, or takes the warning away, by what is known now; then waits for the next thing to do. */
  private settle(session: SessionView): void {
    const end = endOf(session)
    this.isWarning = end - this.client.now() <= WARNING_MS
    this.on.warned(this.isWarning ? { end, last: isLast(session), restricted: session.restricted } : null)
    this.wait(end)
  }

  private wait(end: number): void {
    const left = end - this.client.now()
    const ms = this.isWarning ? left + GRACE_MS : left - WARNING_MS
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.tick(end), Math.min(Math.max(ms, GRACE_MS), TICK_MS))
  }

  private tick(end: number): void {
    const left = end - this.client.now()
    const isDue = this.isWarning ? left + GRACE_MS <= 0 : left <= WARNING_MS
    if (isDue) void this.look()
    else this.wait(end)
  }
}

const endOf = ({ idleEndsAt, endsAt }: SessionView) => Math.min(idleEndsAt, endsAt)
const isLast = ({ idleEndsAt, endsAt, restricted }: SessionView) => restricted || endsAt <= idleEndsAt
