import { applyPatch, type Operation } from '@medplum/core'
import type { Bundle, ExtractResource, Resource } from '@medplum/fhirtypes'
import { MINUTE_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { isId, type FhirHandle, type JsonPatch, type Kept, type SearchParams } from '../fhir/client.ts'
import type { HomeType } from '../fhir/homes.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { accept, homeTypeOf, type Content } from './accept.ts'
import { runBatch } from './batch.ts'
import { keysOf } from './keys.ts'
import { findRow, insertRow, type Row, updateRow } from './rows.ts'
import { searchShelf } from './search.ts'

export type ShelfDeps = {
  store: Store
  keyring: Keyring
  now: Clock
  practiceId: string
  /** The FHIR base of the practice's EHR: references on the shelf lead into its chart. */
  base: string
  /** The caller's transaction, in which everything is read and written. */
  tx?: Db
}

/** The portal's own home for what an EHR has no place for: it answers as an EHR would. */
export type Shelf = FhirHandle & {
  /** The same inside a transaction of the caller: a write commits with its row in the trail, or not at all. */
  within(tx: Db): Shelf
}

/** A move that was cut off holds up writes no longer than this. */
const MOVING_FOR_MS = MINUTE_MS
const BUSY_SECONDS = 2
const PATCH_TRIES = 5

/**
 * Opens the shelf of a practice for Communication, Appointment, AppointmentResponse, Task, DocumentReference, Consent and
 * AuditEvent. It refuses with the Problems of an EHR: `not-found`, `conflict` for an old version, `ehr-rejected` for
 * what FHIR does not allow or the shelf does not know, `ehr-busy` while a type moves into the chart.
 * @see design §6; FHIR R4 http
 */
export function createShelf(deps: ShelfDeps): Shelf {
  const base = deps.base.replace(/\/+$/, '')
  const context = { ...deps, base }
  const shelf: Shelf = {
    base,
    within: (tx) => createShelf({ ...deps, tx }),
    async read(type, id) {
      const row = await findRow(deps.tx ?? deps.store.db, placeOf(deps, type), isId(id) ? id : '')
      if (!row) throw new Problem('not-found')
      if (row.json_sealed === '') throw justMoved()
      return openRow(deps, row) as Kept<ExtractResource<typeof type>>
    },
    async search(type, params) {
      return search(context, deps.tx ?? deps.store.db, homeTypeOf(type), params) as Promise<
        Bundle<ExtractResource<typeof type>>
      >
    },
    async create(resource, { ifNoneExist } = {}) {
      const content = accept(resource, base)
      const made = await inTransaction(deps, (tx) => create(context, tx, content, ifNoneExist))
      return made as unknown as Kept<typeof resource>
    },
    async update(resource, { ifMatch } = {}) {
      const content = accept(resource, base)
      const { id } = resource
      const made = await inTransaction(deps, (tx) => update(context, tx, { id, content, ifMatch }))
      return made as unknown as typeof resource
    },
    async patch(type, id, operations, { ifMatch } = {}) {
      const place = placeOf(deps, type)
      const made = await inTransaction(deps, (tx) =>
        patch(context, tx, place.type, { id, operations, ifMatch }),
      )
      return made as Kept<ExtractResource<typeof type>>
    },
    batch: (bundle) => runBatch(shelf, bundle, (work) => inTransaction(deps, (tx) => work(shelf.within(tx)))),
  }
  return shelf
}

const placeOf = ({ practiceId }: ShelfDeps, type: string) => ({ practiceId, type: homeTypeOf(type) })

const inTransaction = <T>({ store, tx }: ShelfDeps, work: (tx: Db) => Promise<T>): Promise<T> =>
  tx ? work(tx) : store.transaction(work)

const search = (deps: ShelfDeps, db: Db, type: HomeType, params: SearchParams) =>
  searchShelf({ ...deps, db, open: (row) => openRow(deps, row) }, type, params)

async function create(deps: ShelfDeps, tx: Db, content: Content, ifNoneExist: SearchParams | undefined) {
  const type = content.resourceType
  await assertOpen(deps, tx, type)
  if (ifNoneExist) {
    if (Object.keys(ifNoneExist).length === 0) throw new Problem('ehr-rejected')
    await takeTurn(deps, tx, type)
    const { entry = [] } = await search(deps, tx, type, { ...ifNoneExist, _count: '2' })
    const [found, another] = entry
    if (another) throw new Problem('conflict')
    if (found?.resource) return found.resource
  }
  const now = deps.now()
  const row = { practice_id: deps.practiceId, type, id: uuidv7(now), version: 1, updated_at: now }
  const sealed = { ...row, json_sealed: seal(deps, row, content), moved_to: null, moved_version: null }
  await insertRow(tx, sealed, keysOf(deps.keyring, deps.practiceId, content))
  return toKept(row, content)
}

type Change = { id: string; content: Content; ifMatch: string | undefined }

async function update(deps: ShelfDeps, tx: Db, { id, content, ifMatch }: Change): Promise<Kept<Resource>> {
  const type = content.resourceType
  await assertOpen(deps, tx, type)
  const row = { practice_id: deps.practiceId, type, id, updated_at: deps.now() }
  const keys = keysOf(deps.keyring, deps.practiceId, content)
  const json_sealed = seal(deps, row, content)
  const version = await updateRow(tx, { ...row, json_sealed }, keys, versionOf(ifMatch))
  if (version !== undefined) return toKept({ ...row, version }, content)
  throw new Problem((await findRow(tx, { practiceId: deps.practiceId, type }, id)) ? 'conflict' : 'not-found')
}

type Patch = { id: string; operations: readonly JsonPatch[]; ifMatch: string | undefined }

/** Without a version of the caller's own, a change by somebody else in between is patched over, not lost. */
async function patch(deps: ShelfDeps, tx: Db, type: HomeType, { id, operations, ifMatch }: Patch) {
  for (let tries = 1; ; tries += 1) {
    const row = await findRow(tx, { practiceId: deps.practiceId, type }, isId(id) ? id : '')
    if (!row) throw new Problem('not-found')
    const wanted = versionOf(ifMatch)
    if (wanted !== undefined && wanted !== row.version) throw new Problem('conflict')
    const content = accept(patched(openRow(deps, row), operations), deps.base)
    try {
      return await update(deps, tx, { id, content, ifMatch: String(row.version) })
    } catch (error) {
      const isOvertaken = error instanceof Problem && error.code === 'conflict'
      if (!isOvertaken || wanted !== undefined || tries === PATCH_TRIES) throw error
    }
  }
}

function patched(resource: Kept<Resource>, operations: readonly JsonPatch[]): Resource {
  const copy = structuredClone(resource)
  const faults = applyPatch(copy, [...operations] as Operation[]).filter((fault) => fault !== null)
  const isOther = copy.id !== resource.id || copy.resourceType !== resource.resourceType
  if (faults.length > 0 || isOther) throw new Problem('ehr-rejected')
  return copy
}

/** `3`, `"3"` or `W/"3"`; what is no version of ours matches none. */
function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined
  const [, digits] = /^(?:W\/)?"?(\d{1,15})"?$/.exec(ifMatch) ?? []
  return digits ? Number(digits) : -1
}

/**
 * Holds the type where it is until the transaction ends: a move counts what is on the shelf only after that.
 * @throws Problem `ehr-busy` while the type moves, and for who came before the move and writes after it
 */
async function assertOpen({ store, practiceId, now }: ShelfDeps, tx: Db, type: HomeType): Promise<void> {
  const query = tx
    .selectFrom('home')
    .select(['home', 'moving_since'])
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
  // SQLite has one writer at a time. In PostgreSQL a share lock keeps the row as it is, and lets other writes be.
  const row = await (store.engine === 'postgres' ? query.forShare() : query).executeTakeFirst()
  const isMoving = (row?.moving_since ?? 0) > now() - MOVING_FOR_MS
  if (row?.home === 'ehr' || isMoving) throw justMoved()
}

/** Whoever asks again gets the way to where it is by then. */
const justMoved = () => new Problem('ehr-busy', undefined, { retryAfter: BUSY_SECONDS })

/** One conditional create of a type at a time: the upsert of one row is the lock, held to the end of the transaction. */
const takeTurn = ({ practiceId }: ShelfDeps, tx: Db, type: HomeType) =>
  tx
    .insertInto('lease')
    .values({ name: `shelf ${practiceId} ${type}`, owner: 'shelf', expires_at: 0 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ expires_at: 0 }))
    .execute()

type Named = Pick<Row, 'practice_id' | 'type' | 'id'>
/** What a resource's text is sealed for: in another row it does not open. */
export const contextOf = ({ practice_id, type, id }: Named): string => `resource ${practice_id} ${type} ${id}`

const seal = ({ keyring }: ShelfDeps, row: Named, content: Content) =>
  keyring.seal(JSON.stringify(content), contextOf(row))

/** A row of the shelf as the FHIR resource that it is. */
export const openRow = ({ keyring }: Pick<ShelfDeps, 'keyring'>, row: Row): Kept<Resource> =>
  toKept(row, JSON.parse(keyring.open(row.json_sealed, contextOf(row))) as Content)

function toKept({ id, version, updated_at }: Pick<Row, 'id' | 'version' | 'updated_at'>, content: Content) {
  const { resourceType, meta, ...rest } = content
  const told = { versionId: String(version), lastUpdated: new Date(updated_at).toISOString() }
  return { resourceType, id, meta: { ...(meta as object), ...told }, ...rest } as unknown as Kept<Resource>
}
