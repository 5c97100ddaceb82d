import { randomBytes } from 'node:crypto'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { createShelf } from '../../../src/shelf/shelf.ts'
import { openTestStore } from '../../support/store.ts'

export const BASE = 'http://emr.example/fhir'
export const NOW = Date.parse('2026-11-22T17:00:00Z')

/** A shelf on a store of its own; time stands still until a test moves it. */
export async function openShelf(practiceId = 'fernwood') {
  const store = await openTestStore()
  const keyring = createKeyring(`test:${randomBytes(32).toString('base64url')}`)
  const clock = { now: NOW }
  const now = () => clock.now
  const deps = { store, keyring, now, base: BASE }
  return { store, keyring, clock, now, shelf: createShelf({ ...deps, practiceId }), deps }
}
