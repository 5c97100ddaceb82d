import { DAY_MS, SECOND_MS, type Clock } from '../clock.ts'
import { Problem } from '../problem.ts'
import { capabilityOf, readCapability, type EhrCapability, type TypeCapability } from './capability.ts'
import { exchange, type Transport } from './exchange.ts'

/** Where resources of a type live for a practice: in the chart, or on the portal's own shelf. */
export type Home = 'ehr' | 'portal'

type Ability = Exclude<keyof TypeCapability, 'searchParams'>

/** What the EHR must let us do before a type that Portico writes can live there; the others are only read. */
const NEEDS: Readonly<Record<string, readonly Ability[]>> = {
  Appointment: ['read', 'search', 'create'],
  Communication: ['read', 'search', 'create'],
  Consent: ['read', 'search', 'create', 'update'],
  DocumentReference: ['read', 'search', 'create'],
  QuestionnaireResponse: ['read', 'search', 'create'],
}
const READ_ONLY: readonly Ability[] = ['read', 'search']

/**
 * Where resources of a type live, given what the EHR lets a token do.
 * @see design §6
 */
export function homeOf(capability: EhrCapability, type: string): Home {
  const can = capabilityOf(capability, type)
  const needs = (Object.hasOwn(NEEDS, type) ? NEEDS[type] : undefined) ?? READ_ONLY
  return needs.every((ability) => can[ability]) ? 'ehr' : 'portal'
}

export type CapabilityReader = (fhirBase: string) => Promise<EhrCapability>

/**
 * Remembers for a day what each EHR says that it can do. Several askers share one request; a failure is told to them
 * and forgotten.
 * @throws Problem `ehr-unavailable`, `ehr-timeout`, `ehr-busy`
 */
export function createCapabilityReader(deps: { fetch: typeof fetch; now: Clock }): CapabilityReader {
  const kept = new Map<string, { until: number; capability: Promise<EhrCapability> }>()
  const transport: Transport = { fetch: deps.fetch, timeoutMs: 10 * SECOND_MS, random: Math.random }
  return (fhirBase) => {
    const base = fhirBase.replace(/\/+$/, '')
    const found = kept.get(base)
    if (found && deps.now() < found.until) return found.capability
    const entry = { until: deps.now() + DAY_MS, capability: askFor(transport, base) }
    kept.set(base, entry)
    entry.capability.catch(() => {
      if (kept.get(base) === entry) kept.delete(base)
    })
    return entry.capability
  }
}

async function askFor(transport: Transport, base: string): Promise<EhrCapability> {
  const [statement, smart] = await Promise.all([
    askOpenly(transport, `${base}/metadata`, 'application/fhir+json'),
    askOpenly(transport, `${base}/.well-known/smart-configuration`, 'application/json'),
  ])
  return readCapability(statement, smart)
}

/** Asks without a token for what everybody may know; `undefined` when the EHR does not tell it. */
async function askOpenly(transport: Transport, url: string, accept: string): Promise<unknown> {
  try {
    return (await exchange(transport, url, { method: 'GET', headers: { accept } })).body
  } catch (error) {
    const isPassing =
      error instanceof Problem && ['ehr-unavailable', 'ehr-timeout', 'ehr-busy'].includes(error.code)
    if (isPassing) throw error
    return undefined
  }
}
