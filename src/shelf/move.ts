import { recordAudit } from '../audit/record.ts'
import { MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { publishEvent } from '../events/events.ts'
import { capabilityOf } from '../fhir/capability.ts'
import { HOME_TYPES } from '../fhir/homes.ts'
import { releaseLease, takeLease } from '../store/leases.ts'
import type { Db, Store } from '../store/open.ts'
import { bringOver, type CopyDeps, MoveRefused, SHELF_IDENTIFIER } from './copies.ts'
import { eraseMoved } from './erase.ts'
import { linkCopies, noteAwaited, renameKeys } from './links.ts'
import { findMoved } from './moved.ts'
import { mapReferences, referencesIn } from './references.ts'
import { findRow, type Row } from './rows.ts'
import { openRow } from './shelf.ts'

export type MoveDeps = CopyDeps & {
  store: Store
  keyring: Keyring
  now: Clock
  practiceId: string
  /** This program, e.g. a random id: two movers of one type would make everything twice. */
  owner: string
  /** Told what happens, for whoever watches. */
  tell(line: string): void
}

/** Longer than one request to the EHR may take, so that the lease never ends in the middle of one. */
const LEASE_MS = 30 * SECOND_MS
const ROWS_AT_ONCE = 50
const MOST_PASSES = 20

/**
 * Moves a type of a practice from the shelf into the EHR while the service runs: copies all of it, copies again what
 * changed meanwhile, holds writes for a short last pass, and switches. Cut off anywhere, it goes on where it was when it
 * is started again; until the switch the shelf is what counts.
 * @throws MoveRefused with a sentence for the person who started it; and the Problems of the EHR gateway
 */
export async function moveHome(deps: MoveDeps): Promise<void> {
  const { store, practiceId, type, now } = deps
  const name = `homes-move ${practiceId} ${type}`
  if (!(await takeLease(store.db, { name, owner: deps.owner, forMs: LEASE_MS }, now())))
    throw new MoveRefused(`${type} of ${practiceId} is being moved already, or was until a moment ago.`)
  try {
    await assertMovable(deps)
    // What the EHR lets nobody change must not change any more once it is copied.
    const { update, patch } = capabilityOf(deps.capability, type)
    if (update || patch) await copyUntilSettled(deps)
    deps.tell(`Holding writes of ${type} for the last pass.`)
    await hold(deps, now())
    const moved = await finish(deps)
    await eraseMoved(store, deps)
    await linkCopies(deps)
    deps.tell(
      `${type} of ${practiceId} now lives in the EMR: ${moved} moved, and Portico's own copies erased.`,
    )
  } finally {
    await hold(deps, null)
    await releaseLease(store.db, { name, owner: deps.owner })
  }
}

async function assertMovable(deps: MoveDeps) {
  const { store, practiceId, type, capability, now } = deps
  const { searchParams } = capabilityOf(capability, type)
  const findBy = type === 'AuditEvent' ? 'date' : 'identifier'
  if (!searchParams.includes(findBy))
    throw new MoveRefused(
      `The EMR cannot search ${type} by ${findBy}: after an interruption nobody could tell what is there already.`,
    )
  // A type that was never used has nothing to copy, but from now on a home.
  await store.db
    .insertInto('home')
    .values({ practice_id: practiceId, type, home: 'portal', decided_at: now(), moving_since: null })
    .onConflict((conflict) => conflict.columns(['practice_id', 'type']).doNothing())
    .execute()
  const row = await homeRow(store.db, practiceId, type)
  if (row?.home !== 'ehr') return
  // What a move left that was cut off after it had switched.
  await eraseMoved(store, { practiceId, type })
  await linkCopies(deps)
  throw new MoveRefused(`${type} of ${practiceId} lives in the EMR already.`)
}

/** Writes go on meanwhile, so each pass finds less than the one before. */
async function copyUntilSettled(deps: MoveDeps) {
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    const copied = await copyPass(deps)
    deps.tell(`Pass ${pass}: ${copied} ${deps.type} copied and compared.`)
    if (copied < ROWS_AT_ONCE) return
  }
}

/** Copies what is not in the EHR, or not in its newest version. */
async function copyPass(deps: MoveDeps, before: () => Promise<void> = async () => {}): Promise<number> {
  let copied = 0
  for (let after = ''; ;) {
    const rows = await rowsBehind(deps.store.db, deps, after)
    for (const { id } of rows) {
      await before()
      if (await copyOne(deps, id, new Set())) copied += 1
    }
    const last = rows.at(-1)
    if (!last) return copied
    after = last.id
  }
}

/**
 * Copies a resource, and before it those of its type that it refers to, so that its references lead somewhere. Of a ring
 * of references one names the id that it will be found by.
 */
async function copyOne(deps: MoveDeps, id: string, coming: ReadonlySet<string>): Promise<boolean> {
  const { store, practiceId, type, owner, now } = deps
  const name = `homes-move ${practiceId} ${type}`
  if (!(await takeLease(store.db, { name, owner, forMs: LEASE_MS }, now())))
    throw new MoveRefused(`Somebody else has begun to move ${type} of ${practiceId}.`)
  const row = await findRow(store.db, { practiceId, type }, id)
  if (!row || (row.moved_version ?? 0) >= row.version) return false
  const resource = openOrRefuse(deps, row)
  const own = referencesIn(resource).flatMap((text) =>
    text.startsWith(`${type}/`) ? [text.slice(type.length + 1)] : [],
  )
  for (const other of own)
    if (other !== id && !coming.has(other)) await copyOne(deps, other, new Set([...coming, id]))

  const { linked, awaited } = await withNewReferences(deps, resource)
  await noteAwaited(store.db, { practiceId, type }, id, awaited)
  const movedTo = await bringOver(deps, id, linked as typeof resource, row.moved_to)
  await store.db
    .updateTable('resource')
    .set({ moved_to: movedTo, moved_version: row.version })
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .where('id', '=', id)
    .execute()
  return true
}

function openOrRefuse(deps: MoveDeps, row: Row) {
  try {
    return openRow(deps, row)
  } catch {
    throw new MoveRefused(`No key in PORTICO_KEYS opens ${row.type} ${row.id}. Nothing was switched.`)
  }
}

/**
 * What is still on the shelf has no address in the EHR: there it is named by the identifier that it will carry.
 * @returns `awaited`: the ids of what was named so
 */
async function withNewReferences({ store, practiceId, type: moving }: MoveDeps, resource: object) {
  const ids = referencesIn(resource).map((text) => text.slice(text.indexOf('/') + 1))
  const moved = await findMoved(store.db, practiceId, ids, moving)
  const kept = await findKept(store.db, practiceId, ids)
  const awaited: string[] = []
  const linked = mapReferences(resource, (reference) => {
    const [type = '', id = ''] = reference.split('/')
    const movedTo = moved.get(id)
    if (movedTo !== undefined) return `${type}/${movedTo}`
    if (!kept.has(`${type}/${id}`)) return reference
    awaited.push(id)
    return { identifier: { system: SHELF_IDENTIFIER, value: id }, type }
  })
  return { linked, awaited }
}

async function findKept(db: Db, practiceId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('resource')
    .select(['type', 'id'])
    .where('practice_id', '=', practiceId)
    .where('type', 'in', [...HOME_TYPES])
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Set(rows.map(({ type, id }) => `${type}/${id}`))
}

/** Under held writes: what is left is copied, counted in the transaction that switches, and if need be copied again. */
async function finish(deps: MoveDeps): Promise<number> {
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    let heldAt = deps.now()
    await copyPass(deps, async () => {
      if (deps.now() < heldAt + MINUTE_MS / 4) return
      heldAt = deps.now()
      await hold(deps, heldAt)
    })
    const moved = await switchHome(deps)
    if (moved !== undefined) return moved
  }
  throw new MoveRefused(`${deps.type} kept changing while it was moved. Nothing was switched; start again.`)
}

/** @returns how many have moved; undefined when something is left, and nothing was switched */
function switchHome({ store, practiceId, type, now }: MoveDeps): Promise<number | undefined> {
  return store.transaction(async (tx) => {
    // Waits for writers that began before writes were held; after this they see that they are too late.
    await tx
      .updateTable('home')
      .set({ moving_since: now() })
      .where('practice_id', '=', practiceId)
      .where('type', '=', type)
      .execute()
    const left = await rowsBehind(tx, { practiceId, type }, '')
    if (left.length > 0) return undefined
    await tx
      .updateTable('home')
      .set({ home: 'ehr', decided_at: now(), moving_since: null })
      .where('practice_id', '=', practiceId)
      .where('type', '=', type)
      .execute()
    await renameKeys(tx, { practiceId, type })
    const moved = await countRows(tx, practiceId, type)
    const detail = { type, to: 'ehr', resources: moved }
    await recordAudit(tx, { practiceId, actor: 'portico', action: 'home.moved', detail }, now())
    await publishEvent(tx, { practiceId, topic: 'homes' }, now())
    return moved
  })
}

const hold = ({ store, practiceId, type }: MoveDeps, since: number | null) =>
  store.db
    .updateTable('home')
    .set({ moving_since: since })
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .execute()

const homeRow = (db: Db, practiceId: string, type: string) =>
  db
    .selectFrom('home')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .executeTakeFirst()

type Place = Pick<MoveDeps, 'practiceId' | 'type'>

const rowsBehind = (db: Db, { practiceId, type }: Place, after: string): Promise<Pick<Row, 'id'>[]> =>
  db
    .selectFrom('resource')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .where('id', '>', after)
    .where((eb) => eb.or([eb('moved_to', 'is', null), eb('moved_version', '<', eb.ref('version'))]))
    .orderBy('id')
    .limit(ROWS_AT_ONCE)
    .execute()

async function countRows(db: Db, practiceId: string, type: string): Promise<number> {
  const { rows } = await db
    .selectFrom('resource')
    .select((select) => select.fn.countAll<number>().as('rows'))
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .executeTakeFirstOrThrow()
  return rows
}
