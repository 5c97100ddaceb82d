/** `npm run store:move -- --from sqlite:FILE --to postgres://…`: from the embedded store to PostgreSQL. */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { brokenTrails } from '../audit/verify.ts'
import { systemClock } from '../clock.ts'
import { unsafeDatabase } from '../config.ts'
import { holdSqlite } from './hold-sqlite.ts'
import { moveStore } from './move.ts'
import { openStore } from './open.ts'

const USAGE =
  'Usage: npm run store:move -- --from sqlite:FILE --to postgres://USER@HOST/DATABASE?sslmode=verify-full'
const TOLD_EVERY_ROWS = 10_000

/** Where a program speaks: results on one side, what is wrong on the other. */
type Terminal = Pick<Console, 'log' | 'error'>

/** @returns the exit code: 0 moved and verified, 1 not moved to the end, 2 asked for in the wrong way */
export async function runMove(args: string[], terminal: Terminal): Promise<number> {
  const fail = (words: string, code: number) => {
    terminal.error(words)
    return code
  }
  const ways = readWays(args)
  if (!ways) return fail(USAGE, 2)
  const { from, to } = ways
  if (!existsSync(from)) return fail(`There is no store at ${from}.`, 2)
  const [unsafe] = unsafeDatabase(to)
  if (unsafe !== undefined) return fail(unsafe.replace('DATABASE_URL', '--to'), 2)
  try {
    return await move(from, to, terminal)
  } catch (error) {
    return fail(inPlainWords(error), 1)
  }
}

function readWays(args: string[]): { from: string; to: string } | null {
  try {
    const { values } = parseArgs({ args, options: { from: { type: 'string' }, to: { type: 'string' } } })
    const { from, to } = values
    if (!from?.startsWith('sqlite:') || !to || !/^postgres(ql)?:\/\//.test(to) || !URL.canParse(to))
      return null
    return { from: from.slice('sqlite:'.length), to }
  } catch {
    return null
  }
}

async function move(from: string, to: string, terminal: Terminal): Promise<number> {
  const source = holdSqlite(from)
  try {
    const target = await openStore(to)
    try {
      terminal.log(`moving ${from}; if this is cut off, run the same again`)
      const { tables, rows } = await moveStore(source, target, {
        now: systemClock,
        tell: createTell(terminal),
      })
      const broken = await brokenTrails(target.db)
      for (const line of broken)
        terminal.error(`Warning: the audit trail did not hold before either: ${line}`)
      terminal.log(
        `verified: ${tables} tables, ${rows} rows${broken.length === 0 ? '; the audit trail holds' : ''}`,
      )
    } finally {
      await target.close()
    }
  } finally {
    source.close()
  }
  terminal.log(
    'Now give Portico the new DATABASE_URL and start it; PORTICO_KEYS and PORTICO_CONFIG stay as they are.',
  )
  terminal.log(
    `${from} is as it was. Keep it until you have seen Portico at work, and never start it on both.`,
  )
  return 0
}

/** A line as a table begins to arrive, and now and then while a long one does. */
function createTell(terminal: Terminal) {
  let current = ''
  let next = 0
  return (table: string, rows: number) => {
    if (table === current && rows < next) return
    current = table
    next = rows + TOLD_EVERY_ROWS
    terminal.log(`${table}: ${rows} rows so far`)
  }
}

/** An AggregateError, as of a host that does not answer, has no words of its own. */
function inPlainWords(error: unknown): string {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error]
  return first instanceof Error ? first.message : String(first)
}

if (import.meta.main) process.exitCode = await runMove(process.argv.slice(2), console)
