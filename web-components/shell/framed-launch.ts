import type { FinishLaunch } from '../../src/staff/schema.ts'
import { type Client, createSubmission, practiceOf, Refusal } from '../client.ts'

/**
 * The end of a launch in a frame where no cookie survives: gives back to the service what `frame.ts` kept in this tab,
 * and moves to the launch's own address. Null where there is nothing to finish, because cookies did it.
 */
export function framedLaunch(client: Client): (() => Promise<void>) | null {
  const practice = practiceOf(location)
  if (location.pathname !== `/${practice}/callback`) return null
  const kept = takeKept(location.search)
  history.replaceState(null, '', location.pathname)
  const finish = createSubmission(client.finishLaunch)
  return async () => {
    if (kept === null) throw new Refusal('no-cookie')
    const launch = await finish(kept).catch((error: unknown) => {
      // The state is spent: asking again would only be refused as a second use.
      if (error instanceof Refusal && error.code === 'ehr-unavailable') throw new Refusal('launch-cut-short')
      throw error
    })
    history.replaceState(null, '', `/${practice}/staff/l/${encodeURIComponent(launch)}/`)
  }
}

function takeKept(query: string): FinishLaunch | null {
  const state = new URLSearchParams(query).get('state') ?? ''
  try {
    const sealed = sessionStorage.getItem(state)
    sessionStorage.removeItem(state)
    return sealed === null ? null : { sealed, query }
  } catch {
    return null
  }
}
