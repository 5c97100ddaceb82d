import { sql } from 'kysely'
import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import type { Store } from '../store/open.ts'
import type { Content } from './accept.ts'
import { chunkContext } from './blobs.ts'
import { keysOf } from './keys.ts'
import { contextOf } from './shelf.ts'

export type ResealDeps = {
  store: Store
  keyring: Keyring
  /** Told at the end of a walk that found something under an older key. */
  tell(counts: Resealed): void
}

/** What a walk has sealed again, and what no key opens. */
type Resealed = { resealed: number; unreadable: number }

/** Looked at in one turn: the first letters of a row say under which key it is. */
const ROWS_AT_ONCE = 500
const RESEALED_AT_ONCE = 50
/** A piece of a file is up to 256 KiB. */
const CHUNKS_AT_ONCE = 8
const HEAD = 40

/**
 * Seals what the shelf and files keep under the current key, bit by bit in the background: they stay for years, and a key
 * that was replaced must be free to go. Identifiers are hashed anew with it, or nobody would find them. What no key
 * opens is left alone.
 * @returns a step of the worker: true while the walk is not at its end; called after that it begins anew
 */
export function createReseal(deps: ResealDeps): () => Promise<boolean> {
  const start = (): Walk => ({
    rows: ['', '', ''],
    chunks: ['', '', -1],
    counts: { resealed: 0, unreadable: 0 },
  })
  let walk = start()
  return async () => {
    if (walk.rows && (await resealRows(deps, walk))) return true
    if (await resealChunks(deps, walk)) return true
    const { counts } = walk
    walk = start()
    if (counts.resealed + counts.unreadable > 0) deps.tell(counts)
    return false
  }
}

type Walk = {
  /** The last one looked at; undefined when all were. */
  rows: readonly [practiceId: string, type: string, id: string] | undefined
  chunks: readonly [practiceId: string, id: string, seq: number]
  counts: Resealed
}

async function resealRows(deps: ResealDeps, walk: Walk): Promise<boolean> {
  const after = walk.rows ?? ['', '', '']
  const rows = await deps.store.db
    .selectFrom('resource')
    .select(['practice_id', 'type', 'id', sql<string>`substr(json_sealed, 1, ${HEAD})`.as('head')])
    .where((eb) => eb(eb.refTuple('practice_id', 'type', 'id'), '>', eb.tuple(...after)))
    .orderBy('practice_id')
    .orderBy('type')
    .orderBy('id')
    .limit(ROWS_AT_ONCE)
    .execute()
  let left = RESEALED_AT_ONCE
  for (const { practice_id, type, id, head } of rows) {
    walk.rows = [practice_id, type, id]
    if (head === '' || deps.keyring.isCurrent(head)) continue
    count(walk, await resealRow(deps, { practice_id, type, id }))
    left -= 1
    if (left === 0) return true
  }
  if (rows.length === 0) walk.rows = undefined
  return rows.length > 0
}

/**
 * Whoever changes the row meanwhile seals it under the current key.
 * @returns false when no key opens it
 */
const resealRow = (
  { store, keyring }: ResealDeps,
  named: { practice_id: string; type: string; id: string },
) =>
  store.transaction(async (tx) => {
    const { practice_id, type, id } = named
    const row = await tx
      .selectFrom('resource')
      .select('json_sealed')
      .where('practice_id', '=', practice_id)
      .where('type', '=', type)
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row || row.json_sealed === '') return true
    const text = openOrNull(keyring, row.json_sealed, contextOf(named))
    if (text === null) return false
    const updated = await tx
      .updateTable('resource')
      .set({ json_sealed: keyring.seal(text, contextOf(named)) })
      .where('practice_id', '=', practice_id)
      .where('type', '=', type)
      .where('id', '=', id)
      .where('json_sealed', '=', row.json_sealed)
      .returning('id')
      .executeTakeFirst()
    if (!updated) return true
    await tx
      .deleteFrom('resource_key')
      .where('practice_id', '=', practice_id)
      .where('type', '=', type)
      .where('id', '=', id)
      .where('name', '=', 'identifier')
      .execute()
    const keys = keysOf(keyring, practice_id, JSON.parse(text) as Content)
    const hashed = keys.filter(({ name }) => name === 'identifier').map((key) => ({ ...named, ...key }))
    if (hashed.length > 0) await tx.insertInto('resource_key').values(hashed).execute()
    return true
  })

async function resealChunks(deps: ResealDeps, walk: Walk): Promise<boolean> {
  const chunks = await deps.store.db
    .selectFrom('blob_chunk')
    .select(['practice_id', 'blob_id', 'seq', 'data_sealed'])
    .where((eb) => eb(eb.refTuple('practice_id', 'blob_id', 'seq'), '>', eb.tuple(...walk.chunks)))
    .orderBy('practice_id')
    .orderBy('blob_id')
    .orderBy('seq')
    .limit(CHUNKS_AT_ONCE)
    .execute()
  for (const chunk of chunks) {
    walk.chunks = [chunk.practice_id, chunk.blob_id, chunk.seq]
    if (!deps.keyring.isCurrent(chunk.data_sealed)) count(walk, await resealChunk(deps, chunk))
  }
  return chunks.length > 0
}

type Chunk = { practice_id: string; blob_id: string; seq: number; data_sealed: string }

async function resealChunk({ store, keyring }: ResealDeps, chunk: Chunk): Promise<boolean> {
  const { practice_id, blob_id, seq, data_sealed } = chunk
  const context = chunkContext({ practiceId: practice_id, id: blob_id, seq })
  const data = openOrNull(keyring, data_sealed, context)
  if (data === null) return false
  await store.db
    .updateTable('blob_chunk')
    .set({ data_sealed: keyring.seal(data, context) })
    .where('practice_id', '=', practice_id)
    .where('blob_id', '=', blob_id)
    .where('seq', '=', seq)
    .execute()
  return true
}

const count = ({ counts }: Walk, isResealed: boolean): void => {
  counts[isResealed ? 'resealed' : 'unreadable'] += 1
}
