import type { JWK } from 'jose'
import { chooseScope, publicJwks } from '../../smart-launch/index.ts'
import { chooseAlgorithm, type SigningAlgorithm } from './keys.ts'
import type { FoundEhr } from './look-at-ehr.ts'
import type { RegistrationFile } from './registration-files.ts'
import type { GivePlace, RegistrationView } from './schema.ts'
import { narrowScopes } from './scopes.ts'

export type RegistrationParts = {
  kind: string
  files: Map<string, RegistrationFile>
  ehr: FoundEhr
  place: GivePlace
  signingKey: JWK
}

const fileOf = ({ files, kind }: Pick<RegistrationParts, 'files' | 'kind'>): RegistrationFile => {
  const file = files.get(kind) ?? files.get('generic')
  if (!file) throw new Error('smart-launch/registration/generic.json is not there')
  return file
}

/** Which key this EHR is to be given. */
export const algorithmFor = (parts: Pick<RegistrationParts, 'files' | 'kind' | 'ehr'>): SigningAlgorithm =>
  chooseAlgorithm(fileOf(parts).metadata.token_endpoint_auth_signing_alg, parts.ehr.algorithms)

/** What Portico will ask this EHR for. */
export const scopesFor = (parts: Pick<RegistrationParts, 'files' | 'kind' | 'ehr'>) =>
  narrowScopes(fileOf(parts).client, parts.ehr)

/** Where this practice is reached by its EHR. */
export const addressesOf = ({ publicUrl, slug }: Pick<GivePlace, 'publicUrl' | 'slug'>) => ({
  launch: `${publicUrl}/${slug}/launch`,
  redirect: `${publicUrl}/${slug}/callback`,
  jwks: `${publicUrl}/.well-known/jwks.json`,
})

/** What to copy into the EHR's form, or to send to its registration endpoint. */
export function registrationOf(parts: RegistrationParts): RegistrationView {
  const { kind, files, ehr, place, signingKey } = parts
  const file = fileOf(parts)
  const { scope, serviceScope, left } = scopesFor(parts)
  const inEhrsWords = (text: string) => chooseScope(text, ehr.smartCapabilities)
  const addresses = addressesOf(place)
  const metadata = fill(file.metadata, place, {
    token_endpoint_auth_signing_alg: algorithmFor(parts),
    scope: [...new Set(`${inEhrsWords(scope)} ${inEhrsWords(serviceScope)}`.split(' '))].join(' ').trim(),
    ...(serviceScope === '' ? { grant_types: ['authorization_code', 'refresh_token'] } : {}),
  })
  return {
    kind,
    ehr: file.ehr,
    kinds: [...files].map(([name, one]) => ({ kind: name, ehr: one.ehr })),
    values: [
      {
        label: 'Redirect URL',
        value: addresses.redirect,
        hint: 'Byte for byte; the EMR answers nowhere else.',
      },
      { label: 'Launch URL', value: addresses.launch },
      {
        label: 'Public keys (JWKS URL)',
        value: addresses.jwks,
        hint: 'This program answers there from now on.',
      },
      { label: 'Scopes for staff', value: inEhrsWords(scope) },
      ...(serviceScope === '' ? [] : [{ label: 'Scopes for the service', value: inEhrsWords(serviceScope) }]),
      {
        label: 'How Portico proves itself',
        value: `private_key_jwt, ${algorithmFor(parts)}`,
        hint: 'A confidential client with a key. There is no client secret.',
      },
    ],
    jwks: JSON.stringify(publicJwks([signingKey]), null, 2),
    metadata: JSON.stringify(metadata, null, 2),
    endpoint: ehr.registrationEndpoint,
    notes: file.notes,
    left,
  }
}

/** The file's placeholders are the practice's own addresses. */
function fill(metadata: object, { publicUrl, slug }: GivePlace, changes: object): object {
  const text = JSON.stringify({ ...metadata, ...changes })
  return JSON.parse(
    text
      .replaceAll('https://PORTICO/PRACTICE', `${publicUrl}/${slug}`)
      .replaceAll('https://PORTICO', publicUrl),
  ) as object
}
