import { answerOf } from './answer-of.ts'
import type { SmartClient } from '../../smart-launch/index.ts'
import { SECOND_MS } from '../clock.ts'
import type { EhrCapability } from '../fhir/capability.ts'
import type { EhrPlan } from '../fhir/plan.ts'
import { certificateFault } from '../http/network-faults.ts'
import type { Practice } from '../practices/practice.ts'
import type { Store } from '../store/open.ts'
import { askEhr } from './ask-ehr.ts'
import { capabilitiesLater, capabilitiesNow } from './capabilities.ts'
import { find, type Finding, type Found } from './findings.ts'
import { hostChecks } from './host-policy.ts'
import type { HostReport } from './schema.ts'
import { smartChecks, type SmartFacts } from './smart-checks.ts'
import { storeChecks, type StoreCheckDeps } from './store-checks.ts'
import { addressCheck, type AddressDeps, clockCheck, mailCheck } from './surroundings.ts'

export type ReportDeps = StoreCheckDeps &
  AddressDeps & {
    /** Origin that the EHR reads our keys from, and hosts load the card from. */
    staffUrl: string
    clientOf(practiceId: string): SmartClient
    capabilityOf(practiceId: string): Promise<EhrCapability>
    planOf(practiceId: string): Promise<EhrPlan>
    /** What the EHR grants the service. */
    serviceScopeOf(practiceId: string): Promise<string>
    /** The same of a token that is held, when `serviceScopeOf` has the EHR asked for a new one. */
    heldServiceScopeOf?(practiceId: string): Promise<string>
    /** Signs in to the mail server, unless somebody sees to it that this is not done too often. */
    checkMail?(practice: Practice): Promise<Finding>
    /** Where the store is to be, while there is none: it is empty, and nothing is said of it. */
    storeToBe?: string | null
  }

const ANSWER_WITHIN_MS = 5 * SECOND_MS
/** A plan is made of what is known by then. */
const PLANNED_WITHIN_MS = 2 * SECOND_MS

/**
 * What works at a practice's EHR, what falls back to what, what is impossible and why, and whether everything around
 * it is as it should be. Asks all at once; what does not answer in time is a line that says so, never an error.
 * @see design §1.2
 */
export async function findOut(deps: ReportDeps, practice: Practice): Promise<Found> {
  const client = deps.clientOf(practice.id)
  const [answer, ehr, launch, jwks, address, mail, stored, hosts] = await Promise.all([
    askEhr(deps, practice.fhirBase),
    askAbout(deps, practice.id, client),
    newestLaunch(deps.store, practice.id),
    lookForKey(deps, client),
    addressCheck(deps, practice),
    deps.checkMail?.(practice) ?? mailCheck(practice),
    deps.storeToBe
      ? [find('store', 'unknown', 'none-yet', { with: { file: deps.storeToBe } })]
      : storeChecks(deps, practice.id),
    hostChecks(deps.fetch, practice, deps.staffUrl),
  ])
  const { capability, plan, service, serviceScope } = ehr
  const facts: SmartFacts = {
    fhirBase: practice.fhirBase,
    capability,
    answer,
    alg: String(client.privateKeyJwk.alg ?? ''),
    asked: { staff: client.scope, service: client.serviceScope },
    granted: { staff: launch?.scope ?? null, service: serviceScope },
    service,
    lastLaunch: launch?.created_at ?? null,
    jwks,
  }
  return {
    at: deps.now(),
    ehr: toEhr(practice.fhirBase, capability),
    now: plan ? capabilitiesNow(plan) : [],
    later: capability ? capabilitiesLater(capability) : [],
    smart: smartChecks(facts),
    surroundings: [clockCheck(answer), address, mail, ...stored],
    hosts,
  }
}

type AboutEhr = {
  capability: EhrCapability | null
  plan: EhrPlan | null
  service: SmartFacts['service']
  serviceScope: string | null
}

/** What the EHR says that it can do, what it grants the service, and what follows from both. */
async function askAbout(deps: ReportDeps, practiceId: string, client: SmartClient): Promise<AboutEhr> {
  const said = await answerOf(deps.capabilityOf(practiceId), ANSWER_WITHIN_MS)
  const nothing = { plan: null, serviceScope: null }
  if (!('value' in said)) return { ...nothing, capability: null, service: 'unasked' }
  const capability = said.value
  const isAsked = capability.services && client.serviceScope.trim() !== ''
  const granted = isAsked ? await answerOf(deps.serviceScopeOf(practiceId), ANSWER_WITHIN_MS) : null
  const planned = await answerOf(deps.planOf(practiceId), PLANNED_WITHIN_MS)
  const plan = 'value' in planned ? planned.value : null
  if (granted === null)
    return { ...nothing, capability, plan, service: capability.services ? 'none' : 'no-way' }
  if ('value' in granted) return { capability, plan, service: 'yes', serviceScope: granted.value }
  if (granted.code === 'ehr-refused') return { ...nothing, capability, plan, service: 'refused' }
  // A token that is held is no worse for it; without one, what was asked for is not what the service has.
  const held = deps.heldServiceScopeOf
    ? await answerOf(deps.heldServiceScopeOf(practiceId), PLANNED_WITHIN_MS)
    : {}
  return { ...nothing, capability, plan: 'value' in held ? plan : null, service: 'silent' }
}

function toEhr(fhirBase: string, capability: EhrCapability | null): HostReport['ehr'] {
  const software = capability?.software
  return {
    fhirBase,
    software: software ? [software.name, software.version].filter(Boolean).join(' ') : null,
    fhirVersion: capability?.fhirVersion ?? null,
  }
}

const newestLaunch = ({ db }: Store, practiceId: string) =>
  db
    .selectFrom('launch')
    .select(['scope', 'created_at'])
    .where('practice_id', '=', practiceId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Whether the EHR finds this practice's key where it looks for our keys. */
async function lookForKey(
  { fetch, staffUrl, isRunning }: ReportDeps,
  { privateKeyJwk }: SmartClient,
): Promise<SmartFacts['jwks']> {
  const address = `${staffUrl}/.well-known/jwks.json`
  if (!isRunning) return { address, state: 'stopped' }
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const answer = await fetch(address, { redirect: 'manual', signal })
    const body = (await answer.json().catch(() => null)) as { keys?: unknown } | null
    const keys = Array.isArray(body?.keys) ? (body.keys as Partial<typeof privateKeyJwk>[]) : []
    const has = keys.some(
      ({ kid, x, n }) => kid === privateKeyJwk.kid && (x ?? n) === (privateKeyJwk.x ?? privateKeyJwk.n),
    )
    return { address, state: has ? 'yes' : 'other' }
  } catch (error) {
    return { address, state: certificateFault(error) ?? 'silent' }
  }
}
