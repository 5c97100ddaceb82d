/** Stores for the tests of moving: full of what is easily lost on the way, and read back by other means than the move's. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Client } from 'pg'
import { recordAudit } from '../../../src/audit/record.ts'
import { sealAudit } from '../../../src/audit/seal.ts'
import { migrate, type Migration } from '../../../src/store/migrate.ts'
import { openStore } from '../../../src/store/open.ts'

const NOW = 1_750_000_000_000

/** Texts that a careless copy cuts, escapes twice or takes for something else. */
const ODD = [
  '',
  'NULL',
  ' spaces ',
  'Łukasz "Ł" O\'Brien',
  '日本語 👩‍⚕️ é é',
  'a\\b\\\\c\n\r\t{1,2},{"x":null}',
  '$1 ? :name -- ; drop',
  '\u0001\u007f\u2028\uffff',
]
/** As long as a piece of a file; more than PostgreSQL puts into an index. */
const LONG = 'Łx'.repeat(10_000)
const NUMBERS = [0n, -1n, 1_750_000_000_000n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]

/** A store with rows in each of its tables, whatever tables those are. */
export async function fillStore(
  file: string,
  { list, throttle = 0 }: { list?: Migration[]; throttle?: number } = {},
) {
  const store = await openStore(`sqlite:${file}`)
  await migrate(store, () => NOW, list)
  const database = new DatabaseSync(file)
  database.exec('pragma foreign_keys = off; begin')
  for (const name of tablesOf(database)) fillTable(database, name)
  database.exec('delete from audit; delete from throttle')
  const hit = database.prepare('insert into throttle values (?, ?, ?, ?)')
  for (let count = 0; count < throttle; count++) hit.run('fernwood', `key ${count}`, count, NOW)
  database.exec('commit')
  database.close()
  const entry = { practiceId: 'fernwood', actor: 'portico', action: 'access.allowed', detail: { note: 'Ł' } }
  await store.transaction(async (tx) => {
    for (let count = 0; count < 600; count++) await recordAudit(tx, entry, NOW + count)
  })
  while (await sealAudit(store, 'node', NOW));
  await store.close()
}

const tablesOf = (database: DatabaseSync) =>
  database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'schema~_%' escape '~'")
    .all()
    .map(({ name }) => String(name))

/** Row 3 of a table refers to row 3 of its parent, as ids go by the row; every other row has nothing where nothing may be. */
function fillTable(database: DatabaseSync, table: string) {
  const columns = database
    .prepare('select name, type, "notnull" or pk > 0 as needed from pragma_table_info(?)')
    .all(table)
  const insert = database.prepare(`insert into "${table}" values (${columns.map(() => '?').join(', ')})`)
  for (let row = 0; row < 60; row++)
    insert.run(
      ...columns.map(({ name, type, needed }): SQLInputValue => {
        if (!needed && row % 2 === 1) return null
        if (type === 'bigint')
          return unique(String(name)) ? BigInt(row) : (NUMBERS[row % NUMBERS.length] ?? 0n)
        return `${row} ${String(name).endsWith('_sealed') && row % 20 === 0 ? LONG : ODD[row % ODD.length]}`
      }),
    )
}

const unique = (column: string) => column === 'seq'

/** Every table with every row as text, sorted: equal when two stores hold the same. */
export function readSqlite(file: string): Map<string, string[]> {
  const database = new DatabaseSync(file, { readOnly: true })
  const content = new Map<string, string[]>()
  for (const name of tablesOf(database)) {
    const statement = database.prepare(`select * from "${name}"`)
    statement.setReadBigInts(true)
    content.set(name, sorted(statement.all()))
  }
  database.close()
  return content
}

export async function readPostgres(url: string): Promise<Map<string, string[]>> {
  return withClient(url, async (client) => {
    const names = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_name not in ('schema_lock', 'schema_migration')`,
    )
    const content = new Map<string, string[]>()
    for (const { name } of names.rows)
      content.set(name, sorted((await client.query(`select * from "${name}"`)).rows as object[]))
    return content
  })
}

/** bigint arrives as bigint from the one and as text from the other. */
const sorted = (rows: object[]) =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
      ),
    )
    .toSorted()

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
