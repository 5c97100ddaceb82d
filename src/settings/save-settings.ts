import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import { publishEvent } from '../events/events.ts'
import type { PracticeDirectory } from '../practices/directory.ts'
import type { Practice } from '../practices/practice.ts'
import { settingContext } from '../practices/store.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { changedKeys, checkSettings, tidyChanges } from './check-settings.ts'
import { type ReadSettingsDeps, readPracticeNow, toSettingsView } from './read-settings.ts'
import type { PracticeSettings, SaveSettings, SettingKey, SettingsView, SomeSettings } from './schema.ts'

export type SettingsDeps = ReadSettingsDeps & { store: Store; now: Clock; practices: PracticeDirectory }

/** An administrator, in one request. */
export type Administrator = {
  practice: Practice
  staff: { id: string; fhirUser: string }
  requestId: string
}

/**
 * Saves what an administrator changed; it holds from the next request on. Of two who save at once the second is told.
 *
 * @throws Problem `conflict`, `locked-by-file`, `invalid-request`
 * @see seeds 001 "Administrator Setup", 003 "Globals > Notifications"
 */
export async function saveSettings(
  deps: SettingsDeps,
  by: Administrator,
  request: SaveSettings,
): Promise<SettingsView> {
  const slug = by.practice.id
  const view = await deps.store.transaction(async (tx) => {
    const before = await readPracticeNow(tx, deps, slug)
    if (before.settingsVersion !== request.version) throw conflict()
    const changes = tidyChanges(before, request.changes)
    checkSettings(before, changes, deps.config.production)
    const keys = changedKeys(before.settings, changes)
    if (keys.length === 0) return toSettingsView(before)
    await takeVersion(tx, slug, request.version, deps.now())
    for (const key of keys) await saveOne(tx, deps, by, { key, before: before.settings, changes })
    await publishEvent(tx, { practiceId: slug, topic: 'settings' }, deps.now())
    return toSettingsView(await readPracticeNow(tx, deps, slug))
  })
  deps.practices.forget(slug)
  return view
}

/** Only one save can follow a version. */
async function takeVersion(tx: Db, slug: string, version: number, now: number) {
  const taken = await tx
    .updateTable('practice')
    .set({ settings_version: version + 1, updated_at: now })
    .where('id', '=', slug)
    .where('settings_version', '=', version)
    .returning('id')
    .executeTakeFirst()
  if (!taken) throw conflict()
}

type Change = { key: SettingKey; before: PracticeSettings; changes: SomeSettings }

async function saveOne(tx: Db, deps: SettingsDeps, by: Administrator, change: Change) {
  const { practice, staff, requestId } = by
  const now = deps.now()
  const row = { value: toStored(deps, practice.id, change), updated_at: now, updated_by: staff.id }
  await tx
    .insertInto('setting')
    .values({ practice_id: practice.id, key: change.key, ...row })
    .onConflict((conflict) => conflict.columns(['practice_id', 'key']).doUpdateSet(row))
    .execute()
  const entry = { practiceId: practice.id, actor: staff.fhirUser, action: 'settings.changed', requestId }
  await recordAudit(tx, { ...entry, detail: { key: change.key, ...beforeAndAfter(change) } }, now)
}

function toStored({ keyring }: SettingsDeps, practiceId: string, { key, changes }: Change): string {
  const value = changes[key]
  const isSecret = key === 'mailPassword' && typeof value === 'string'
  return JSON.stringify(isSecret ? keyring.seal(value, settingContext(practiceId)) : value)
}

/** For the trail: of a password only that there is one, of a picture only that it is one. */
function beforeAndAfter({ key, before, changes }: Change) {
  const [old, fresh] = [before[key], changes[key]]
  if (key === 'mailPassword') {
    const became = fresh === null ? 'removed' : old === null ? 'set' : 'replaced'
    return { before: null, after: became }
  }
  return { before: inTrail(key, old), after: inTrail(key, fresh) }
}

function inTrail(key: SettingKey, value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null
  if (key === 'logo') return 'picture'
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value
  return JSON.stringify(value)
}

const conflict = () => new Problem('conflict', 'Somebody saved the settings meanwhile. Look again.')
