import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { deleteBlob, findBlob, putBlob, readBlob } from '../../../src/shelf/blobs.ts'
import { sweep } from '../../../src/store/sweep.ts'
import { codeOf } from '../fhir/contract-answers.ts'
import { NOW, openShelf } from './shelf.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const { store, keyring, clock, now } = await openShelf()
const deps = { store, keyring, now }
const PRACTICE = 'fernwood'
const file = { practiceId: PRACTICE, patientId: 'ann', contentType: 'application/pdf', mostBytes: 2_000_000 }

async function* bytesIn(...pieces: Uint8Array[]) {
  yield* pieces
}
async function readAll(id: string) {
  const pieces: Uint8Array[] = []
  for await (const piece of readBlob(deps, PRACTICE, id)) pieces.push(piece)
  return Buffer.concat(pieces)
}
const chunksOf = async (id?: string) => {
  const query = store.db.selectFrom('blob_chunk').selectAll()
  return (id ? query.where('blob_id', '=', id) : query).orderBy('seq').execute()
}

test.each([
  ['nothing', [0]],
  ['a line', [10]],
  ['exactly one piece', [131_072]],
  ['one byte more than a piece', [131_072, 1]],
  ['many small writes', Array.from({ length: 90 }, () => 3001)],
  ['one large write', [700_001]],
])('a file of %s comes out as it went in', async (_, sizes) => {
  const pieces = sizes.map((size) => randomBytes(size))
  const whole = Buffer.concat(pieces)
  const blob = await putBlob(deps, file, bytesIn(...pieces))
  expect(blob).toEqual({
    id: blob.id,
    patientId: 'ann',
    contentType: 'application/pdf',
    size: whole.length,
    sha256: createHash('sha256').update(whole).digest('hex'),
  })
  expect(await findBlob(store.db, PRACTICE, blob.id)).toEqual(blob)
  expect((await readAll(blob.id)).equals(whole)).toBe(true)
  for (const { data_sealed } of await chunksOf(blob.id))
    expect(data_sealed.length).toBeLessThanOrEqual(262_144)
})

test('others get their turn while a large file comes in', async () => {
  let turns = 0
  const timer = setInterval(() => (turns += 1), 0)
  await putBlob(deps, file, bytesIn(randomBytes(1_900_000)))
  clearInterval(timer)
  expect(turns).toBeGreaterThan(3)
})

test('a byte more than allowed is refused, and leaves nothing behind', async () => {
  const before = (await chunksOf()).length
  const put = putBlob(deps, { ...file, mostBytes: 200_000 }, bytesIn(randomBytes(200_001)))
  expect(await codeOf(put)).toBe('too-large')
  expect(await chunksOf()).toHaveLength(before)
})

test('a file whose sender went away is not there, and leaves nothing behind', async () => {
  const before = (await chunksOf()).length
  async function* cut() {
    yield randomBytes(300_000)
    throw new Error('gone')
  }
  await expect(putBlob(deps, file, cut())).rejects.toThrow('gone')
  expect(await chunksOf()).toHaveLength(before)
})

test('a piece that is changed, missing, or in another’s place is never taken for the file', async () => {
  const whole = randomBytes(400_000)
  const blob = await putBlob(deps, file, bytesIn(whole))
  const chunks = await chunksOf(blob.id)
  const put = (seq: number, data_sealed: string) =>
    store.db
      .updateTable('blob_chunk')
      .set({ data_sealed })
      .where('blob_id', '=', blob.id)
      .where('seq', '=', seq)
      .execute()
  await put(1, chunks[2]?.data_sealed ?? '')
  await expect(readAll(blob.id)).rejects.toThrow()
  await put(1, chunks[1]?.data_sealed ?? '')
  await store.db
    .updateTable('blob')
    .set({ sha256: 'f'.repeat(64) })
    .where('id', '=', blob.id)
    .execute()
  await expect(readAll(blob.id)).rejects.toThrow('not what was put in')
  await store.db.deleteFrom('blob_chunk').where('blob_id', '=', blob.id).where('seq', '=', 3).execute()
  await expect(readAll(blob.id)).rejects.toThrow('lost piece 3')
})

test('a deleted file is gone, pieces and all; another practice never had it', async () => {
  const blob = await putBlob(deps, file, bytesIn(randomBytes(300_000)))
  expect(await codeOf(readBlob(deps, 'harbor', blob.id).next())).toBe('not-found')
  await deleteBlob(deps, PRACTICE, blob.id)
  expect(await findBlob(store.db, PRACTICE, blob.id)).toBeUndefined()
  expect(await codeOf(readBlob(deps, PRACTICE, blob.id).next())).toBe('not-found')
  expect(await chunksOf(blob.id)).toEqual([])
})

/** What a crash leaves: pieces, and no file. */
async function crash(id: string, pieces: number) {
  for (let seq = 0; seq < pieces; seq += 1)
    await store.db
      .insertInto('blob_chunk')
      .values({ practice_id: PRACTICE, blob_id: id, seq, data_sealed: 'x', created_at: clock.now })
      .execute()
}
async function sweepAll(at: number) {
  while (await sweep(store, at));
}

test('what a crash has left is swept after an hour, and whole files never are', async () => {
  const blob = await putBlob(deps, file, bytesIn(randomBytes(300_000)))
  await crash('orphan', 20)
  await sweepAll(NOW + HOUR - 1)
  expect(await chunksOf('orphan')).toHaveLength(20)
  await sweepAll(NOW + HOUR)
  expect(await chunksOf('orphan')).toEqual([])
  expect(await chunksOf(blob.id)).toHaveLength(3)
})

test('also when the service was away for a week: at midnight it looks through everything', async () => {
  await crash('forgotten', 2)
  const later = NOW + 7 * DAY
  await sweepAll(later)
  expect(await chunksOf('forgotten')).toHaveLength(2)
  await sweepAll(later - (later % DAY) + DAY)
  expect(await chunksOf('forgotten')).toEqual([])
})

test('a file that takes longer than the sweep would wait does not come in', async () => {
  async function* slow() {
    yield randomBytes(1000)
    clock.now += HOUR
    yield randomBytes(1000)
  }
  await expect(putBlob(deps, file, slow())).rejects.toThrow('too long')
})

test('a file whose last answer was lost after its commit is there, whole', async () => {
  const whole = randomBytes(300_000)
  const insert = (row: Parameters<ReturnType<typeof store.db.insertInto<'blob'>>['values']>[0]) => ({
    execute: async () => {
      await store.db.insertInto('blob').values(row).execute()
      throw new Error('connection reset')
    },
  })
  const db = new Proxy(store.db, {
    get(target, name) {
      if (name === 'insertInto')
        return (table: 'blob' | 'blob_chunk') =>
          table === 'blob' ? { values: insert } : target.insertInto(table)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const lossy = { ...store, db }
  const blob = await putBlob({ ...deps, store: lossy }, file, bytesIn(whole))
  expect(blob.size).toBe(300_000)
  expect((await readAll(blob.id)).equals(whole)).toBe(true)
})
