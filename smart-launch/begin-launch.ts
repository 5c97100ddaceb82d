import { randomBytes } from 'node:crypto'
import { generatePKCEChallenge } from 'fhirclient/lib/security/server.js'
import * as z from 'zod'
import { chooseScope } from './choose-scope.ts'
import type { SmartClient, SmartDeps } from './client.ts'
import type { LaunchRequest } from './launch-request.ts'
import { SmartError } from './smart-error.ts'

/**
 * What this browser must bring back for the launch to be completed. It holds the PKCE verifier: the caller
 * keeps it sealed, in the browser that began the launch, and lets it be used once. It never holds a key.
 */
export const PendingLaunch = z.object({
  iss: z.string(),
  state: z.string().min(20),
  nonce: z.string().min(20),
  codeVerifier: z.string(),
  /** Epoch milliseconds. */
  createdAt: z.number(),
})
export type PendingLaunch = z.infer<typeof PendingLaunch>

export type BegunLaunch = { authorizeUrl: string; pending: PendingLaunch }

/**
 * Answers an EHR's launch with the address of its authorization server to send the browser to.
 *
 * @throws SmartError `launch-refused` before anything is fetched, unless `iss` is the registered EHR byte for
 *   byte; `ehr-unavailable` and `ehr-unsupported` from its discovery
 * @see SMART App Launch 2.2, Obtain authorization code, RFC 7636, RFC 9700 §2.1
 */
export async function beginLaunch(
  client: SmartClient,
  request: LaunchRequest,
  deps: SmartDeps,
): Promise<BegunLaunch> {
  checkOrigin(client, request)
  const configuration = await deps.discovery(client.iss)
  const { codeVerifier, codeChallenge } = await generatePKCEChallenge()
  const pending = {
    iss: client.iss,
    state: randomText(),
    nonce: randomText(),
    codeVerifier,
    createdAt: deps.now(),
  }
  // An authorization endpoint may bring a query of its own, which stays (RFC 6749 §3.1).
  const url = new URL(configuration.authorizationEndpoint)
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    launch: request.launch,
    scope: chooseScope(client.scope, configuration.capabilities),
    state: pending.state,
    nonce: pending.nonce,
    aud: client.iss,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { authorizeUrl: url.href, pending }
}

function checkOrigin(client: SmartClient, request: LaunchRequest): void {
  if (request.iss !== client.iss) throw new SmartError('launch-refused', 'iss is not the registered EHR')
  // Some EHRs add aud to the launch; where it is there it must agree.
  if (request.aud !== undefined && request.aud !== client.iss) {
    throw new SmartError('launch-refused', 'aud is not the registered EHR')
  }
  if (request.launch === '') throw new SmartError('launch-refused', 'launch is empty')
}

/** 256 bits; SMART asks for 122 at least. */
function randomText(): string {
  return randomBytes(32).toString('base64url')
}
