import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

const FOLDER = fileURLToPath(new URL('../../smart-launch/registration/', import.meta.url))

/** What an EHR's way to register an app is, as `smart-launch/registration/<ehr>.json` says. */
const RegistrationFile = z.looseObject({
  ehr: z.string(),
  metadata: z.looseObject({ token_endpoint_auth_signing_alg: z.enum(['ES384', 'RS384']), scope: z.string() }),
  client: z.looseObject({ scope: z.string(), serviceScope: z.string() }),
  /** For everybody. What only concerns those who write the configuration by hand stands in `byHand`. */
  notes: z.array(z.string()),
})
export type RegistrationFile = z.infer<typeof RegistrationFile>

/** The registration files by their names. */
export function readRegistrationFiles(folder = FOLDER): Map<string, RegistrationFile> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
  return new Map(
    names.map((name) => [
      name.slice(0, -'.json'.length),
      RegistrationFile.parse(JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))),
    ]),
  )
}

type Signs = { software: string; fhirBase: string; scopes: readonly string[] }

const SIGNS: [kind: string, matches: (signs: Signs) => boolean][] = [
  ['openemr', ({ software, scopes }) => /openemr/i.test(software) || scopes.includes('api:oemr')],
  [
    'medplum',
    ({ software, fhirBase }) =>
      /medplum/i.test(software) || /\bmedplum\.com$/.test(new URL(fhirBase).hostname),
  ],
  ['smart-launcher', ({ fhirBase }) => /\/v\/r4\/sim\//.test(fhirBase)],
]

/** Which file to begin with. A guess that only fills in a form: what the EHR can do is read from the EHR. */
export const kindOf = (signs: Signs): string => SIGNS.find(([, matches]) => matches(signs))?.[0] ?? 'generic'
