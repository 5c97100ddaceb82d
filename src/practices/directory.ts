import { SECOND_MS, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Store } from '../store/open.ts'
import { type Practice, toPractice } from './practice.ts'
import { readStoredSettings } from './store.ts'

/** The practices of this service, each as its settings stand now. */
export type PracticeDirectory = {
  find(slug: string): Promise<Practice | undefined>
  /** The practice whose EHR has this issuer, byte for byte. */
  byIssuer(issuer: string): Promise<Practice | undefined>
  /** Makes this node read a practice's settings anew at the next question. */
  forget(slug: string): void
}

/** How late another node may notice a change. */
const KEPT_MS = 2 * SECOND_MS

type Deps = { store: Store; keyring: Keyring; now: Clock; config: Config }

export function createPracticeDirectory({ store, keyring, now, config }: Deps): PracticeDirectory {
  const configured = new Map(config.practices.map((practice) => [practice.slug, practice]))
  const known = new Map<string, { readAt: number; practice: Promise<Practice> }>()

  async function find(slug: string) {
    const practice = configured.get(slug)
    if (!practice) return undefined
    const kept = known.get(slug)
    if (kept && Math.abs(now() - kept.readAt) < KEPT_MS) return kept.practice
    const reading = readStoredSettings(store.db, keyring, slug).then((stored) =>
      toPractice(practice, stored, config),
    )
    known.set(slug, { readAt: now(), practice: reading })
    // A store that was away for a moment must not be remembered as such.
    reading.catch(() => known.delete(slug))
    return reading
  }

  return {
    find,
    byIssuer: async (issuer) => {
      const found = config.practices.find(
        ({ fhirBase, issAliases }) => fhirBase === issuer || issAliases.includes(issuer),
      )
      return found && find(found.slug)
    },
    forget: (slug) => void known.delete(slug),
  }
}
