import { sql } from 'kysely'
import { SECOND_MS } from '../clock.ts'
import { takeLease } from '../store/leases.ts'
import type { Db, Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { BEFORE_FIRST, hashRow } from './chain.ts'

const ROWS_AT_ONCE = 200
const LEASE_MS = 5 * SECOND_MS

type Link = Pick<Schema['audit'], 'id' | 'seq' | 'prev_hash' | 'hash'>

/**
 * Puts new audit rows into their practice's chain. Were that done in the transactions that write them, every change
 * in a practice would queue on the last link. Step of the worker.
 *
 * @param owner this node; one node at a time seals for a practice
 * @returns whether more rows wait than one piece holds
 */
export async function sealAudit(store: Store, owner: string, now: number): Promise<boolean> {
  const practices = await store.db
    .selectFrom('audit')
    .select('practice_id')
    .distinct()
    .where('seq', 'is', null)
    .execute()
  let more = false
  for (const { practice_id } of practices) {
    const sealed = await store.transaction((tx) => sealPractice(tx, practice_id, owner, now))
    if (sealed === ROWS_AT_ONCE) more = true
  }
  return more
}

async function sealPractice(tx: Db, practiceId: string, owner: string, now: number): Promise<number> {
  if (!(await takeLease(tx, { name: `audit ${practiceId}`, owner, forMs: LEASE_MS }, now))) return 0
  const last = await tx
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .where('practice_id', '=', practiceId)
    .where('seq', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const rows = await tx
    .selectFrom('audit')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('seq', 'is', null)
    .orderBy('at')
    .orderBy('id')
    .limit(ROWS_AT_ONCE)
    .execute()
  if (rows.length > 0) await writeLinks(tx, practiceId, linksOf(rows, last))
  return rows.length
}

function linksOf(
  rows: Schema['audit'][],
  last: { seq: number | null; hash: string | null } | undefined,
): Link[] {
  let seq = last?.seq ?? 0
  let prev_hash = last?.hash ?? BEFORE_FIRST
  return rows.map((row) => {
    seq++
    const link = { id: row.id, seq, prev_hash, hash: hashRow({ ...row, seq, prev_hash }) }
    prev_hash = link.hash
    return link
  })
}

/**
 * One statement for all. It does not ask again for `seq is null`: under the lease nobody else writes it, and with that
 * condition both engines would go through the index of all unsealed rows for each link.
 */
async function writeLinks(tx: Db, practiceId: string, links: Link[]) {
  const values = links.map(
    (link) => sql`(${link.id}, cast(${link.seq} as bigint), ${link.prev_hash}, ${link.hash})`,
  )
  await sql`
    with link (id, seq, prev_hash, hash) as (values ${sql.join(values)})
    update audit set seq = link.seq, prev_hash = link.prev_hash, hash = link.hash
    from link where audit.practice_id = ${practiceId} and audit.id = link.id`.execute(tx)
}
