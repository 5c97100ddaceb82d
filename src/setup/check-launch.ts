import {
  beginLaunch,
  completeLaunch,
  createDiscovery,
  createServiceTokens,
  readLaunchRequest,
  SmartError,
  type LaunchGrant,
  type SmartClient,
  type SmartDeps,
} from '../../smart-launch/index.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { createFhirHandle } from '../fhir/client.ts'
import { missingScopes } from '../fhir/missing-scopes.ts'
import { launchFault, type LaunchFacts } from './launch-faults.ts'
import { clockFindings } from './look-at-ehr.ts'
import { plain } from './plain.ts'
import type { CheckedLaunch, Finding } from './schema.ts'
import { LASTING } from './scopes.ts'

export type LaunchParts = {
  client: SmartClient
  facts: LaunchFacts
  keyring: Keyring
  clockAheadMs: number | null
}
type LaunchDeps = { fetch: typeof globalThis.fetch; now: Clock }

const PENDING = 'set-up launch'

/** Where to send the browser, and what it must bring back; or what is wrong with the launch. */
export type Begun =
  | { authorizeUrl: string; state: string; sealed: string }
  /** `isForeign`: it names another EHR, as anybody can who knows this address. */
  | { refused: CheckedLaunch; isForeign: boolean }

/** Answers a launch from the EMR; nothing is fetched from another address than the one that was given. */
export async function beginCheck(
  deps: LaunchDeps,
  parts: LaunchParts,
  query: URLSearchParams,
): Promise<Begun> {
  try {
    const request = readLaunchRequest(query)
    if (!isSameBase(request.iss, parts.client.iss))
      return { refused: refusedLaunch(deps, foreignBase(request.iss, parts.client.iss)), isForeign: true }
    const client = { ...parts.client, iss: request.iss }
    const { authorizeUrl, pending } = await beginLaunch(client, request, smartOf(deps))
    return {
      authorizeUrl,
      state: pending.state,
      sealed: parts.keyring.seal(JSON.stringify(pending), PENDING),
    }
  } catch (error) {
    return { refused: refusedLaunch(deps, launchFault(error, parts.facts)), isForeign: false }
  }
}

/**
 * The EMR sends the browser back: does what the service will do, and says how each part of it went. The tokens are
 * forgotten afterwards.
 */
export async function finishCheck(
  deps: LaunchDeps,
  parts: LaunchParts,
  query: URLSearchParams,
  sealed: string | undefined,
): Promise<CheckedLaunch> {
  try {
    const pending = openPending(parts.keyring, sealed)
    const iss = isSameBase(pending.iss, parts.client.iss) ? pending.iss : parts.client.iss
    const client = { ...parts.client, iss }
    const smart = smartOf(deps)
    const grant = await completeLaunch(client, pending, query, smart)
    const [chart, service] = await Promise.all([
      chartFinding(deps, client, grant),
      serviceFindings(client, smart, parts.facts),
    ])
    return {
      ...said(deps, 'done', [
        signedIn(grant),
        chart,
        ...scopeFindings(client, grant),
        ...service,
        ...clockFindings(parts.clockAheadMs),
      ]),
      fhirUser: grant.fhirUser,
      userName: grant.userName === null ? null : plain(grant.userName),
      patient: grant.patient,
      granted: grant.scope,
      alias: iss === parts.client.iss ? null : iss,
    }
  } catch (error) {
    const clocks = clockFindings(parts.clockAheadMs)
    const refused = refusedLaunch(deps, launchFault(error, parts.facts))
    return { ...refused, findings: [...refused.findings, ...clocks] }
  }
}

/** A launch is under way: the EMR was asked and has not come back yet. */
export const begunLaunch = (deps: LaunchDeps, { facts }: LaunchParts): CheckedLaunch =>
  said(deps, 'begun', [
    {
      mood: 'warn',
      text: `The EMR was asked to sign in. If it shows a fault of its own instead of coming back, either an administrator of the EMR has not enabled Portico yet, or the redirect URL is registered in another spelling: it must be ${facts.redirect}.`,
    },
  ])

const said = ({ now }: LaunchDeps, state: CheckedLaunch['state'], findings: Finding[]): CheckedLaunch => ({
  state,
  at: now(),
  findings: findings.map(({ mood, text }) => ({ mood, text: plain(text) })),
  fhirUser: null,
  userName: null,
  patient: null,
  granted: '',
  alias: null,
})

const refusedLaunch = (deps: LaunchDeps, text: string) => said(deps, 'refused', [{ mood: 'bad', text }])

const smartOf = (deps: LaunchDeps): SmartDeps => ({ ...deps, discovery: createDiscovery(deps) })

/** EHRs differ with themselves about a slash at the end; anything else is another server. */
const isSameBase = (iss: string, fhirBase: string) => iss.replace(/\/+$/, '') === fhirBase

const foreignBase = (iss: string, fhirBase: string) =>
  `The EMR launches as ${shown(iss, fhirBase)}, but the address given here is ${fhirBase}. They must be the same: if the first is your EMR, go back and give that.`

/** No more of a stranger's address than says where it leads: the rest could be words that they want read. */
function shown(iss: string, fhirBase: string): string {
  const url = URL.canParse(iss) ? new URL(iss) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return 'something that is no web address'
  const text = url.origin === new URL(fhirBase).origin ? url.origin + url.pathname : url.origin
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** Whether the cookie of a launch is one that this set-up gave. */
export function isBegunHere(keyring: Keyring, sealed: string | undefined): boolean {
  try {
    openPending(keyring, sealed)
    return true
  } catch {
    return false
  }
}

function openPending(keyring: Keyring, sealed: string | undefined): { iss: string } {
  try {
    return JSON.parse(keyring.open(sealed ?? '', PENDING)) as { iss: string }
  } catch {
    throw new SmartError('state-mismatch', 'This browser brings no launch')
  }
}

const signedIn = ({ userName, fhirUser }: LaunchGrant): Finding => ({
  mood: 'good',
  text: `${userName ?? 'Somebody'} launched (${fhirUser}); the EMR's signature on that holds.`,
})

async function chartFinding(deps: LaunchDeps, client: SmartClient, grant: LaunchGrant): Promise<Finding> {
  const handle = createFhirHandle({
    base: client.iss,
    accessToken: () => Promise.resolve(grant.accessToken),
    fetch: deps.fetch,
  })
  try {
    await handle.read('Patient', grant.patient)
    return { mood: 'good', text: `The chart of Patient/${grant.patient} can be read.` }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no reason given'
    return {
      mood: 'bad',
      text: `Patient/${grant.patient} cannot be read with what was granted (${why}). Portico needs user/Patient.rs.`,
    }
  }
}

function scopeFindings(client: SmartClient, grant: LaunchGrant): Finding[] {
  // Whether the session lasts is told in a sentence of its own.
  const missing = missingScopes(client.scope, grant.scope, null).filter((scope) => !LASTING.includes(scope))
  const all: Finding = { mood: 'good', text: `Every scope that was asked for was granted: ${grant.scope}.` }
  const less: Finding = {
    mood: 'warn',
    text: `Not granted: ${missing.join(', ')}. Portico does without, and tells staff what they do by hand instead. Granted: ${grant.scope}.`,
  }
  const brief: Finding = {
    mood: 'warn',
    text: 'No refresh token: a staff session ends with its first token. Grant online_access or offline_access to change that.',
  }
  return [missing.length === 0 ? all : less, ...(grant.refreshToken === null ? [brief] : [])]
}

/** What Portico can do when nobody is there: patients' own screens and everything that happens at night. */
async function serviceFindings(
  client: SmartClient,
  smart: SmartDeps,
  facts: LaunchFacts,
): Promise<Finding[]> {
  if (client.serviceScope === '')
    return [{ mood: 'warn', text: 'No service access is asked for: patients sign in, but see no chart.' }]
  try {
    const granted = await createServiceTokens(client, smart).scope()
    const missing = missingScopes(client.serviceScope, granted, null).filter((scope) =>
      scope.startsWith('system/'),
    )
    if (missing.length === 0)
      return [{ mood: 'good', text: 'The service got a token of its own, with every scope.' }]
    return [{ mood: 'warn', text: `The service got a token of its own, but without ${missing.join(', ')}.` }]
  } catch (error) {
    return [
      {
        mood: 'warn',
        text: `The service got no token of its own, so patients see no chart. ${launchFault(error, facts)}`,
      },
    ]
  }
}
