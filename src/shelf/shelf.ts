import { applyPatch, type Operation } from '@medplum/core'
import type { Bundle, ExtractResource, Resource } from '@medplum/fhirtypes'
import { MINUTE_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { isId, type FhirHandle, type JsonPatch, type Kept, type SearchParams } from '../fhir/client.ts'
import type { Home, HomeType } from '../fhir/homes.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { accept, homeTypeOf, type Content } from './accept.ts'
import { runBatch } from './batch.ts'
import { keysOf } from './keys.ts'
import { createNewIds, type NewIds, SAME_IDS } from './moved.ts'
import { findRow, insertRow, type Row, updateRow } from './rows.ts'
import { searchShelf } from './search.ts'

export type OnUnreadable = (row: { practiceId: string; type: string; id: string; error: unknown }) => void

export type ShelfDeps = {
  store: Store
  keyring: Keyring
  now: Clock
  practiceId: string
  /** The FHIR base of the practice's EHR: references on the shelf lead into its chart. */
  base: string
  /** The caller's transaction, in which everything is read and written. */
  tx?: Db
  /** Told of a row that no key opens, or that was changed: searches go on without it. */
  onUnreadable?: OnUnreadable
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
 * what FHIR does not allow or the shelf does not know, `ehr-busy` while a type moves into the chart and for whoever came
 * before it moved. A row that does not open is `ehr-unavailable` to who asks for it; searches find all the others.
 * @see design §6; FHIR R4 http
 */
export function createShelf(deps: ShelfDeps): Shelf {
  const base = deps.base.replace(/\/+$/, '')
  const context = { ...deps, base }
  const shelf: Shelf = {
    base,
    within: (tx) => createShelf({ ...deps, tx }),
    async read(type, id) {
      return read(deps, deps.tx ?? deps.store.db, homeTypeOf(type), id) as Promise<
        Kept<ExtractResource<typeof type>>
      >
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

async function read(deps: ShelfDeps, db: Db, type: HomeType, id: string): Promise<Kept<Resource>> {
  const row = await findRow(db, { practiceId: deps.practiceId, type }, isId(id) ? id : '')
  const homes = await readHomes(db, deps.practiceId)
  if (homes.get(type) === 'ehr') throw justMoved()
  if (!row) throw new Problem('not-found')
  return newIds(deps, db, homes).linked(openRow(deps, row))
}

/**
 * Asked of the place where the type was a moment ago, it says so: what it does not find, or no longer finds, may be in the
 * chart. Looked at afterwards, since a move may end in the middle of it.
 */
async function search(
  deps: ShelfDeps,
  db: Db,
  type: HomeType,
  params: SearchParams,
  open: (row: Row) => Kept<Resource> | undefined = (row) => openOrReport(deps, row),
) {
  const before = await readHomes(db, deps.practiceId)
  const ids = newIds(deps, db, before)
  const context = { ...deps, db, open, link: ids.linked }
  const found = await searchShelf(context, type, await ids.asked(params))
  const after = await readHomes(db, deps.practiceId)
  const hasMoved = (one: string) => after.get(one) === 'ehr' && before.get(one) === 'portal'
  if (after.get(type) === 'ehr' || [...after.keys()].some(hasMoved)) throw justMoved()
  return found
}

async function create(deps: ShelfDeps, tx: Db, given: Content, ifNoneExist: SearchParams | undefined) {
  const type = given.resourceType
  const content = await newIds(deps, tx, await assertOpen(deps, tx, type)).linked(given)
  if (ifNoneExist) {
    if (Object.keys(ifNoneExist).length === 0) throw new Problem('ehr-rejected')
    await takeTurn(deps, tx, type)
    // What does not open may be the one: taken for absent, it would be made again.
    const open = (row: Row) => openRow(deps, row)
    const { entry = [] } = await search(deps, tx, type, { ...ifNoneExist, _count: '2' }, open)
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

async function update(deps: ShelfDeps, tx: Db, change: Change): Promise<Kept<Resource>> {
  const { id, ifMatch } = change
  const type = change.content.resourceType
  const content = await newIds(deps, tx, await assertOpen(deps, tx, type)).linked(change.content)
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
  await assertOpen(deps, tx, type)
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
 * Holds the types where they are until the transaction ends: a move counts what is on the shelf only after that, and
 * what is written refers to what has moved by its new id.
 * @returns where each type lives
 * @throws Problem `ehr-busy` while the type moves, and for who came before the move and writes after it
 */
async function assertOpen({ store, practiceId, now }: ShelfDeps, tx: Db, type: HomeType): Promise<Homes> {
  const query = homeRows(tx, practiceId)
  // SQLite has one writer at a time. In PostgreSQL a share lock keeps the rows as they are, and lets other writes be.
  const rows = await (store.engine === 'postgres' ? query.forShare() : query).execute()
  const own = rows.find((row) => row.type === type)
  const isMoving = (own?.moving_since ?? 0) > now() - MOVING_FOR_MS
  if (own?.home === 'ehr' || isMoving) throw justMoved()
  return toHomes(rows)
}

type Homes = ReadonlyMap<string, Home>

const homeRows = (db: Db, practiceId: string) =>
  db.selectFrom('home').select(['type', 'home', 'moving_since']).where('practice_id', '=', practiceId)

const toHomes = (rows: readonly { type: string; home: Home }[]): Homes =>
  new Map(rows.map(({ type, home }) => [type, home]))

const readHomes = async (db: Db, practiceId: string) => toHomes(await homeRows(db, practiceId).execute())

/** Where nothing lives in the chart nothing has moved there. */
const newIds = ({ practiceId }: ShelfDeps, db: Db, homes: Homes): NewIds =>
  [...homes.values()].includes('ehr') ? createNewIds(db, practiceId) : SAME_IDS

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

/**
 * A row of the shelf as the FHIR resource that it is.
 * @throws Problem `ehr-unavailable` for one that was changed, or whose key is gone
 */
export function openRow({ keyring }: Pick<ShelfDeps, 'keyring'>, row: Row): Kept<Resource> {
  try {
    return toKept(row, JSON.parse(keyring.open(row.json_sealed, contextOf(row))) as Content)
  } catch (cause) {
    throw new Problem('ehr-unavailable', undefined, { cause })
  }
}

/** One row that does not open must not hide all the others of a patient; that it is missing is not kept quiet. */
function openOrReport(deps: ShelfDeps, row: Row): Kept<Resource> | undefined {
  try {
    return openRow(deps, row)
  } catch (error) {
    if (!deps.onUnreadable) throw error
    deps.onUnreadable({ practiceId: row.practice_id, type: row.type, id: row.id, error })
    return undefined
  }
}

function toKept({ id, version, updated_at }: Pick<Row, 'id' | 'version' | 'updated_at'>, content: Content) {
  const { resourceType, meta, ...rest } = content
  const told = { versionId: String(version), lastUpdated: new Date(updated_at).toISOString() }
  return { resourceType, id, meta: { ...(meta as object), ...told }, ...rest } as unknown as Kept<Resource>
}
