import { SECOND_MS, systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createKeyring } from '../crypto/keyring.ts'
import { createLog } from '../log.ts'
import { createPracticeDirectory } from '../practices/directory.ts'
import type { Store } from '../store/open.ts'
import { wireEhr } from '../wiring.ts'
import { inWords } from './in-words.ts'
import { findOut } from './read-report.ts'
import type { HostReport } from './schema.ts'

/**
 * Makes the reports of these practices from outside of the service, whether it runs or not.
 * @param storeToBe where the store is to be, when this one only stands in for it
 */
export async function examine(
  config: Config,
  store: Store,
  slugs: readonly string[],
  storeToBe: string | null,
): Promise<HostReport[]> {
  const now = systemClock
  const keyring = createKeyring(config.keys)
  const instance = keyring.mac('instance', 'portico')
  const directory = createPracticeDirectory({ store, keyring, now, config })
  const parts = wireEhr(config, { store, now, fetch, log: createLog('silent') }, keyring)
  const isRunning = await runs(config, instance)
  const deps = {
    ...parts,
    store,
    keyring,
    now,
    fetch,
    instance,
    isRunning,
    storeToBe,
    staffUrl: config.staffUrl,
  }
  const reports = await Promise.all(
    slugs.map(async (slug) => {
      const practice = await directory.find(slug)
      return practice ? [inWords(await findOut(deps, practice), practice, 'en')] : []
    }),
  )
  return reports.flat()
}

const ANSWER_WITHIN_MS = 2 * SECOND_MS
const ANY_ADDRESS = /^(0\.0\.0\.0|::)$/

/** Whether this Portico runs, here or where staff reach it. */
async function runs({ bind, port, staffUrl }: Config, instance: string): Promise<boolean> {
  const host = ANY_ADDRESS.test(bind) ? '127.0.0.1' : bind.includes(':') ? `[${bind}]` : bind
  const answers = await Promise.all([`http://${host}:${port}`, staffUrl].map((origin) => instanceAt(origin)))
  return answers.includes(instance)
}

async function instanceAt(origin: string): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const answer = await fetch(`${origin}/healthz`, { redirect: 'manual', signal })
    return ((await answer.json()) as { instance?: unknown } | null)?.instance
  } catch {
    return null
  }
}
