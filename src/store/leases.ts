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
