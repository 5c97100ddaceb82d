import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/config.ts'

const KEY = `k1:${'A'.repeat(43)}`
const PRACTICE = {
  slug: 'oak',
  name: 'Oak Clinic',
  timeZone: 'America/Chicago',
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
    portalUrl: 'http://localhost:8080',
    production: false,
  })
  expect(config.practices[0]?.settings).toEqual({
    portalOpen: true,
    adultAge: 18,
    invitationDays: 30,
    activationMode: 'strong',
    requirePhone: false,
    usernameFromEmail: true,
  })
})

test('every fault is named at once, in the environment and in the file', () => {
  const broken = { ...PRACTICE, slug: 'O', timeZone: 'Mars/Base', fhirBase: 'ftp://x', colour: 'red' }
  const faults = faultsOf(() =>
    read({ practices: [broken] }, { PORT: 'many', PORTICO_KEYS: 'short', DATABASE_URL: 'mysql://x' }),
  )
  for (const part of [
    'PORT',
    'PORTICO_KEYS',
    'DATABASE_URL',
    'practices.0.slug',
    'practices.0.timeZone',
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
  const mail = { from: 'a@oak.example', host: 'mail.example', port: 25, security: 'none' }
  const faults = faultsOf(() =>
    read(
      { practices: [{ ...unsafe, mail }] },
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
    'mail.security',
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

test('proxies that are no addresses are faults', () => {
  expect(
    faultsOf(() => read({ practices: [PRACTICE] }, { TRUSTED_PROXIES: '10.0.0.0/8, nonsense' })),
  ).toEqual(['TRUSTED_PROXIES: nonsense is not an address or CIDR'])
})
