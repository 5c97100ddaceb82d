import {
  beginLaunch,
  readLaunchRequest,
  SmartError,
  type SmartClient,
  type SmartDeps,
} from '../../smart-launch/index.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import { fromSmartError } from './smart-errors.ts'

export type BeginDeps = {
  keyring: Keyring
  smart: SmartDeps
  clientOf: (practiceId: string) => SmartClient
  /** Asks the EHR anew what it can do, if it was asked a while ago; never throws. */
  renewCapability: (practiceId: string) => Promise<void>
}

/** Names what a sealed launch may be opened for. */
export const pendingContext = (practiceId: string) => `pending-launch ${practiceId}`

/**
 * The EMR sends a staff member here with `iss` and `launch`; answers where to send the browser next and what to keep in
 * its cookie. Nothing else in the address counts, and nothing is fetched from an issuer that is not the practice's own.
 *
 * @throws Problem `launch-refused` for any other issuer, `ehr-unavailable` when the EMR cannot be asked.
 * @see SMART App Launch 2.2 §2.0.8 (EHR launch)
 */
export async function startLaunch(deps: BeginDeps, practice: Practice, query: URLSearchParams) {
  const request = readRequest(query)
  if (!request || !practice.issuers.includes(request.iss))
    throw new Problem('launch-refused', 'This launch did not come from an EMR that the practice knows.')
  // While the browser goes to the EMR and back, so that the first card finds it there.
  void deps.renewCapability(practice.id)
  try {
    const client = { ...deps.clientOf(practice.id), iss: request.iss }
    const { authorizeUrl, pending } = await beginLaunch(client, request, deps.smart)
    const sealed = deps.keyring.seal(JSON.stringify(pending), pendingContext(practice.id))
    return { authorizeUrl, state: pending.state, sealed }
  } catch (error) {
    throw fromSmartError(error)
  }
}

function readRequest(query: URLSearchParams) {
  try {
    return readLaunchRequest(query)
  } catch (error) {
    if (error instanceof SmartError) return undefined
    throw error
  }
}
