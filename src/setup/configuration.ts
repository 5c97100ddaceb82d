import { existsSync, readFileSync, rmSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { JWK } from 'jose'
import { ConfigError, readConfig } from '../config.ts'
import { Problem } from '../problem.ts'
import { writeOwnerOnly } from './draft.ts'
import { environmentIn, environmentText, portalUrlsOf } from './environment.ts'
import type { FoundEhr } from './look-at-ehr.ts'
import type { CheckedLaunch, GivePlace, GivePractice, WriteConfiguration } from './schema.ts'

/** Where the files go, as the person who set up typed it. */
export type SetupFiles = { config: string; env: string }

export type Answers = {
  ehr: FoundEhr
  place: GivePlace
  practice: GivePractice
  launch: CheckedLaunch
  client: { clientId: string; privateKeyJwk: JWK; scope: string; serviceScope: string }
  storeKeys: string
  /** Where this program answers, and the service after it. */
  port: number
  databaseUrl: string
}

/** As it stands in the file; what set-up does not ask for is whatever it is. */
type PracticeEntry = {
  slug: string
  client: { privateKeyJwk: JWK }
  fhirBase?: string
  frameAncestors?: string[]
  chartUrl?: string
  administrators?: string[]
  initial?: object
}

/**
 * The practices that a configuration file has already; none when it is not there.
 * @throws Problem `conflict` when something else is there
 */
export function practicesIn(path: string): PracticeEntry[] {
  if (!existsSync(path)) return []
  try {
    const { practices } = JSON.parse(readFileSync(path, 'utf8')) as { practices: PracticeEntry[] }
    if (practices.every(({ slug, client }) => slug && client.privateKeyJwk)) return practices
  } catch {
    // It is told below, in the same words for whatever it is.
  }
  throw new Problem(
    'conflict',
    `${path} is there, but it is no configuration of Portico. Move it away, or give another --config.`,
  )
}

/**
 * Writes the practice into the configuration file, and beside it what the environment needs. Both are tried out first,
 * by the same reader that the service starts with; what stands there already is kept.
 *
 * @throws Problem `conflict` when a file is there and nobody said to add to it or to replace the practice in it,
 *   `invalid-request` with every fault that would keep the service from starting
 */
export function writeConfiguration(files: SetupFiles, answers: Answers, how: WriteConfiguration): void {
  const existing = practicesIn(files.config)
  mayWrite(files, existing, answers.place.slug, how)
  const before = existing.find(({ slug }) => slug === answers.place.slug)
  const entry = merged(before, entryOf(answers, environmentIn(files.env)))
  const others = existing.filter((one) => one !== before)
  const config = `${JSON.stringify({ practices: [...others, entry] }, null, 2)}\n`
  // The environment of a running service may be kept elsewhere: new keys could read nothing of its store.
  const isElsewhere = existing.length > 0 && !existsSync(files.env)
  const env = isElsewhere
    ? null
    : environmentText(files.env, { ...answers, ...answers.place, ...answers.practice, config: files.config })
  tryOut(files, answers, config, env)
  // The keys first: a configuration that stands alone is taken for one whose environment is kept elsewhere.
  if (env !== null) writeOwnerOnly(files.env, env)
  writeOwnerOnly(files.config, config)
}

function mayWrite(files: SetupFiles, existing: PracticeEntry[], slug: string, how: WriteConfiguration) {
  const names = existing.map((one) => one.slug)
  if (names.includes(slug) && !how.replace)
    throw new Problem('conflict', `${files.config} has ${slug} already. Say so if it is to be replaced.`, {
      extra: { reason: 'replace' },
    })
  if (names.length > 0 && !names.includes(slug) && !how.add)
    throw new Problem(
      'conflict',
      `${files.config} is there already, with ${names.join(', ')}. Say so if ${slug} is to be added.`,
      {
        extra: { reason: 'add' },
      },
    )
}

function entryOf(
  { ehr, place, practice, launch, client }: Answers,
  environment: Record<string, string | undefined>,
) {
  const [first = practice.portalUrl] = portalUrlsOf(environment)
  return {
    slug: place.slug,
    administrators: launch.fhirUser ? [launch.fhirUser] : [],
    initial: {
      name: place.name,
      timeZone: practice.timeZone,
      languages: practice.languages,
      ...(practice.portalUrl === first ? {} : { portalAddress: practice.portalUrl }),
    },
    fhirBase: ehr.fhirBase,
    issAliases: launch.alias === null ? [] : [launch.alias],
    frameAncestors: practice.emrOrigins,
    // What is undefined is not written, nor kept from before.
    chartUrl: practice.chartUrl ?? undefined,
    client,
  }
}

/** A practice that is connected anew keeps its hosts, its settings and its administrators. */
const merged = (before: PracticeEntry | undefined, entry: ReturnType<typeof entryOf>) => ({
  ...before,
  ...entry,
  initial: { ...before?.initial, ...entry.initial },
  administrators: [...new Set([...(before?.administrators ?? []), ...entry.administrators])],
})

/** What the service would say to it; its reader wants files, so it gets one. */
function tryOut(files: SetupFiles, answers: Answers, config: string, env: string | null) {
  const trial = `${files.config}.${process.pid}.trial`
  const keys =
    env === null ? { PUBLIC_URL: answers.place.publicUrl, PORTICO_KEYS: answers.storeKeys } : parseEnv(env)
  try {
    writeOwnerOnly(trial, config)
    readConfig({ ...keys, PORTICO_CONFIG: trial })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new Problem('invalid-request', `Portico would not start with this: ${error.faults.join('; ')}.`, {
      issues: error.faults.map((detail) => ({ pointer: '', detail })),
    })
  } finally {
    rmSync(trial, { force: true })
  }
}
