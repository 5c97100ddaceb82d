import { readOnce } from './read-once.ts'
import { SmartError } from './smart-error.ts'

/** What an EHR says when it opens us. */
export type LaunchRequest = {
  iss: string
  /** The EHR's handle on the context it opened us in; opaque. */
  launch: string
  aud?: string
}

/**
 * Reads the query with which an EHR opened us; whatever else it holds is ignored, never obeyed.
 *
 * @throws SmartError `launch-refused` when `iss` or `launch` is missing or a parameter comes twice
 * @see SMART App Launch 2.2, Launch App: EHR Launch
 */
export function readLaunchRequest(query: URLSearchParams): LaunchRequest {
  const parameters = readOnce(query)
  if (!parameters) throw new SmartError('launch-refused', 'A launch parameter comes twice')
  const iss = parameters.get('iss')
  const launch = parameters.get('launch')
  const aud = parameters.get('aud')
  if (!iss || !launch) throw new SmartError('launch-refused', 'iss or launch is missing')
  return { iss, launch, ...(aud === undefined ? {} : { aud }) }
}
