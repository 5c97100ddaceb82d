import { describe, expect, test } from 'vitest'
import { chooseAlgorithm, makeSigningKey } from '../../../src/setup/keys.ts'
import { narrowScopes } from '../../../src/setup/scopes.ts'
import { slugOf } from '../../../src/setup/slug.ts'

const WANTED = {
  scope: 'openid fhirUser launch online_access user/Patient.rus user/Consent.crus',
  serviceScope: 'system/Patient.rs system/Consent.crus',
}
const ALL = { Patient: 'cruds', Consent: 'cruds' }

describe('what this EHR is asked for', () => {
  test.for([
    [
      'all of it where nothing speaks against it',
      WANTED,
      { can: ALL, services: true, scopesSupported: [] },
      WANTED.scope,
      WANTED.serviceScope,
    ],
    [
      'no type that it does not have',
      WANTED,
      { can: { Patient: 'rs' }, services: true, scopesSupported: [] },
      'openid fhirUser launch online_access user/Patient.rs',
      'system/Patient.rs',
    ],
    [
      'everything, where it does not say what it can',
      WANTED,
      { can: {}, services: true, scopesSupported: [] },
      WANTED.scope,
      WANTED.serviceScope,
    ],
    [
      'nothing for a service where it has none',
      WANTED,
      { can: ALL, services: false, scopesSupported: [] },
      WANTED.scope,
      '',
    ],
    [
      'no more than it lists',
      WANTED,
      {
        can: ALL,
        services: true,
        scopesSupported: ['openid', 'launch', 'online_access', 'user/*.read', 'system/Patient.rs'],
      },
      'openid fhirUser launch online_access user/Patient.rs user/Consent.rs',
      'system/Patient.rs',
    ],
    [
      'the lasting scope that it has',
      WANTED,
      { can: ALL, services: true, scopesSupported: ['openid', 'offline_access'] },
      WANTED.scope.replace('online_access', 'offline_access'),
      WANTED.serviceScope,
    ],
    [
      'no lasting scope where it lists neither',
      WANTED,
      { can: ALL, services: true, scopesSupported: ['openid', 'launch'] },
      WANTED.scope.replace(' online_access', ''),
      WANTED.serviceScope,
    ],
    [
      'messages to its page where it has them',
      WANTED,
      { can: ALL, services: true, scopesSupported: ['online_access', 'messaging/ui'] },
      `${WANTED.scope} messaging/ui`,
      WANTED.serviceScope,
    ],
    [
      'older words as they stand',
      {
        scope: 'launch api:oemr user/Patient.read user/Patient.write user/patient.write',
        serviceScope: 'openid system/Patient.read',
      },
      { can: { Patient: 'rs' }, services: true, scopesSupported: ['api:oemr', 'user/patient.write'] },
      'launch api:oemr user/Patient.read user/patient.write',
      'openid system/Patient.read',
    ],
  ] as const)('%s', ([, wanted, ehr, scope, serviceScope]) => {
    expect(narrowScopes(wanted, { ...ehr, scopesSupported: [...ehr.scopesSupported] })).toMatchObject({
      scope,
      serviceScope,
    })
  })

  test('what is left out is named', () => {
    const { left } = narrowScopes(WANTED, { can: { Patient: 'rs' }, services: true, scopesSupported: [] })
    expect(left).toEqual(['user/Patient.rus', 'user/Consent.crus', 'system/Consent.crus'])
  })
})

describe('keys', () => {
  test.for([
    ['ES384', [], 'ES384'],
    ['ES384', ['RS384'], 'RS384'],
    ['RS384', ['ES384', 'RS384'], 'RS384'],
    ['RS384', ['ES384'], 'ES384'],
    ['ES384', ['PS256'], 'ES384'],
  ] as const)('%s wanted, %o taken: %s', ([wanted, takes, chosen]) => {
    expect(chooseAlgorithm(wanted, takes)).toBe(chosen)
  })

  test.for(['ES384', 'RS384'] as const)(
    'a %s key is private, named by its thumbprint and never the same',
    async (alg) => {
      const [one, other] = await Promise.all([makeSigningKey(alg), makeSigningKey(alg)])
      expect(one).toMatchObject({
        alg,
        use: 'sig',
        kid: expect.stringMatching(/^[\w-]{43}$/) as string,
        d: expect.any(String) as string,
      })
      expect(one.kid).not.toBe(other.kid)
    },
  )
})

test.for([
  ['Clínica Ñandú & Co.', 'clinica-nandu-co'],
  ['  Lakeside  ', 'lakeside'],
  ['x'.repeat(60), 'x'.repeat(40)],
  ['診療所', ''],
] as const)('the name %s becomes %s in addresses', ([name, slug]) => {
  expect(slugOf(name)).toBe(slug)
})
