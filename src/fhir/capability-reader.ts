import { DAY_MS, MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import { Problem } from '../problem.ts'
import { readCapability, type EhrCapability } from './capability.ts'
import { exchange, type Transport } from './exchange.ts'

export type CapabilityReader = {
  /** @throws Problem `ehr-unavailable`, `ehr-timeout`, `ehr-busy` */
  read: (fhirBase: string) => Promise<EhrCapability>
  /** After a surprise, an EHR that does not do what it says: the next asker has it asked anew. */
  forget: (fhirBase: string) => void
}

/** So soon it is asked again, after a surprise or a day on which it did not answer; an EHR is asked no oftener. */
const AGAIN_MS = 5 * MINUTE_MS

/**
 * Remembers for a day what each EHR says that it can do. Several askers share one request. An EHR that does not answer
 * is taken at what it said before; where it never did, that is told to them and forgotten.
 */
export function createCapabilityReader(deps: { fetch: typeof fetch; now: Clock }): CapabilityReader {
  const kept = new Map<string, Kept>()
  const transport: Transport = { fetch: deps.fetch, timeoutMs: 10 * SECOND_MS, random: Math.random }

  const ask = (base: string, before: Kept | undefined): Kept => {
    const askedAt = deps.now()
    const entry: Kept = { askedAt, until: askedAt + DAY_MS, answer: askFor(transport, base) }
    entry.answer = entry.answer.catch((error: unknown) => {
      if (before) kept.set(base, { ...before, until: deps.now() + AGAIN_MS })
      else kept.delete(base)
      if (before) return before.answer
      throw error
    })
    return entry
  }
  return {
    read(fhirBase) {
      const base = withoutSlash(fhirBase)
      const found = kept.get(base)
      if (found && deps.now() < found.until) return found.answer
      const entry = ask(base, found)
      kept.set(base, entry)
      return entry.answer
    },
    forget(fhirBase) {
      const found = kept.get(withoutSlash(fhirBase))
      if (found && deps.now() >= found.askedAt + AGAIN_MS) found.until = 0
    },
  }
}

type Kept = { askedAt: number; until: number; answer: Promise<EhrCapability> }

const withoutSlash = (fhirBase: string) => fhirBase.replace(/\/+$/, '')

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
