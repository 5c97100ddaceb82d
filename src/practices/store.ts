import type { Clock } from '../clock.ts'
import { ConfigError, type PracticeConfig } from '../config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { SETTINGS, type SettingKey, type SomeSettings } from '../settings/schema.ts'
import type { Db, Store } from '../store/open.ts'

/**
 * Writes the configured practices into the store at start, on every node.
 * @throws ConfigError when a slug already belongs to another EHR: patient ids of one EHR mean nothing in another.
 */
export async function savePractices(
  store: Store,
  practices: Pick<PracticeConfig, 'slug' | 'fhirBase'>[],
  now: Clock,
): Promise<void> {
  const at = now()
  await store.transaction(async (tx) => {
    const known = await tx.selectFrom('practice').select(['id', 'fhir_base']).execute()
    const moved = practices.flatMap((practice) => {
      const other = known.find((row) => row.fhir_base === practice.fhirBase && row.id !== practice.slug)
      if (other)
        return [
          `practices.${practice.slug}: its EHR already belongs to ${other.id}; a slug cannot be changed`,
        ]
      const before = known.find((row) => row.id === practice.slug)
      return before && before.fhir_base !== practice.fhirBase
        ? [
            `practices.${practice.slug}: belongs to the EHR at ${before.fhir_base}; another EHR needs another slug`,
          ]
        : []
    })
    if (moved.length > 0) throw new ConfigError(moved)
    for (const { slug: id, fhirBase } of practices)
      await tx
        .insertInto('practice')
        .values({
          id,
          name: id,
          fhir_base: fhirBase,
          created_at: at,
          updated_at: at,
          settings_version: 0,
          roles_seeded_at: null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
  })
}

/** The context that a practice's mail password is sealed under. */
export const settingContext = (practiceId: string) => `setting ${practiceId}`

/** What administrators set, with the version that a change must name. Values that no longer parse count as unset. */
export async function readStoredSettings(
  db: Db,
  keyring: Keyring,
  practiceId: string,
): Promise<{ values: SomeSettings; version: number }> {
  // In this order: values newer than their version make a save that refuses, older ones would make one that overwrites.
  const practice = await db
    .selectFrom('practice')
    .select('settings_version')
    .where('id', '=', practiceId)
    .executeTakeFirst()
  const rows = await db
    .selectFrom('setting')
    .select(['key', 'value'])
    .where('practice_id', '=', practiceId)
    .execute()
  const values: Record<string, unknown> = {}
  for (const { key, value } of rows) {
    const parsed = isSetting(key) && SETTINGS[key].safeParse(readValue(keyring, practiceId, key, value))
    if (parsed && parsed.success) values[key] = parsed.data
  }
  return { values, version: practice?.settings_version ?? 0 }
}

function readValue(keyring: Keyring, practiceId: string, key: SettingKey, value: string): unknown {
  const json: unknown = JSON.parse(value)
  if (key !== 'mailPassword' || typeof json !== 'string') return json
  // Where its key is gone the practice goes on without mail rather than not at all.
  return openOrNull(keyring, json, settingContext(practiceId))
}

const isSetting = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key)
