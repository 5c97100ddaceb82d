import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { HostReport } from '../../../src/report/schema.ts'
import { writeConfigFiles } from '../../../src/sandbox/demo/config-files.ts'
import { readOrMakeKeys } from '../../../src/sandbox/demo/keys.ts'
import { addressesFrom, CLINICS, emrOptions, practiceConfig } from '../../../src/sandbox/demo/plan.ts'
import { createEmr } from '../../../src/sandbox/emr.ts'
import { createPeople } from '../../../src/sandbox/people/index.ts'
import { serve } from '../../../src/sandbox/serve.ts'
import { publicJwks } from '../../../smart-launch/index.ts'
import { startChild } from '../../support/child.ts'
import { freePorts } from '../../support/ports.ts'
import { createEmptyDatabase, openTestStore } from '../../support/store.ts'

const DOCTOR = new URL('../../../src/report/doctor.ts', import.meta.url)
const KEYS = `test:${randomBytes(32).toString('base64url')}`
const folder = mkdtempSync(join(tmpdir(), 'portico-doctor-'))
const closers: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]
let env: Record<string, string>
let port: number
let jwks: object

/** One EMR on a socket; Portico itself is not there unless a test stands in for it. */
beforeAll(async () => {
  port = await freePorts(2)
  const addresses = addressesFrom(port)
  const keys = await readOrMakeKeys(['fernwood', 'harbor'], undefined)
  jwks = publicJwks(Object.values(keys.clients))
  const { practices } = practiceConfig(addresses, keys, 9)
  const [clinic] = CLINICS
  if (!clinic) throw new Error('no clinic')
  const emr = createEmr({
    ...emrOptions(addresses, clinic, keys),
    resources: createPeople('fernwood'),
    // The EMR finds our keys while Portico does not run: it has seen them before.
    elsewhere: async () => Response.json(jwks),
  })
  closers.push((await serve(emr.fetch, port + 1)).close)
  const withoutMail = { mailFrom: null, mailHost: null }
  env = {
    PORT: String(port),
    PUBLIC_URL: addresses.service,
    PORTICO_KEYS: KEYS,
    PORTICO_CONFIG: writeConfigFiles(
      folder,
      {
        practices: practices
          .map((one) => ({ ...one, settings: { ...one.settings, ...withoutMail } }))
          .slice(0, 1),
      },
      keys,
    ),
    DATABASE_URL: (await openTestStore()).url,
  }
})
afterAll(() => {
  for (const close of closers) close()
})

async function run(args: string[] = [], more: Record<string, string> = {}) {
  const child = startChild(DOCTOR, args, { ...env, ...more })
  const { code, errors } = await child.ended
  return { code, errors, text: child.lines.join('\n') }
}

/** What of the service the doctor looks for. */
async function standInForPortico() {
  const instance = createKeyring(KEYS).mac('instance', 'portico')
  const { close } = await serve(
    ({ url }) => Response.json(url.endsWith('/healthz') ? { status: 'ok', instance } : jwks),
    port,
  )
  return { [Symbol.dispose]: close }
}

describe('the doctor', () => {
  test('says in plain words how it stands, and that Portico does not run', async () => {
    const { code, errors, text } = await run()
    expect(errors).toBe('')
    expect(text).toMatch(/^Fernwood Family Practice \(fernwood\)\nSandbox EMR, FHIR 4\.0\.1, http/)
    for (const group of ['Now', 'Prepared for', 'The EMR and SMART', 'Around it', 'Pages that show the card'])
      expect(text).toContain(`\n\n${group}\n  `)
    expect(text).toContain('\n  ✓ Staff see the patient: ')
    expect(text).toContain('\n  ! Encrypted on the way: ')
    expect(text).toContain('\n  ? Address of the portal: Portico does not run')
    expect(text).toContain('\n  ✓ The service’s own way into the EMR: ')
    expect(text).toMatch(/\n {2}✓ Clocks: /)
    expect(text).not.toContain('✗')
    expect(code).toBe(0)
  })

  test('beside a service that runs: its keys and its address are looked at; as JSON', async () => {
    using stack = new DisposableStack()
    stack.use(await standInForPortico())
    const { code, text } = await run(['--json', '--practice', 'fernwood'])
    const [report, ...others] = z.array(HostReport).parse(JSON.parse(text))
    expect(others).toEqual([])
    const states = Object.fromEntries(
      [...(report?.smart ?? []), ...(report?.surroundings ?? [])].map(({ id, state }) => [id, state]),
    )
    expect(states).toMatchObject({ jwks: 'ok', 'portal-address': 'warning', clock: 'ok', mail: 'warning' })
    expect(code).toBe(0)
  })

  test('right after set-up there is no store: all the rest is looked at, and none is made', async () => {
    const file = join(folder, 'none.sqlite')
    const { code, errors, text } = await run([], { DATABASE_URL: `sqlite:${file}` })
    expect(errors).toBe('')
    expect(text).toContain('\n  ✓ The EMR answers: ')
    expect(text).toContain('\n  ! E-mail: ')
    expect(text).toContain(
      `\n  ? Store: There is none at ${file} yet. Portico makes it when it first starts.`,
    )
    expect(text).not.toContain('Audit trail:')
    expect(existsSync(file)).toBe(false)
    expect(code).toBe(0)
  })

  test('ends with 1 when something has to be set right', async () => {
    const { code, text } = await run([], { PORTICO_CONFIG: configFor('http://127.0.0.1:9/fhir') })
    expect(text).toContain('\n  ✗ The EMR answers: It does not answer at http://127.0.0.1:9/fhir.')
    expect(text).toContain('\nNow\n  ? ')
    expect(code).toBe(1)
  })
})

function configFor(fhirBase: string) {
  const file = JSON.parse(readFileSync(env['PORTICO_CONFIG'] ?? '', 'utf8')) as { practices: object[] }
  const path = join(folder, 'other.json')
  writeFileSync(path, JSON.stringify({ practices: file.practices.map((one) => ({ ...one, fhirBase })) }))
  return path
}

describe.concurrent('where there can be no report it says why, and ends with 2', () => {
  test.each([
    ['an option that it does not know', ['--all'], /^Usage: npm run doctor/],
    [
      'a practice that it does not know',
      ['--practice', 'nobody'],
      /^No practice is called nobody\. There are: fernwood$/m,
    ],
  ])('%s', async (_what, args, words) => {
    const { code, errors, text } = await run(args)
    expect({ code, text }).toEqual({ code: 2, text: '' })
    expect(errors).toMatch(words)
  })

  test.each([
    ['no configuration', { PORTICO_CONFIG: '' }, /PORTICO_CONFIG/],
    ['keys that are none', { PORTICO_KEYS: 'x' }, /PORTICO_KEYS/],
    [
      'a store that does not answer',
      { DATABASE_URL: 'postgres://127.0.0.1:9/x' },
      /^The store cannot be read: /,
    ],
  ])('%s', async (_what, more, words) => {
    const { code, errors } = await run([], more)
    expect(code).toBe(2)
    expect(errors).toMatch(words)
    expect(errors).not.toContain('    at ')
  })

  test('a store that an earlier release left behind is not touched', async () => {
    const store = await openTestStore()
    await store.db.deleteFrom('schema_migration').where('id', '>', '0004').execute()
    const { code, errors } = await run([], { DATABASE_URL: store.url })
    expect(code).toBe(2)
    expect(errors).toMatch(/^The store is of an earlier release \(missing: 0004-any-ehr/)
    expect(await store.db.selectFrom('schema_migration').select('id').execute()).not.toContainEqual({
      id: '0004-any-ehr',
    })
  })

  test('a place with no tables stays one', async () => {
    const url = await createEmptyDatabase()
    const isFile = url.startsWith('sqlite:')
    const { code, errors } = await run([], { DATABASE_URL: url })
    expect(code).toBe(isFile ? 0 : 2)
    expect(errors).toMatch(isFile ? /^$/ : /^The store cannot be read: /)
    if (isFile) expect(existsSync(url.slice('sqlite:'.length))).toBe(false)
  })
})
