import type { Config } from '../config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { type Practice, toPractice } from '../practices/practice.ts'
import { readStoredSettings } from '../practices/store.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import type { SettingsView } from './schema.ts'

export type ReadSettingsDeps = { keyring: Keyring; config: Config }

/** The settings page as things stand in the store this moment, whatever a node remembers. */
export const readSettings = async (db: Db, deps: ReadSettingsDeps, slug: string): Promise<SettingsView> =>
  toSettingsView(await readPracticeNow(db, deps, slug))

/** @throws Problem `not-found` */
export async function readPracticeNow(
  db: Db,
  { keyring, config }: ReadSettingsDeps,
  slug: string,
): Promise<Practice> {
  const practice = config.practices.find((one) => one.slug === slug)
  if (!practice) throw new Problem('not-found', 'No practice has this address.')
  return toPractice(practice, await readStoredSettings(db, keyring, slug), config)
}

export function toSettingsView(practice: Practice): SettingsView {
  const { mailPassword, ...values } = practice.settings
  return {
    version: practice.settingsVersion,
    values,
    mailPasswordSet: mailPassword !== null,
    locked: practice.locked,
    portalAddresses: practice.portalAddresses,
    portalUrl: practice.portalUrl,
  }
}
