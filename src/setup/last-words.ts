import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SetupFiles } from './configuration.ts'
import type { Draft } from './draft.ts'
import type { GivePlace } from './schema.ts'

/** What is there now, and what to do with it. */
export function lastWords(files: SetupFiles, place: GivePlace, { launch, practice }: Draft): string[] {
  const hasEnv = existsSync(files.env)
  const isProduction = place.publicUrl.startsWith('https:')
  const { start, check } = hasEnv ? commandsWith(files.env) : ELSEWHERE
  return [
    `${hasEnv ? `${files.config} and ${files.env} are written` : `${files.config} is written`}, for their owner alone. Keys are in there: keep a copy in a safe place.`,
    ...(launch?.fhirUser ? [`${launch.userName ?? launch.fhirUser} is the first administrator.`] : []),
    ...(isProduction && hasEnv
      ? [
          `TRUSTED_PROXIES in ${files.env} names the reverse proxy that holds the certificate; change it if that is not on this machine.`,
        ]
      : []),
    'Build once: npm run build',
    `Start: ${start}`,
    `Check: ${check}`,
    ...(hasEnv
      ? [
          `Under systemd or in containers: see “Running it” in README.md. PORTICO_CONFIG and DATABASE_URL of ${files.env} hold for this folder only, and stay behind.`,
        ]
      : []),
    `Then open Portico from a patient once more; the settings are behind its menu. Patients go to ${practice?.portalUrl ?? place.publicUrl}/${place.slug}/portal/`,
  ]
}

/** The npm scripts read `.env` in this folder and no other file. */
function commandsWith(env: string) {
  if (resolve(env) === resolve('.env')) return { start: 'npm start', check: 'npm run doctor' }
  const flag = `--env-file=${/^[\w./-]+$/.test(env) ? env : `'${env.replaceAll("'", `'\\''`)}'`}`
  return { start: `node ${flag} src/main.ts`, check: `node ${flag} src/report/doctor.ts` }
}

const ELSEWHERE = {
  start: 'Portico again, as you did before.',
  check: 'node src/report/doctor.ts, with the variables of the service.',
}
