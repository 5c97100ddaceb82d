import type { SessionView } from '../../src/accounts/schema.ts'
import { type Client, Refusal } from '../client.ts'

/** A moment after the end that the service named, so that its own clock has passed it. */
const GRACE_MS = 1000
/** How soon to ask again when the network hides whether the session still lives. */
const RETRY_MS = 30_000
/** The longest that a browser's timer can wait. */
const LONGEST_MS = 2_147_483_647

/**
 * Notices that a session has ended while nobody touched the page, so that the record does not stay on the
 * screen. Asks the service only when the end should have come: another tab may have kept the session alive.
 * @returns stops watching
 */
export function watchSession(client: Client, session: SessionView, ended: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const wait = (ms: number) => {
    if (!stopped) timer = setTimeout(() => void check(), Math.min(Math.max(ms, 0), LONGEST_MS))
  }
  const waitFor = (view: SessionView) =>
    wait(Math.min(view.idleEndsAt, view.endsAt) - client.now() + GRACE_MS)
  const check = async () => {
    try {
      waitFor(await client.readSession())
    } catch (error) {
      if (stopped) return
      if (error instanceof Refusal && error.code === 'signed-out') ended()
      else wait(RETRY_MS)
    }
  }

  waitFor(session)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
