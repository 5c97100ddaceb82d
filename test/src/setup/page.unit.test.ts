import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { environmentIn } from '../../../src/setup/environment.ts'
import type { Draft } from '../../../src/setup/draft.ts'
import { lastWords } from '../../../src/setup/last-words.ts'
import { OptionError } from '../../../src/setup/options.ts'
import { readPageFiles } from '../../../src/setup/pages.ts'
import type { SetupView } from '../../../src/setup/schema.ts'
import { createBrowser } from '../../support/browser.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk } from '../../support/service.ts'
import { CLIENT, HERE, openSetup, PLACE, PRACTICE, TOKEN } from './harness.ts'

type Run = ReturnType<typeof openSetup>

const write = (run: Run, order: object = {}) =>
  run.browser.post(
    '/setup/api/configuration',
    { administrator: run.setup.view().launch?.fhirUser ?? '', ...order },
    run.authorization,
  )

/** Every answer but the last. */
async function answerAll(run: Run) {
  await run.register()
  expect((await run.launch()).status).toBe(200)
  return run.give('practice', PRACTICE)
}

describe('set-up by the page’s API', () => {
  test('leads from a FHIR base to a configuration that the service starts with', async () => {
    const run = openSetup()
    const found = await run.give('ehr', { fhirBase: `${run.emr.fhirBase}/metadata` })
    expect(found.ehr).toMatchObject({ fhirBase: run.emr.fhirBase, ehr: 'Sandbox EMR' })
    expect(found.ehr?.findings.filter(({ mood }) => mood === 'bad')).toEqual([])

    const { registration } = await run.give('place', PLACE)
    const valueOf = (label: string) => registration?.values.find((one) => one.label === label)?.value
    expect(valueOf('Redirect URL')).toBe(CLIENT.redirectUris[0])
    expect(registration?.notes.join()).toContain('Register one confidential client')
    expect(registration?.notes.join()).not.toContain('say so in token_endpoint_auth_signing_alg')
    expect(valueOf('Launch URL')).toBe(CLIENT.launchUrl)
    expect(valueOf('Public keys (JWKS URL)')).toBe(CLIENT.jwksUri)
    await run.give('client', { clientId: CLIENT.clientId })

    expect((await run.launch()).status).toBe(200)
    const { launch } = run.setup.view()
    expect(launch?.findings.filter(({ mood }) => mood !== 'good')).toEqual([])
    expect(launch).toMatchObject({ state: 'done', alias: null })

    await run.give('practice', PRACTICE)
    const done = (await expectOk(write(run))) as SetupView
    expect(done.step).toBe('done')
    expect(existsSync(run.draftPath)).toBe(false)
    for (const path of Object.values(run.files)) expect(statSync(path).mode & 0o777).toBe(0o600)

    const config = readConfig(environmentIn(run.files.env))
    expect(config.practices).toHaveLength(1)
    expect(config.practices[0]).toMatchObject({
      slug: 'lakeside',
      administrators: [launch?.fhirUser],
      fhirBase: run.emr.fhirBase,
      initial: { name: 'Lakeside Clinic', timeZone: 'America/Chicago', languages: ['en', 'es'] },
      client: { clientId: CLIENT.clientId },
    })
  })

  test('goes on where it was after a restart, with the same key', async () => {
    const run = openSetup()
    const before = await run.register()
    const again = openSetup({ folder: run.folder })
    const after = (await expectOk(again.browser.get('/setup/api/state', again.authorization))) as SetupView
    expect(after.step).toBe('launch')
    expect(after.registration).toEqual(before.registration)
    expect(statSync(run.draftPath).mode & 0o777).toBe(0o600)
    expect((await again.launch()).status).toBe(200)
  })

  test('shows no secret, in no step', async () => {
    const run = openSetup()
    await answerAll(run)
    const draft = JSON.parse(readFileSync(run.draftPath, 'utf8')) as {
      signingKey: { d: string }
      storeKeys: string
    }
    const shown =
      JSON.stringify(run.setup.view()) + (await (await run.browser.get('/.well-known/jwks.json')).text())
    expect(shown).not.toContain(draft.signingKey.d)
    expect(shown).not.toContain(draft.storeKeys)
    const done = JSON.stringify(await expectOk(write(run)))
    expect(done).not.toContain(draft.signingKey.d)
    expect(done).not.toContain(draft.storeKeys)
  })

  test('another FHIR base takes the registration and the launch with it', async () => {
    const run = openSetup()
    await answerAll(run)
    const moved = await run.give('place', { ...PLACE, slug: 'seaside' })
    expect(moved).toMatchObject({ step: 'launch', launch: null })
    const other = await run.give('ehr', { fhirBase: `${run.emr.fhirBase}/` })
    expect(other).toMatchObject({ clientId: CLIENT.clientId })
  })
})

describe('what is there stays', () => {
  test('a practice that is configured is replaced only when somebody says so', async () => {
    const run = openSetup()
    await answerAll(run)
    await expectOk(write(run))
    // What set-up does not ask for, somebody has written by hand.
    const file = JSON.parse(readFileSync(run.files.config, 'utf8')) as { practices: object[] }
    const byHand = { firstRoles: { 'Practitioner/7': 'clinician' }, settings: { adultAge: 16 } }
    writeFileSync(run.files.config, JSON.stringify({ practices: [{ ...file.practices[0], ...byHand }] }))
    const before = readFileSync(run.files.config, 'utf8')

    const again = openSetup({ folder: run.folder })
    const view = await answerAll(again)
    expect(view.files).toMatchObject({ practices: ['lakeside'], hasEnv: true })
    expect(await expectRefusal(await write(again), 'conflict')).toMatchObject({ reason: 'replace' })
    expect(await expectRefusal(await write(again, { add: true }), 'conflict')).toMatchObject({
      reason: 'replace',
    })
    expect(readFileSync(run.files.config, 'utf8')).toBe(before)

    const keys = environmentIn(run.files.env)['PORTICO_KEYS']
    await expectOk(write(again, { replace: true }))
    expect(readFileSync(run.files.config, 'utf8')).not.toBe(before)
    expect(environmentIn(run.files.env)['PORTICO_KEYS']).toBe(keys)
    expect(readConfig(environmentIn(run.files.env)).practices).toMatchObject([byHand])
  })

  test('a second practice is added beside the first, when somebody says so', async () => {
    const run = openSetup()
    await answerAll(run)
    await expectOk(write(run))
    const [first] = readConfig(environmentIn(run.files.env)).practices

    const seaside = {
      redirectUris: [`${HERE}/seaside/callback`],
      launchUrl: `${HERE}/seaside/launch`,
    }
    const second = openSetup({ folder: run.folder, client: seaside, emr: { prefix: '/seaside' } })
    await second.register()
    await second.give('place', { ...PLACE, name: 'Seaside', slug: 'seaside' })
    expect((await second.launch()).status).toBe(200)
    await second.give('practice', { ...PRACTICE, portalUrl: 'http://127.0.0.1:8080' })
    expect(await expectRefusal(await write(second), 'conflict')).toMatchObject({ reason: 'add' })
    await expectOk(write(second, { add: true }))

    const config = readConfig(environmentIn(run.files.env))
    expect(config.practices.map(({ slug }) => slug)).toEqual(['lakeside', 'seaside'])
    expect(config.practices[0]).toEqual(first)
    expect(config.portalUrls).toEqual([HERE, 'http://127.0.0.1:8080'])
    expect(config.practices[1]?.initial.portalAddress).toBe('http://127.0.0.1:8080')
    const { keys } = (await (await second.browser.get('/.well-known/jwks.json')).json()) as { keys: object[] }
    expect(keys).toHaveLength(2)
  })

  test('keys that could not be written are not lost: nothing is written, and it goes on where it was', async () => {
    const run = openSetup({ env: 'later/.env' })
    await answerAll(run)
    const { storeKeys } = JSON.parse(readFileSync(run.draftPath, 'utf8')) as { storeKeys: string }
    await expectRefusal(await write(run), 'invalid-request')
    expect(existsSync(run.files.config)).toBe(false)
    expect(existsSync(run.draftPath)).toBe(true)
    mkdirSync(dirname(run.files.env))
    await expectOk(write(run))
    expect(environmentIn(run.files.env)['PORTICO_KEYS']).toBe(storeKeys)
  })

  test('a file that is no configuration of Portico is left alone', async () => {
    const run = openSetup()
    writeFileSync(run.files.config, '{"mine": true}')
    await expectRefusal(await run.browser.get('/setup/api/state', run.authorization), 'conflict')
    expect(readFileSync(run.files.config, 'utf8')).toBe('{"mine": true}')
  })

  test('an environment that is there keeps what it says, and gets what it lacks', async () => {
    const run = openSetup()
    writeFileSync(
      run.files.env,
      `# ours\nLOG_LEVEL=warn\nPORTICO_KEYS=\nDATABASE_URL=postgres://db.example/portico\n`,
    )
    await answerAll(run)
    await expectOk(write(run))
    const text = readFileSync(run.files.env, 'utf8')
    expect(text).toContain('# ours\nLOG_LEVEL=warn\n')
    expect(text.match(/^PORTICO_KEYS=/gm)).toHaveLength(1)
    expect(environmentIn(run.files.env)).toMatchObject({
      DATABASE_URL: 'postgres://db.example/portico',
      PORTICO_KEYS: expect.stringMatching(/^1:.{43}$/) as string,
      PUBLIC_URL: HERE,
    })
  })
})

describe('the last words', () => {
  const place = { ...PLACE, publicUrl: 'https://portal.example.org' }
  const draft = {
    launch: null,
    practice: { ...PRACTICE, portalUrl: 'https://patients.example.org' },
  } as unknown as Draft
  const folder = mkdtempSync(join(tmpdir(), 'portico-last-words-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'portico.json')

  test('send patients to their own address, and name commands that read the file', () => {
    const env = join(folder, "Our clinic's.env")
    writeFileSync(env, '')
    const said = lastWords({ config, env }, place, draft).join('\n')
    expect(said).toContain('https://patients.example.org/lakeside/portal/')
    const quoted = `'${folder}/Our clinic'\\''s.env'`
    expect(said).toContain(`Start: node --env-file=${quoted} src/main.ts`)
    expect(said).toContain(`Check: node --env-file=${quoted} src/report/doctor.ts`)
    expect(said).not.toMatch(/npm start|npm run doctor/)
    expect(said).toContain('“Running it”')
  })

  test('name the scripts where these read the file, and neither where the environment is elsewhere', () => {
    const before = process.cwd()
    process.chdir(folder)
    writeFileSync('.env', '')
    const said = lastWords({ config, env: './.env' }, place, draft).join('\n')
    process.chdir(before)
    expect(said).toMatch(/Start: npm start\nCheck: npm run doctor$/m)
    const elsewhere = lastWords({ config, env: join(folder, 'none') }, place, draft).join('\n')
    expect(elsewhere).not.toMatch(/npm start|npm run doctor|“Running it”/)
  })
})

test('where only the service was copied, set-up says so in one line', () => {
  expect(() => readPageFiles('/nowhere/ui')).toThrow(OptionError)
  expect(() => readPageFiles('/nowhere/ui')).toThrow('/nowhere/ui is not there: run set-up where all')
})

test('a folder with a strange name is found again', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'portico-setup-')), "Our clinic's #1")
  mkdirSync(folder)
  const run = openSetup({ folder })
  await answerAll(run)
  await expectOk(write(run))
  expect(readConfig(environmentIn(run.files.env)).practices).toHaveLength(1)
  rmSync(dirname(folder), { recursive: true })
})

describe('who may answer', () => {
  const shared = openSetup()

  test('only who has the one-time token', async () => {
    const { browser } = shared
    await expectRefusal(await browser.get('/setup/api/state'), 'signed-out')
    for (const given of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}A`, TOKEN, 'Bearer '])
      await expectRefusal(await browser.get('/setup/api/state', { authorization: given }), 'signed-out')
  })

  test.for([
    ['a page of another origin', { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }],
    [
      'a page of another port of this machine',
      { origin: 'http://localhost:9999', 'sec-fetch-site': 'same-site' },
    ],
    ['another name for this machine', { host: 'portal.example.org' }],
    ['whoever comes through the proxy', { 'x-forwarded-for': '203.0.113.7' }],
  ] as const)('not %s, token or not', async ([, headers]) => {
    const { browser, authorization } = shared
    await expectRefusal(await browser.get('/setup/api/state', { ...authorization, ...headers }), 'cross-site')
    await expectRefusal(
      await browser.put('/setup/api/ehr', { fhirBase: 'http://127.0.0.1' }, { ...authorization, ...headers }),
      'cross-site',
    )
  })

  test.for([{ host: 'portal.example.org' }, { 'x-forwarded-for': '203.0.113.7' }])(
    'the page is shown on this machine only, not with %o',
    async (headers) => {
      await expectRefusal(await shared.browser.get('/setup', headers), 'cross-site')
    },
  )

  test('the page itself holds nothing, and may load nothing from elsewhere', async () => {
    const { app } = shared
    const page = await createBrowser(app.fetch, HERE).get('/setup', { 'sec-fetch-site': 'cross-site' })
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    const html = await page.text()
    expect(html).not.toContain(TOKEN)
    const files = [...html.matchAll(/(?:src|href)="(\/setup\/files\/[^"]+)"/g)].map(([, path]) => path ?? '')
    expect(files).toHaveLength(2)
    for (const path of [
      ...files,
      '/setup/files/steps.js',
      '/setup/files/parts.js',
      '/setup/files/answers.js',
    ])
      expect((await app.request(path)).status).toBe(200)
    await expectRefusal(await app.request('/setup/files/routes.ts'), 'not-found')
  })
})

describe('an answer that cannot be right is told at its field', () => {
  const shared = openSetup()
  beforeAll(() => shared.register())

  test.for([
    ['place', { ...PLACE, slug: 'Lake Side' }, '/slug'],
    ['place', { ...PLACE, name: ' ' }, '/name'],
    ['place', { ...PLACE, publicUrl: 'https://portal.example.org/portico' }, '/publicUrl'],
    ['place', { ...PLACE, publicUrl: 'http://portal.example.org' }, '/publicUrl'],
    ['client', { clientId: '' }, '/clientId'],
    ['practice', { ...PRACTICE, timeZone: 'Chicago' }, '/timeZone'],
    ['practice', { ...PRACTICE, languages: [] }, '/languages'],
    ['practice', { ...PRACTICE, portalUrl: 'portal' }, '/portalUrl'],
    ['practice', { ...PRACTICE, chartUrl: 'https://emr.example/chart' }, '/chartUrl'],
    ['practice', { ...PRACTICE, emrOrigins: ['https://emr.example/chart'] }, '/emrOrigins'],
    ['ehr', { fhirBase: 'ehr.example.org' }, '/fhirBase'],
    ['ehr', { fhirBase: 'http://ehr.example.org/fhir' }, '/fhirBase'],
  ] as const)('%s %o', async ([path, body, pointer]) => {
    const answer = await shared.browser.put(`/setup/api/${path}`, body, shared.authorization)
    expect(await expectRefusal(answer, 'invalid-request')).toMatchObject({ issues: [{ pointer }] })
  })

  test('https for people and http for the EMR do not go together', async () => {
    const run = openSetup()
    await run.give('ehr', { fhirBase: run.emr.fhirBase })
    const place = { ...PLACE, publicUrl: 'https://portal.example.org' }
    await expectRefusal(
      await run.browser.put('/setup/api/place', place, run.authorization),
      'invalid-request',
    )
  })

  test('nothing is written while answers are missing, or when somebody else launched meanwhile', async () => {
    const run = openSetup()
    await run.register()
    expect(await expectRefusal(await write(run), 'conflict')).toMatchObject({ reason: 'unfinished' })
    await run.launch()
    await run.give('practice', PRACTICE)
    const order = { administrator: 'Practitioner/somebody-else' }
    expect(await expectRefusal(await write(run, order), 'conflict')).toMatchObject({
      reason: 'administrator',
    })
    expect(existsSync(run.files.config)).toBe(false)
    await expectRefusal(await write(run, { overwrite: true }), 'invalid-request')
  })
})
