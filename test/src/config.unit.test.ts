import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigError, readConfig, unsafeDatabase } from '../../src/config.ts'

const KEY = `k1:${'A'.repeat(43)}`
const PRACTICE = {
  slug: 'oak',
  settings: { name: 'Oak Clinic' },
  initial: { timeZone: 'America/Chicago' },
  fhirBase: 'https://ehr.example/fhir',
  client: {
    clientId: 'portico',
    scope: 'openid',
    privateKeyJwk: { kty: 'EC', kid: 'a', alg: 'ES384', d: 'x' },
  },
}

function write(file: unknown) {
  const path = join(mkdtempSync(join(tmpdir(), 'portico-config-')), 'portico.json')
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file))
  return path
}

const read = (file: unknown, environment: Record<string, string> = {}) =>
  readConfig({ PORTICO_KEYS: KEY, PORTICO_CONFIG: write(file), ...environment })

function faultsOf(work: () => unknown): string[] {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

test('a small file is enough; the rest has defaults', () => {
  const config = read({ practices: [PRACTICE] })
  expect(config).toMatchObject({
    port: 8080,
    bind: '127.0.0.1',
    portalUrls: ['http://localhost:8080'],
    production: false,
  })
  expect(config.practices[0]).toMatchObject({
    settings: { name: 'Oak Clinic' },
    initial: { timeZone: 'America/Chicago' },
    administrators: [],
    firstRoles: {},
  })
})

test('every fault is named at once, in the environment and in the file', () => {
  const broken = {
    ...PRACTICE,
    slug: 'O',
    settings: { timeZone: 'Mars/Base' },
    initial: { mailPort: 0 },
    administrators: ['Jo'],
    fhirBase: 'ftp://x',
    colour: 'red',
  }
  const faults = faultsOf(() =>
    read({ practices: [broken] }, { PORT: 'many', PORTICO_KEYS: 'short', DATABASE_URL: 'mysql://x' }),
  )
  for (const part of [
    'PORT',
    'PORTICO_KEYS',
    'DATABASE_URL',
    'practices.0.slug',
    'practices.0.settings.timeZone',
    'practices.0.initial.mailPort',
    'practices.0.administrators.0',
    'practices.0.fhirBase',
    'colour',
  ])
    expect(faults.join('\n')).toContain(part)
})

test('a file that is missing or is not JSON is said so', () => {
  expect(faultsOf(() => read('{'))).toEqual([expect.stringContaining('is not JSON')])
  expect(faultsOf(() => readConfig({ PORTICO_KEYS: KEY, PORTICO_CONFIG: '/nowhere/x.json' }))).toEqual([
    expect.stringContaining('cannot be read'),
  ])
  expect(faultsOf(() => readConfig({ PORTICO_KEYS: KEY }))).toEqual(['PORTICO_CONFIG: is required'])
})

test('two practices never share a slug or an EHR', () => {
  expect(faultsOf(() => read({ practices: [PRACTICE, PRACTICE] }))).toEqual([
    'practices: oak is used twice (oak, oak)',
    'practices: https://ehr.example/fhir is used twice (oak, oak)',
  ])
})

test('production refuses what is unsafe, all at once', () => {
  const unsafe = { ...PRACTICE, fhirBase: 'http://ehr.example/fhir', frameAncestors: ['http://emr.example'] }
  const settings = { mailFrom: 'a@oak.example', mailHost: 'mail.example', mailPort: 25, mailSecurity: 'none' }
  const faults = faultsOf(() =>
    read(
      { practices: [{ ...unsafe, settings }] },
      {
        NODE_ENV: 'production',
        LOG_LEVEL: 'debug',
        DEBUG: 'FHIR*',
        DATABASE_URL: 'postgres://db.example/portico',
      },
    ),
  ).join('\n')
  for (const part of [
    'PUBLIC_URL',
    'fhirBase',
    'frameAncestors',
    'settings.mailSecurity',
    'LOG_LEVEL',
    'DEBUG',
    'TRUSTED_PROXIES',
    'DATABASE_URL',
  ])
    expect(faults).toContain(part)
  const safe = read(
    { practices: [PRACTICE] },
    { NODE_ENV: 'production', PUBLIC_URL: 'https://portal.oak.example', TRUSTED_PROXIES: '127.0.0.1' },
  )
  expect(safe.production).toBe(true)
})

test.each([
  ['postgres://db.example/portico', false],
  ['postgres://db.example/portico?sslmode=verify-full', true],
  ['postgres://localhost/portico', true],
  ['postgres:///portico?host=/run/postgresql', true],
  // The driver goes where the query says, whatever stands in front of it.
  ['postgres:///portico?host=db.example', false],
  ['postgres://localhost/portico?host=db.example', false],
  ['postgres:///portico?host=/run/postgresql&host=db.example', false],
])('production with %s: %s', (url, safe) => {
  expect(unsafeDatabase(url)).toHaveLength(safe ? 0 : 1)
})

test('a practice chooses its portal address among those of the service', () => {
  const at = (portalAddress: string) => ({ ...PRACTICE, settings: { portalAddress } })
  const environment = { PORTAL_URL: 'https://a.example,https://b.example' }
  expect(read({ practices: [at('https://b.example')] }, environment).portalUrls).toEqual([
    'https://a.example',
    'https://b.example',
  ])
  expect(faultsOf(() => read({ practices: [at('https://c.example')] }, environment))).toEqual([
    'practices.oak: portalAddress https://c.example is not one of PORTAL_URL',
  ])
})

test('proxies that are no addresses are faults', () => {
  expect(
    faultsOf(() => read({ practices: [PRACTICE] }, { TRUSTED_PROXIES: '10.0.0.0/8, nonsense' })),
  ).toEqual(['TRUSTED_PROXIES: nonsense is not an address or CIDR'])
})
