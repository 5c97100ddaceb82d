import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { resealToDos } from '../../../src/desk/reseal-todos.ts'
import { openPayload, sealPayload } from '../../../src/desk/store.ts'
import { openTestStore } from '../../support/store.ts'

test('open to-dos are sealed again under a new key, however many there are', async () => {
  const store = await openTestStore()
  const [older, newer] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64url')}`)
  const old = createKeyring(older ?? '')
  const COUNT = 501
  const rows = Array.from({ length: COUNT }, (_, n) => {
    const named = { practice_id: 'fernwood', id: String(n).padStart(4, '0') }
    const settled = { checked_at: null, done_at: null, done_by: null, done_how: null }
    const payload_sealed = sealPayload(old, named, { name: `P${n}`, changes: [] })
    const about = { kind: 'contacts' as const, patient_id: `p${n}`, created_by: 's', version: 1 }
    return { ...named, ...about, ...settled, payload_sealed, created_at: 1, check_at: 1 }
  })
  await store.db.insertInto('work_item').values(rows).execute()
  await resealToDos(store, createKeyring(`${newer},${older}`))
  const alone = createKeyring(newer ?? '')
  const kept = await store.db.selectFrom('work_item').selectAll().orderBy('id').execute()
  expect(kept.map((row) => openPayload(alone, row)?.name)).toEqual(rows.map((_, n) => `P${n}`))
})
