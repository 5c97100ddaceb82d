import { HISTORY_PER_PAGE, type HistoryCursor, readTrail } from '../audit/history.ts'
import type { AuditEntry } from '../audit/record.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Practice } from '../practices/practice.ts'
import type { Staff } from '../staff/require-staff.ts'
import type { HistoryEntry, HistoryView } from '../staff/schema.ts'
import { readStaffNames } from '../staff/store.ts'
import type { Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

export type HistoryDeps = {
  store: Store
  keyring: Keyring
  readAudit: { record(entry: AuditEntry): Promise<void> }
}

type Asked = { practice: Practice; staff: Staff; requestId: string }

/**
 * The trail for those who may read it: staff by name, patients never. Reading it stands in it too.
 * @param request.patient `current` = only what concerns this launch's patient
 */
export async function readHistory(
  { store, keyring, readAudit }: HistoryDeps,
  { practice, staff, requestId }: Asked,
  request: { patient?: 'current' | undefined; before?: HistoryCursor | undefined },
): Promise<HistoryView> {
  const practiceId = practice.id
  const patientId = request.patient === 'current' ? staff.context.patientId : null
  const entry = { practiceId, actor: staff.fhirUser, action: 'history.read', patientId, requestId }
  const [rows, names] = await Promise.all([
    readTrail(store.db, { practiceId, patientId, before: request.before }),
    readStaffNames(store.db, keyring, practiceId),
    readAudit.record(entry),
  ])
  const page = rows.slice(0, HISTORY_PER_PAGE)
  const last = rows.length > HISTORY_PER_PAGE ? page.at(-1) : undefined
  return {
    entries: page.map((row) => toEntry(row, names, practice)),
    before: last ? `${last.at}.${last.id}` : null,
  }
}

type Names = ReadonlyMap<string, string>

function toEntry(row: Schema['audit'], names: Names, practice: Practice): HistoryEntry {
  const actor = kindOf(row.actor)
  return {
    id: row.id,
    at: row.at,
    by: actor === 'staff' ? (names.get(row.actor) ?? null) : null,
    actor,
    action: row.action,
    outcome: row.outcome,
    detail: withNames(JSON.parse(row.detail) as HistoryEntry['detail'], names, practice),
  }
}

/** The trail itself keeps ids: colleagues and pages that show Portico are called by their names while these are known. */
function withNames(
  detail: HistoryEntry['detail'],
  names: Names,
  { hosts }: Practice,
): HistoryEntry['detail'] {
  const { person, host } = detail
  return {
    ...detail,
    ...(typeof person === 'string' && { person: names.get(person) ?? person }),
    ...(typeof host === 'string' && { host: hosts.find(({ id }) => id === host)?.name ?? host }),
  }
}

function kindOf(actor: string): HistoryEntry['actor'] {
  if (actor === 'portico') return 'portico'
  if (actor.startsWith('account/')) return 'patient'
  return /^(staff|Practitioner|PractitionerRole|Person)\//.test(actor) ? 'staff' : 'anonymous'
}
