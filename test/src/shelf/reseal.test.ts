import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { putBlob, readBlob } from '../../../src/shelf/blobs.ts'
import { createReseal } from '../../../src/shelf/reseal.ts'
import { createShelf } from '../../../src/shelf/shelf.ts'
import { codeOf } from '../fhir/contract-answers.ts'
import { message, task, unique } from '../fhir/contract-people.ts'
import { openShelf } from './shelf.ts'

const key = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`

/** A shelf that one key has sealed, and the same under a new one with and without the old. */
async function openRotated() {
  const { deps, store, now } = await openShelf()
  const [older, newer] = [key('old'), key('new')]
  const under = (spec: string) => {
    const keyring = createKeyring(spec)
    const unreadable: string[] = []
    const onUnreadable = ({ id }: { id: string }) => void unreadable.push(id)
    return {
      keyring,
      unreadable,
      shelf: createShelf({ ...deps, keyring, practiceId: 'fernwood', onUnreadable }),
    }
  }
  return { store, now, deps, old: under(older), both: under(`${newer},${older}`), fresh: under(newer) }
}

async function* bytes(size: number) {
  yield randomBytes(size)
}

test('what the shelf and files keep is sealed again under a new key, so that the old one can go', async () => {
  const { store, now, old, both, fresh } = await openRotated()
  const identifier = [unique()]
  const query = { identifier: `${identifier[0]?.system}|${identifier[0]?.value}` }
  const made = await old.shelf.create(task('ann', { identifier }))
  await store.transaction(async (tx) => {
    for (let n = 0; n < 120; n += 1) await old.shelf.within(tx).create(message(`p${n}`, 'x'))
  })
  const file = { practiceId: 'fernwood', patientId: null, contentType: 'x/y', mostBytes: 2_000_000 }
  const blob = await putBlob({ store, now, keyring: old.keyring }, file, bytes(1_500_000))

  const told: object[] = []
  const reseal = createReseal({ store, keyring: both.keyring, tell: (counts) => void told.push(counts) })
  let turns = 1
  while (await reseal()) turns += 1
  expect(turns).toBeGreaterThan(4)
  expect(told).toEqual([{ resealed: 121 + 12, unreadable: 0 }])
  while (await reseal());
  expect(told).toHaveLength(1)

  const found = await fresh.shelf.search('Task', { patient: 'ann', ...query })
  expect(found.entry?.map(({ resource }) => resource)).toEqual([made])
  expect((await fresh.shelf.create(task('ann', { identifier }), { ifNoneExist: query })).id).toBe(made.id)
  let size = 0
  for await (const piece of readBlob({ store, now, keyring: fresh.keyring }, 'fernwood', blob.id))
    size += piece.length
  expect(size).toBe(1_500_000)
  expect(fresh.unreadable).toEqual([])
})

test('one row that no key opens hides no other, is refused to who asks for it, and is told of', async () => {
  const { store, deps, old, both, fresh } = await openRotated()
  const identifier = [unique()]
  const lost = await old.shelf.create(task('ann', { identifier }))
  const kept = await both.shelf.create(task('ann'))
  const told: object[] = []
  const reseal = createReseal({ store, keyring: fresh.keyring, tell: (counts) => void told.push(counts) })
  while (await reseal());
  expect(told).toEqual([{ resealed: 0, unreadable: 1 }])

  const found = await fresh.shelf.search('Task', { patient: 'ann' })
  expect(found.entry?.map(({ resource }) => resource?.id)).toEqual([kept.id])
  expect(fresh.unreadable).toEqual([lost.id])
  expect(await codeOf(fresh.shelf.read('Task', lost.id))).toBe('ehr-unavailable')
  const status = [{ op: 'replace', path: '/status', value: 'completed' }] as const
  expect(await codeOf(fresh.shelf.patch('Task', lost.id, status))).toBe('ehr-unavailable')
  // With nobody to tell, the search is refused rather than silently short.
  const silent = createShelf({ ...deps, keyring: fresh.keyring, practiceId: 'fernwood' })
  expect(await codeOf(silent.search('Task', { patient: 'ann' }))).toBe('ehr-unavailable')

  // Found by its hash but not opened: whether it is the one nobody can tell, so nothing is made.
  await store.db.updateTable('resource').set({ json_sealed: 'v1.old.x' }).where('id', '=', lost.id).execute()
  const query = { identifier: `${identifier[0]?.system}|${identifier[0]?.value}` }
  expect(await codeOf(both.shelf.create(task('ann'), { ifNoneExist: query }))).toBe('ehr-unavailable')
})
