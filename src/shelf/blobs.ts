import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { MINUTE_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

export type BlobDeps = { store: Store; keyring: Keyring; now: Clock }

export type NewBlob = {
  practiceId: string
  /** Whose file it is; null for the practice's own. */
  patientId: string | null
  contentType: string
  /** What the caller allows; one byte more is `too-large`. */
  mostBytes: number
}

/** What is known of a file beside its bytes. `sha256` is hex. */
export type Blob = { id: string; patientId: string | null; contentType: string; size: number; sha256: string }

/** Sealed it is under 256 KiB of text: a row that is written and read within one turn of the event loop. */
const CHUNK_BYTES = 128 * 1024

/** Pieces of a file that is not there after an hour are swept away: by then it is there, or never will be. */
const PUT_WITHIN_MS = 30 * MINUTE_MS

/**
 * Keeps a file, encrypted, in pieces. It is there once this resolves; a file that was cut off never is, and pieces that
 * a crash has left are swept away.
 * @throws Problem `too-large`; Error when it took too long; and whatever the source throws
 */
export async function putBlob(
  deps: BlobDeps,
  blob: NewBlob,
  source: AsyncIterable<Uint8Array>,
): Promise<Blob> {
  const { practiceId, patientId, contentType } = blob
  const startedAt = deps.now()
  const id = uuidv7(startedAt)
  try {
    const row = {
      ...(await putChunks(deps, { ...blob, id }, source)),
      content_type: contentType,
      patient_id: patientId,
    }
    const now = deps.now()
    if (now > startedAt + PUT_WITHIN_MS) throw new Error(`Blob ${id} took too long to come in.`)
    await deps.store.db
      .insertInto('blob')
      .values({ practice_id: practiceId, id, ...row, created_at: now })
      .execute()
    return toBlob({ id, ...row })
  } catch (error) {
    // A connection can break after the commit and before the answer: then the file is there, and stays whole.
    const there = await findBlob(deps.store.db, practiceId, id)
    if (there) return there
    await deleteChunks(deps.store.db, practiceId, id)
    throw error
  }
}

async function putChunks(
  deps: BlobDeps,
  { practiceId, id, mostBytes }: NewBlob & { id: string },
  source: AsyncIterable<Uint8Array>,
) {
  const hash = createHash('sha256')
  let size = 0
  let seq = 0
  for await (const chunk of inChunks(source)) {
    size += chunk.length
    if (size > mostBytes) throw new Problem('too-large')
    hash.update(chunk)
    await insertChunk(deps, { practiceId, id, seq }, chunk)
    seq += 1
    // One piece a turn: who waits for an answer meanwhile does not wait for the whole file.
    await setImmediate()
  }
  return { size, sha256: hash.digest('hex') }
}

/** What is known of a file; undefined for one that is not there, or not there yet. */
export async function findBlob(db: Db, practiceId: string, id: string): Promise<Blob | undefined> {
  const row = await db
    .selectFrom('blob')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toBlob(row)
}

/**
 * The bytes of a file, piece by piece. Each piece opens only in its own place; at the end the whole is compared with what
 * was put in.
 * @throws Problem `not-found`; Error when a piece is missing or was changed
 */
export async function* readBlob(deps: BlobDeps, practiceId: string, id: string): AsyncGenerator<Uint8Array> {
  const blob = await findBlob(deps.store.db, practiceId, id)
  if (!blob) throw new Problem('not-found')
  const hash = createHash('sha256')
  let size = 0
  for (let seq = 0; size < blob.size; seq += 1) {
    const chunk = await readChunk(deps, { practiceId, id, seq })
    size += chunk.length
    hash.update(chunk)
    // The last piece leaves only when the whole is known to be good: a reader of a damaged file gets no full one.
    if (size >= blob.size && (size > blob.size || hash.digest('hex') !== blob.sha256))
      throw new Error(`Blob ${id} is not what was put in.`)
    yield chunk
    await setImmediate()
  }
}

/** Forgets a file. From the first moment on nobody finds it; its pieces go one by one. */
export async function deleteBlob(
  { store: { db } }: Pick<BlobDeps, 'store'>,
  practiceId: string,
  id: string,
): Promise<void> {
  await db.deleteFrom('blob').where('practice_id', '=', practiceId).where('id', '=', id).execute()
  await deleteChunks(db, practiceId, id)
}

type Place = { practiceId: string; id: string; seq: number }

/** What a piece is sealed for: in another place it does not open. */
export const chunkContext = ({ practiceId, id, seq }: Place): string => `blob ${practiceId} ${id} ${seq}`

const toBlob = (
  row: Pick<Schema['blob'], 'id' | 'patient_id' | 'content_type' | 'size' | 'sha256'>,
): Blob => ({
  id: row.id,
  patientId: row.patient_id,
  contentType: row.content_type,
  size: row.size,
  sha256: row.sha256,
})

/** Pieces of one size, however the bytes come in. */
async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + CHUNK_BYTES - size)
      held.push(piece)
      size += piece.length
      at += piece.length
      if (size < CHUNK_BYTES) continue
      yield Buffer.concat(held)
      held = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(held)
}

const insertChunk = ({ store, keyring, now }: BlobDeps, place: Place, bytes: Buffer) =>
  store.db
    .insertInto('blob_chunk')
    .values({
      practice_id: place.practiceId,
      blob_id: place.id,
      seq: place.seq,
      data_sealed: keyring.seal(bytes.toString('base64'), chunkContext(place)),
      created_at: now(),
    })
    .execute()

async function readChunk({ store, keyring }: BlobDeps, place: Place): Promise<Buffer> {
  const row = await store.db
    .selectFrom('blob_chunk')
    .select('data_sealed')
    .where('practice_id', '=', place.practiceId)
    .where('blob_id', '=', place.id)
    .where('seq', '=', place.seq)
    .executeTakeFirst()
  if (!row) throw new Error(`Blob ${place.id} has lost piece ${place.seq}.`)
  return Buffer.from(keyring.open(row.data_sealed, chunkContext(place)), 'base64')
}

/** The first piece last: as long as it is there, the sweep finds what a crash has left. */
async function deleteChunks(db: Db, practiceId: string, id: string): Promise<void> {
  const chunks = await db
    .selectFrom('blob_chunk')
    .select('seq')
    .where('practice_id', '=', practiceId)
    .where('blob_id', '=', id)
    .orderBy('seq', 'desc')
    .execute()
  for (const { seq } of chunks) {
    await db
      .deleteFrom('blob_chunk')
      .where('practice_id', '=', practiceId)
      .where('blob_id', '=', id)
      .where('seq', '=', seq)
      .execute()
    await setImmediate()
  }
}
