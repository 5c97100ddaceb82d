import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { HostView } from '../embedding/schema.ts'
import { publishEvent } from '../events/events.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Staff } from '../staff/require-staff.ts'
import type { Db, Store } from '../store/open.ts'

export type HostsDeps = { store: Store; now: Clock }
type HostsManager = { practice: Practice; staff: Pick<Staff, 'fhirUser'>; requestId: string }

/** The pages that may show Portico, in the order of the configuration file, and what became of each. */
export async function readHosts(db: Db, practice: Practice): Promise<HostView[]> {
  const rows = await db.selectFrom('host').selectAll().where('practice_id', '=', practice.id).execute()
  const known = new Map(rows.map((row) => [row.id, row]))
  return practice.hosts.map(({ id, name, origins, permissions }) => ({
    id,
    name,
    origins,
    permissions,
    lastUsedAt: known.get(id)?.last_used_at ?? null,
    stoppedAt: known.get(id)?.stopped_at ?? null,
  }))
}

/**
 * Stops a host, or lets it in again: its very next call is refused, whatever token it holds.
 * @throws Problem `not-found` for a host that the configuration file does not name
 */
export async function stopHost(
  { store, now }: HostsDeps,
  by: HostsManager,
  host: string,
  stopped: boolean,
): Promise<HostView[]> {
  const { practice } = by
  if (!practice.hosts.some(({ id }) => id === host))
    throw new Problem('not-found', 'The configuration file names no such page.')
  return store.transaction(async (tx) => {
    const at = now()
    if (await markStopped(tx, { by, host, stopped, at })) {
      const action = stopped ? 'host.stopped' : 'host.resumed'
      const entry = { practiceId: practice.id, actor: by.staff.fhirUser, action, requestId: by.requestId }
      await recordAudit(tx, { ...entry, detail: { host } }, at)
      await publishEvent(tx, { practiceId: practice.id, topic: 'staff' }, at)
    }
    return readHosts(tx, practice)
  })
}

type Mark = { by: HostsManager; host: string; stopped: boolean; at: number }

/** @returns whether this changed anything: of two who press at once one does. */
async function markStopped(tx: Db, { by, host, stopped, at }: Mark): Promise<boolean> {
  const practice_id = by.practice.id
  await tx
    .insertInto('host')
    .values({ practice_id, id: host, last_used_at: null, stopped_at: null, stopped_by: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const changed = await tx
    .updateTable('host')
    .set(stopped ? { stopped_at: at, stopped_by: by.staff.fhirUser } : { stopped_at: null, stopped_by: null })
    .where('practice_id', '=', practice_id)
    .where('id', '=', host)
    .where('stopped_at', stopped ? 'is' : 'is not', null)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}
