import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/config.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PUBLIC = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }
const PRIVATE = { ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }
const WEAK = {
  ...generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }),
  kid: 'weak',
}
const HOST = { id: 'emr', name: 'EMR', origins: ['https://emr.example'], jwks: 'keys/emr.json' }
const PRACTICE = {
  slug: 'oak',
  fhirBase: 'https://ehr.example/fhir',
  client: {
    clientId: 'portico',
    scope: 'openid',
    privateKeyJwk: { kty: 'EC', kid: 'a', alg: 'ES384', d: 'x' },
  },
}

/** Reads a configuration whose keys lie in a folder beside it. */
function read(
  practice: object,
  keys: unknown = { keys: [PUBLIC] },
  environment: Record<string, string> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'portico-config-'))
  mkdirSync(join(folder, 'keys'))
  writeFileSync(join(folder, 'keys', 'emr.json'), typeof keys === 'string' ? keys : JSON.stringify(keys))
  writeFileSync(join(folder, 'portico.json'), JSON.stringify({ practices: [{ ...PRACTICE, ...practice }] }))
  return readConfig({
    PORTICO_KEYS: `k1:${'A'.repeat(43)}`,
    PORTICO_CONFIG: join(folder, 'portico.json'),
    ...environment,
  })
}

function faultsOf(...given: Parameters<typeof read>): string[] {
  try {
    read(...given)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

test('keys in a file are found beside the configuration file, whatever folder the service runs in', () => {
  const [practice] = read({
    hosts: [HOST],
    cdsClients: [{ issuer: 'https://ehr.example', jwks: HOST.jwks }],
  }).practices
  expect(practice?.hosts).toEqual([
    {
      ...HOST,
      jwks: { keys: [PUBLIC] },
      permissions: ['access.read', 'access.manage', 'credentials.manage'],
    },
  ])
  expect(practice?.cdsClients).toEqual([{ issuer: 'https://ehr.example', jwks: { keys: [PUBLIC] } }])
})

test.each([
  'https://emr.example/jwks.json',
  'http://localhost:8081/jwks',
  'http://127.0.0.1/jwks',
  'http://[::1]:1/jwks',
])('keys at %s are fetched when they are needed', (jwks) => {
  expect(read({ hosts: [{ ...HOST, jwks }] }).practices[0]?.hosts[0]?.jwks).toEqual({ url: jwks })
})

test.each([
  'http://emr.example/jwks.json',
  'ftp://emr.example/jwks',
  'file:///etc/jwks',
  'https://user@emr.example/jwks',
  'https://',
])('keys at %s are a fault', (jwks) => {
  const fault = `must be https, or http on this machine (${jwks})`
  expect(
    faultsOf({ hosts: [{ ...HOST, jwks }], cdsClients: [{ issuer: 'https://ehr.example', jwks }] }),
  ).toEqual([
    `practices.oak.hosts.emr.jwks: ${fault}`,
    `practices.oak.cdsClients.https://ehr.example.jwks: ${fault}`,
  ])
})

test.each<[string, unknown, string]>([
  ['that is not JSON', '{', 'is not a JWKS'],
  ['that holds one key and no set', PUBLIC, 'is not a JWKS'],
  ['without a key', { keys: [] }, 'holds no key'],
  ['with the private half of a key', { keys: [PRIVATE] }, 'holds a private or shared key'],
  [
    'with a shared secret',
    { keys: [{ kty: 'oct', kid: 'a', k: 'c2VjcmV0' }] },
    'holds a private or shared key',
  ],
  ['with a key that has no name', { keys: [{ ...PUBLIC, kid: undefined }] }, 'has a key without kid'],
  ['with two keys of one name', { keys: [PUBLIC, PUBLIC] }, 'has two keys with the same kid'],
  ['with a key that is none', { keys: [{ ...PUBLIC, x: 'AA' }] }, 'has a key that cannot be used (one)'],
  ['with a weak key', { keys: [WEAK] }, 'has an RSA key of less than 2048 bits'],
])('a file %s is a fault', (_, keys, fault) => {
  expect(faultsOf({ hosts: [HOST] }, keys)).toEqual([
    expect.stringContaining(`practices.oak.hosts.emr.jwks: ${fault}`),
  ])
})

describe('every fault is named at once', () => {
  test('files that are not there, and ids that are not unique', () => {
    const client = { issuer: 'https://ehr.example', jwks: HOST.jwks }
    const faults = faultsOf({
      hosts: [HOST, { ...HOST, jwks: 'nowhere.json' }, { ...HOST, id: 'other', jwks: '../nowhere.json' }],
      cdsClients: [client, client],
    })
    expect(faults).toEqual([
      'practices.oak.hosts.emr.jwks: cannot be read (nowhere.json)',
      'practices.oak.hosts.other.jwks: cannot be read (../nowhere.json)',
      'practices.oak.hosts: emr is used twice',
      'practices.oak.cdsClients: https://ehr.example is used twice',
    ])
  })

  test('in production everything that could be read on the way', () => {
    const jwks = 'http://127.0.0.1:1/jwks'
    const production = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://portal.example',
      TRUSTED_PROXIES: '10.0.0.1',
    }
    const practice = {
      hosts: [{ ...HOST, origins: ['https://emr.example', 'http://emr.example'], jwks }],
      cdsClients: [{ issuer: 'https://ehr.example', jwks }],
    }
    expect(faultsOf(practice, undefined, production)).toEqual([
      'practices.oak.hosts.emr.origins: must be https in production (http://emr.example)',
      `practices.oak.hosts.emr.jwks: must be https in production (${jwks})`,
      `practices.oak.cdsClients.https://ehr.example.jwks: must be https in production (${jwks})`,
    ])
  })

  test('a host of no origin, of odd ones, or with rights that no host may have', () => {
    const faults = faultsOf({
      hosts: [
        { ...HOST, origins: [] },
        { ...HOST, origins: ['https://emr.example/', '*'], permissions: ['settings.manage'] },
      ],
    }).join('\n')
    for (const part of ['hosts.0.origins', 'hosts.1.origins.0', 'hosts.1.origins.1', 'hosts.1.permissions.0'])
      expect(faults).toContain(part)
  })
})
