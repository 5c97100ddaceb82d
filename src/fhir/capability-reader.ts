import { DAY_MS, MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import { Problem } from '../problem.ts'
import { readCapability, type EhrCapability } from './capability.ts'
import { exchange, type Transport } from './exchange.ts'

export type CapabilityReader = {
  /** @throws Problem `ehr-unavailable`, `ehr-timeout`, `ehr-busy` */
  read: (fhirBase: string) => Promise<EhrCapability>
  /** After a surprise, an EHR that does not do what it says: the next asker has it asked anew. */
  forget: (fhirBase: string) => void
  /** Before it is needed: asks anew what was learned a while ago. Until the answer is there, what was said counts. */
  renew: (fhirBase: string) => Promise<void>
}

/** So soon it is asked again, after a surprise, a refusal, or a day on which it did not answer; no oftener. */
const AGAIN_MS = 5 * MINUTE_MS

/**
 * Remembers for a day what each EHR says that it can do. Several askers share one request. An EHR that does not answer
 * is taken at what it said before; where it never did, that is told to them and forgotten, unless it refuses to say.
 */
export function createCapabilityReader(deps: { fetch: typeof fetch; now: Clock }): CapabilityReader {
  const kept = new Map<string, Kept>()
  const transport: Transport = { fetch: deps.fetch, timeoutMs: 10 * SECOND_MS, random: Math.random }

  const ask = (base: string, found: Kept | undefined): Kept => {
    const askedAt = deps.now()
    const before = found?.isRefusal ? undefined : found
    const entry: Kept = {
      askedAt,
      until: askedAt + DAY_MS,
      answer: askFor(transport, base),
      isRefusal: false,
    }
    entry.answer = entry.answer.catch((error: unknown) => {
      const until = deps.now() + AGAIN_MS
      if (before) kept.set(base, { ...before, until })
      else if (isRefusal(error)) Object.assign(entry, { until, isRefusal: true })
      else kept.delete(base)
      if (before) return before.answer
      throw error
    })
    return entry
  }
  const isOld = ({ askedAt }: Kept) => deps.now() >= askedAt + AGAIN_MS
  const read: CapabilityReader['read'] = (fhirBase) => {
    const base = withoutSlash(fhirBase)
    const found = kept.get(base)
    if (found && deps.now() < found.until) return found.answer
    const entry = ask(base, found)
    kept.set(base, entry)
    return entry.answer
  }
  return {
    read,
    forget(fhirBase) {
      const found = kept.get(withoutSlash(fhirBase))
      if (found && isOld(found)) found.until = 0
    },
    async renew(fhirBase) {
      const base = withoutSlash(fhirBase)
      const found = kept.get(base)
      if (!found || found.isRefusal || deps.now() >= found.until)
        return void (await read(base).catch(() => undefined))
      if (!isOld(found)) return
      found.askedAt = deps.now()
      const entry = ask(base, found)
      const answer = await entry.answer
      if (answer !== (await found.answer)) kept.set(base, entry)
    },
  }
}

type Kept = { askedAt: number; until: number; answer: Promise<EhrCapability>; isRefusal: boolean }

const withoutSlash = (fhirBase: string) => fhirBase.replace(/\/+$/, '')

async function askFor(transport: Transport, base: string): Promise<EhrCapability> {
  const [statement, smart] = await Promise.all([
    askOpenly(transport, `${base}/metadata`, 'application/fhir+json').catch((cause: unknown) => {
      throw isPassing(cause) ? cause : new Problem('ehr-unavailable', undefined, { cause })
    }),
    askOpenly(transport, `${base}/.well-known/smart-configuration`, 'application/json').catch((error) => {
      if (isPassing(error)) throw error
      return undefined
    }),
  ])
  return readCapability(statement, smart)
}

/** Asks without a token for what everybody may know. */
const askOpenly = async (transport: Transport, url: string, accept: string): Promise<unknown> =>
  (await exchange(transport, url, { method: 'GET', headers: { accept } })).body

const isPassing = (error: unknown) =>
  error instanceof Problem && ['ehr-unavailable', 'ehr-timeout', 'ehr-busy'].includes(error.code)

/** An EHR that is there and keeps its statement to itself, behind a login for one. */
const isRefusal = (error: unknown) => error instanceof Problem && error.cause instanceof Problem
