import { existsSync } from 'node:fs'
import { type Db, openStore } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { BEFORE_FIRST, hashRow } from './chain.ts'

export type AuditReport = {
  /** Rows that hold, counted from the first one. */
  sealed: number
  /** Rows younger than a second or so, not in the chain yet. */
  unsealed: number
  /** Hash of the last row that holds. Kept elsewhere, it also proves later that no row was cut off the end. */
  head: string | null
  firstBad: { seq: number; id: string; fault: string } | null
}

const ROWS_AT_ONCE = 1000

type Row = Schema['audit']

/** Walks a practice's audit chain and names the first row that was changed, put in or taken out. */
export async function verifyAudit(db: Db, practiceId: string): Promise<AuditReport> {
  const unsealed = await countUnsealed(db, practiceId)
  let seq = 0
  let head = BEFORE_FIRST
  const report = (firstBad: AuditReport['firstBad']): AuditReport => ({
    sealed: seq,
    unsealed,
    head: seq === 0 ? null : head,
    firstBad,
  })
  for (;;) {
    const rows = await readRows(db, practiceId, seq)
    for (const row of rows) {
      const fault = faultOf(row, seq + 1, head)
      if (fault) return report({ seq: seq + 1, id: row.id, fault })
      seq++
      head = row.hash ?? ''
    }
    if (rows.length < ROWS_AT_ONCE) return report(null)
  }
}

function faultOf(row: Row, expectedSeq: number, head: string) {
  if (row.seq !== expectedSeq) return `${expectedSeq} is missing, the next row is ${row.seq}`
  if (row.prev_hash !== head) return 'does not follow the row before it'
  if (row.hash !== hashRow(row)) return 'was altered'
  return undefined
}

const readRows = (db: Db, practiceId: string, after: number): Promise<Row[]> =>
  db
    .selectFrom('audit')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(ROWS_AT_ONCE)
    .execute()

async function countUnsealed(db: Db, practiceId: string) {
  const { rows } = await db
    .selectFrom('audit')
    .select((select) => select.fn.countAll<number>().as('rows'))
    .where('practice_id', '=', practiceId)
    .where('seq', 'is', null)
    .executeTakeFirstOrThrow()
  return rows
}

/** One line for each practice whose trail does not hold. */
export async function brokenTrails(db: Db): Promise<string[]> {
  const reports = [...(await verifyAudits(db))]
  return reports
    .filter(([, report]) => report.firstBad !== null)
    .map(([practiceId, report]) => `${practiceId}: ${inWords(report)}`)
}

async function verifyAudits(db: Db): Promise<Map<string, AuditReport>> {
  const practices = await db
    .selectFrom('audit')
    .select('practice_id')
    .distinct()
    .orderBy('practice_id')
    .execute()
  const reports = new Map<string, AuditReport>()
  for (const { practice_id } of practices) reports.set(practice_id, await verifyAudit(db, practice_id))
  return reports
}

/** `npm run audit:verify`: one line per practice; 1 when a chain is broken, so that a timer can raise the alarm. */
async function main(url: string | undefined): Promise<number> {
  if (!url || (url.startsWith('sqlite:') && !existsSync(url.slice('sqlite:'.length)))) {
    console.error('DATABASE_URL names no store.')
    return 2
  }
  const store = await openStore(url)
  try {
    const reports = await verifyAudits(store.db)
    for (const [practiceId, report] of reports) console.log(`${practiceId}: ${inWords(report)}`)
    return [...reports.values()].some((report) => report.firstBad !== null) ? 1 : 0
  } finally {
    await store.close()
  }
}

const inWords = ({ sealed, unsealed, head, firstBad }: AuditReport) =>
  firstBad
    ? `BROKEN at row ${firstBad.seq} (id ${firstBad.id}): ${firstBad.fault}; ${sealed} rows before it hold`
    : `${sealed} rows hold, ${unsealed} not sealed yet, head ${head ?? 'none'}`

if (import.meta.main) process.exitCode = await main(process.env['DATABASE_URL'])
