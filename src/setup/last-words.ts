import { existsSync } from 'node:fs'
import type { SetupFiles } from './configuration.ts'
import type { CheckedLaunch, GivePlace } from './schema.ts'

/** What is there now, and what to do with it. */
export function lastWords(files: SetupFiles, place: GivePlace, launch: CheckedLaunch | null): string[] {
  const hasEnv = existsSync(files.env)
  const isProduction = place.publicUrl.startsWith('https:')
  return [
    `${hasEnv ? `${files.config} and ${files.env} are written` : `${files.config} is written`}, for their owner alone. Keys are in there: keep a copy in a safe place.`,
    ...(launch?.fhirUser ? [`${launch.userName ?? launch.fhirUser} is the first administrator.`] : []),
    ...(isProduction && hasEnv
      ? [
          `TRUSTED_PROXIES in ${files.env} names the reverse proxy that holds the certificate; change it if that is not on this machine.`,
        ]
      : []),
    'Build once: npm run build',
    hasEnv
      ? `Start: npm start (or node --env-file=${files.env} src/main.ts)`
      : 'Start Portico again, as you did before.',
    'Check: npm run doctor',
    `Then open Portico from a patient once more; the settings are behind its menu. Patients go to ${place.publicUrl}/${place.slug}/portal/`,
  ]
}
