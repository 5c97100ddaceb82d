import type { Db } from './open.ts'

/**
 * Takes or renews the right to do something alone. Inside a transaction it also keeps others out until the end of it.
 *
 * @param owner this node, e.g. a random id made at start
 * @returns false while another owner has it
 */
export async function takeLease(
  db: Db,
  lease: { name: string; owner: string; forMs: number },
  now: number,
): Promise<boolean> {
  const { name, owner } = lease
  const expires_at = now + lease.forMs
  const row = await db
    .insertInto('lease')
    .values({ name, owner, expires_at })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ owner, expires_at })
        .where((where) => where.or([where('lease.owner', '=', owner), where('lease.expires_at', '<=', now)])),
    )
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

/** Prolongs a lease that nobody else has had since it was taken; false = it was lost. */
export async function renewLease(
  db: Db,
  { name, owner, forMs }: { name: string; owner: string; forMs: number },
  now: number,
): Promise<boolean> {
  const row = await db
    .updateTable('lease')
    .set({ expires_at: now + forMs })
    .where('name', '=', name)
    .where('owner', '=', owner)
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

/** Gives a lease back before its time. */
export const releaseLease = (db: Db, lease: { name: string; owner: string }) =>
  db.deleteFrom('lease').where('name', '=', lease.name).where('owner', '=', lease.owner).execute()
