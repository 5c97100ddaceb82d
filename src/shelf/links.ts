import type { Resource } from '@medplum/fhirtypes'
import { capabilityOf } from '../fhir/capability.ts'
import type { FhirHandle, JsonPatch, Kept } from '../fhir/client.ts'
import type { HomeType } from '../fhir/homes.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { type CopyDeps, SHELF_IDENTIFIER } from './copies.ts'
import { NARROWED_BY } from './keys.ts'
import { findMoved } from './moved.ts'
import { mapIdentified } from './references.ts'
import type { Place } from './rows.ts'

export type LinkDeps = CopyDeps & { store: Store; practiceId: string; tell(line: string): void }

const COPIES_AT_ONCE = 50

/** Writes down what the copy of a resource names by our identifier, since that has no address in the EHR yet. */
export async function noteAwaited(
  db: Db,
  place: Place,
  id: string,
  awaited: readonly string[],
): Promise<void> {
  const { practiceId: practice_id, type } = place
  if (awaited.length === 0) return
  await db
    .insertInto('resource_key')
    .values([...new Set(awaited)].map((value) => ({ practice_id, type, name: 'awaits' as const, value, id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** What stays on the shelf and is found by something that has moved is found by its new id from then on. */
export async function renameKeys(tx: Db, { practiceId, type }: Place): Promise<void> {
  const others = Object.entries(NARROWED_BY).flatMap(([one, names]) =>
    one !== type && Object.values(names).includes('part-of') ? [one] : [],
  )
  if (others.length === 0) return
  await tx
    .insertInto('resource_key')
    .columns(['practice_id', 'type', 'name', 'value', 'id'])
    .expression(
      tx
        .selectFrom('resource_key as key')
        .innerJoin('resource as moved', 'moved.id', 'key.value')
        .select((eb) => [
          'key.practice_id',
          'key.type',
          'key.name',
          eb.fn.coalesce('moved.moved_to', 'key.value').as('value'),
          'key.id',
        ])
        .where('moved.practice_id', '=', practiceId)
        .where('moved.type', '=', type)
        .where('moved.moved_to', 'is not', null)
        .where('key.practice_id', '=', practiceId)
        .where('key.type', 'in', others)
        .where('key.name', '=', 'part-of'),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await tx
    .deleteFrom('resource_key')
    .where('practice_id', '=', practiceId)
    .where('type', 'in', others)
    .where('name', '=', 'part-of')
    .where('value', 'in', (eb) =>
      eb
        .selectFrom('resource')
        .select('resource.id')
        .where('resource.practice_id', '=', practiceId)
        .where('resource.type', '=', type)
        .where('resource.moved_to', 'is not', null),
    )
    .execute()
}

/**
 * Once a type lives in the EHR: copies that had to name something of it by our identifier get its address. Cut off, it
 * goes on when it is called again; a copy that the EHR does not let us change keeps the identifier, and the output says
 * so.
 */
export async function linkCopies(deps: LinkDeps): Promise<void> {
  let [linked, left] = [0, 0]
  let after: readonly [string, string] = ['', '']
  for (;;) {
    const copies = await waitingCopies(deps, after)
    for (const { type, id, movedTo } of copies) {
      after = [type, id]
      if (await linkCopy(deps, type as HomeType, movedTo ?? '')) {
        linked += 1
        await forget(deps, type, id)
      } else left += 1
    }
    if (copies.length === 0) break
  }
  if (linked > 0) deps.tell(`${linked} that moved before now refer to ${deps.type} in the EMR.`)
  if (left > 0)
    deps.tell(
      `${left} that moved before could not be changed in the EMR: they name ${deps.type} by ${SHELF_IDENTIFIER} still.`,
    )
}

/** Copies that count, and wait for something of this type, which has come. */
const waitingCopies = ({ store: { db }, practiceId, type }: LinkDeps, after: readonly [string, string]) =>
  db
    .selectFrom('resource_key as key')
    .innerJoin('resource as awaited', 'awaited.id', 'key.value')
    .innerJoin('resource as copy', (join) =>
      join
        .onRef('copy.practice_id', '=', 'key.practice_id')
        .onRef('copy.type', '=', 'key.type')
        .onRef('copy.id', '=', 'key.id'),
    )
    .innerJoin('home', (join) =>
      join.onRef('home.practice_id', '=', 'key.practice_id').onRef('home.type', '=', 'key.type'),
    )
    .select(['key.type', 'key.id', 'copy.moved_to as movedTo'])
    .distinct()
    .where('key.practice_id', '=', practiceId)
    .where('key.name', '=', 'awaits')
    .where('awaited.practice_id', '=', practiceId)
    .where('awaited.type', '=', type)
    .where('awaited.moved_to', 'is not', null)
    .where('copy.moved_to', 'is not', null)
    .where('home.home', '=', 'ehr')
    .where((eb) => eb(eb.refTuple('key.type', 'key.id'), '>', eb.tuple(...after)))
    .orderBy('key.type')
    .orderBy('key.id')
    .limit(COPIES_AT_ONCE)
    .execute()

/** @returns whether the copy names nothing of the type by our identifier any more */
async function linkCopy(deps: LinkDeps, type: HomeType, id: string): Promise<boolean> {
  const { ehr, capability } = deps
  const can = capabilityOf(capability, type)
  if (!can.read || !(can.update || can.patch)) return false
  try {
    const copy = (await ehr.read(type, id)) as Kept<Resource>
    const changed = await withAddresses(deps, copy)
    if (JSON.stringify(changed) === JSON.stringify(copy)) return true
    const ifMatch = can.ifMatch ? copy.meta?.versionId : undefined
    if (can.update) await ehr.update(changed, { ifMatch })
    else await patchCopy(ehr, copy, changed, ifMatch)
    return true
  } catch (error) {
    if (error instanceof Problem) return error.code === 'not-found'
    throw error
  }
}

async function withAddresses({ store, practiceId, type }: LinkDeps, copy: Kept<Resource>) {
  const ids: string[] = []
  mapIdentified(copy, SHELF_IDENTIFIER, (of, id) => {
    if (of === type) ids.push(id)
    return undefined
  })
  const moved = await findMoved(store.db, practiceId, ids)
  return mapIdentified(copy, SHELF_IDENTIFIER, (of, id) => {
    const movedTo = of === type ? moved.get(id) : undefined
    return movedTo && `${type}/${movedTo}`
  }) as Kept<Resource>
}

function patchCopy(
  ehr: FhirHandle,
  copy: Kept<Resource>,
  changed: Kept<Resource>,
  ifMatch: string | undefined,
): Promise<unknown> {
  const before = new Map(Object.entries(copy))
  const operations = Object.entries(changed).flatMap(([name, value]): JsonPatch[] =>
    JSON.stringify(before.get(name)) === JSON.stringify(value)
      ? []
      : [{ op: 'replace', path: `/${name}`, value: value as unknown }],
  )
  return ehr.patch(copy.resourceType, copy.id, operations, { ifMatch })
}

const forget = ({ store: { db }, practiceId, type }: LinkDeps, copyType: string, id: string) =>
  db
    .deleteFrom('resource_key')
    .where('practice_id', '=', practiceId)
    .where('type', '=', copyType)
    .where('id', '=', id)
    .where('name', '=', 'awaits')
    .where('value', 'in', (eb) =>
      eb
        .selectFrom('resource')
        .select('resource.id')
        .where('resource.practice_id', '=', practiceId)
        .where('resource.type', '=', type),
    )
    .execute()
