import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { findAccountByUsername } from '../../src/accounts/store.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { atMost, type Figure, median } from './figure.ts'

const FEW = 1000
const ROUNDS = 9
const PER_ROUND = 1000
const PRACTICE = 'bench'

/** Does finding an account by its username take as long among many accounts as among a thousand? */
export async function measureLookUps(many: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-bench-'))
  const [small, large] = await Promise.all([filled(folder, FEW), filled(folder, many)])
  try {
    await compare(small, large, many)
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round++) ratios.push(await compare(small, large, many))
    return [atMost(`search-account-lookup-growth-${many}-ratio`, median(ratios), 1.2)]
  } finally {
    await Promise.all([small.close(), large.close()])
    await rm(folder, { recursive: true, force: true })
  }
}

/** The medians of look-ups taken in turns, as a ratio. */
async function compare(small: Store, large: Store, many: number): Promise<number> {
  const times: { small: number; large: number }[] = []
  for (let n = 0; n < PER_ROUND; n++)
    times.push({ small: await lookUp(small, FEW), large: await lookUp(large, many) })
  return median(times.map((time) => time.large)) / median(times.map((time) => time.small))
}

async function filled(folder: string, count: number): Promise<Store> {
  const store = await openStore(`sqlite:${join(folder, `${count}.sqlite`)}`)
  await migrate(store)
  await sql`
    insert into portal_account (practice_id, id, account_id, username, username_key, created_at, activated_at, version)
    with recursive n (i) as (select 0 union all select i + 1 from n where i < ${count - 1})
    select ${PRACTICE}, 'account-' || i, 'A' || i, ${username(sql`i`)}, ${username(sql`i`)}, i, i, 1 from n
  `.execute(store.db)
  return store
}

// Scattered over the alphabet, as usernames are, and each once: the factor has no divisor in common with the prime.
const FACTOR = 2_654_435_761n
const PRIME = 4_294_967_291n
const username = (i: ReturnType<typeof sql>) => sql`'user' || ((${i} * ${FACTOR}) % ${PRIME})`
const usernameOf = (i: number) => `user${(BigInt(i) * FACTOR) % PRIME}`

/** The time that one account chosen at random takes to find, in milliseconds. */
async function lookUp(store: Store, count: number): Promise<number> {
  const name = usernameOf(Math.floor(Math.random() * count))
  const startedAt = performance.now()
  const account = await findAccountByUsername(store.db, PRACTICE, name)
  const ms = performance.now() - startedAt
  if (account === undefined) throw new Error(`${name} is not among ${count} accounts`)
  return ms
}
