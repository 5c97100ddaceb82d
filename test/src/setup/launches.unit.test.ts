import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readRegistrationFiles } from '../../../src/setup/registration-files.ts'
import { CLIENT, HERE, openSetup } from './harness.ts'

/** What the set-up page shows of the newest launch. */
const saidOf = ({ setup }: ReturnType<typeof openSetup>) => {
  const { launch } = setup.view()
  return { state: launch?.state, text: launch?.findings.map(({ text }) => text).join(' ') }
}

describe('a launch that does not work is told with what to look at', () => {
  test('the EMR has not enabled the client yet', async () => {
    const { scope, serviceScope } = readRegistrationFiles().get('openemr')?.client ?? {
      scope: '',
      serviceScope: '',
    }
    const run = openSetup({ emr: { personality: 'openemr' }, client: { scope: `${scope} ${serviceScope}` } })
    const view = await run.give('ehr', { fhirBase: run.emr.fhirBase })
    expect(view.ehr?.ehr).toContain('OpenEMR')
    const shown = await run.register()
    expect(shown.registration).toMatchObject({ kind: 'openemr' })
    expect(shown.registration?.values).toContainEqual(
      expect.objectContaining({ value: 'private_key_jwt, RS384' }),
    )
    run.emr.setClientEnabled(CLIENT.clientId, false)
    await expect(run.launch()).rejects.toThrow('not a redirect')
    expect(saidOf(run)).toMatchObject({
      state: 'begun',
      text: expect.stringMatching(/has not enabled Portico/) as string,
    })
    run.emr.setClientEnabled(CLIENT.clientId, true)
    expect((await run.launch()).status).toBe(200)
    expect(saidOf(run)).toMatchObject({
      state: 'done',
      text: expect.stringContaining('with every scope') as string,
    })
  })

  test('a key that the EMR does not know', async () => {
    const run = openSetup({ client: { jwksUri: `${HERE}/nowhere.json` } })
    await run.register()
    expect((await run.launch()).status).toBe(400)
    expect(saidOf(run)).toMatchObject({
      state: 'refused',
      text: expect.stringMatching(/invalid_client.*enable Portico/) as string,
    })
  })

  test('a launch from another EMR, which is asked nothing', async () => {
    const run = openSetup()
    await run.register()
    const answer = await run.browser.get('/lakeside/launch?iss=https://elsewhere.example/fhir&launch=x')
    expect(answer.status).toBe(400)
    const page = await answer.text()
    expect(page).toContain('The EMR launches as https://elsewhere.example, but')
    expect(page).toContain(run.emr.fhirBase)
    // Anybody can open this address: whoever sets up is not shown what a stranger wrote.
    expect(saidOf(run).state).toBeUndefined()
    expect(readFileSync(run.draftPath, 'utf8')).not.toContain('elsewhere')
  })

  test.for([
    ['\u001B[2JCall 555', 'something that is no web address'],
    ['javascript:alert(1)', 'something that is no web address'],
    ['https://elsewhere.example/Call 555', 'https://elsewhere.example, but'],
    [`https://${'a'.repeat(60)}.${'b'.repeat(60)}.example/`, `${'b'.repeat(31)}…`],
    ['http://127.0.0.1:8081/Call 555', 'http://127.0.0.1:8081/Call%20555, but'],
  ] as const)('a launch as %j shows %j', async ([iss, words]) => {
    const run = openSetup()
    await run.register()
    const query = new URLSearchParams({ iss, launch: 'x' })
    const page = await (await run.browser.get(`/lakeside/launch?${query}`)).text()
    expect(page).toContain(words)
    for (const strange of ['\u001B', 'Call 555']) expect(page).not.toContain(strange)
  })

  test('a launch is answered once, and what was never begun here is not remembered', async () => {
    const run = openSetup()
    await run.register()
    const { url } = run.emr.createLaunch({ patient: 'walter-okafor', user: 'administrator' })
    const begun = await run.browser.get(url)
    const back = await run.emr.authorizeAs('administrator', begun.headers.get('location') ?? '')
    // A stranger who guessed the state cannot use it up.
    expect((await run.app.request(back.pathname + back.search)).status).toBe(400)
    const cookie = begun.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const come = () => run.app.request(back.pathname + back.search, { headers: { cookie } })
    expect((await come()).status).toBe(200)
    expect(await (await come()).text()).toContain('not the one that left')
  })

  test('another server that answers, a signature that does not hold, a code too late', async () => {
    const run = openSetup()
    await run.register()
    run.emr.misbehave({ kind: 'other-issuer', target: 'authorize', times: 1 })
    expect((await run.launch()).status).toBe(400)
    expect(saidOf(run).text).toMatch(/Another server answered/)
    run.emr.misbehave({ kind: 'wrong-id-token', target: 'token', times: 1 })
    expect((await run.launch()).status).toBe(400)
    expect(saidOf(run).text).toMatch(/who signed in cannot be trusted/)
    run.emr.misbehave({ kind: 'expired', target: 'authorize', times: 1 })
    expect((await run.launch()).status).toBe(400)
    expect(saidOf(run).text).toMatch(/invalid_grant/)
    run.emr.misbehave({ kind: 'down', target: 'token', times: 1 })
    expect((await run.launch()).status).toBe(400)
    expect(saidOf(run).text).toMatch(/cannot be reached/)
    expect((await run.launch()).status).toBe(200)
    expect(saidOf(run).state).toBe('done')
  })

  test('a browser that did not begin it, or comes twice', async () => {
    const run = openSetup()
    await run.register()
    const { url } = run.emr.createLaunch({ patient: 'walter-okafor', user: 'administrator' })
    const begun = await run.browser.get(url)
    expect(saidOf(run).state).toBe('begun')
    const back = await run.emr.authorizeAs('administrator', begun.headers.get('location') ?? '')
    expect((await run.app.request(back.pathname + back.search)).status).toBe(400)
    expect(saidOf(run)).toMatchObject({
      state: 'refused',
      text: expect.stringMatching(/not the one that left/) as string,
    })
  })

  test('before there is a client id', async () => {
    const run = openSetup()
    const answer = await run.browser.get('/launch?iss=x&launch=y')
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('give it the client id first')
    expect((await run.browser.get('/elsewhere/launch?iss=x&launch=y')).status).toBe(404)
  })
})

describe('a launch that works', () => {
  test('says what was not granted, and that patients see no chart without a service', async () => {
    const run = openSetup({ client: { scope: 'openid fhirUser launch user/Patient.rs' } })
    await run.register()
    expect((await run.launch()).status).toBe(200)
    const { state, text } = saidOf(run)
    expect(state).toBe('done')
    expect(text).toMatch(/Not granted: user\/Patient\.u, user\/Consent\.crus/)
    expect(text).toMatch(/No refresh token/)
    expect(text).toMatch(/patients see no chart/)
  })

  test('under a spelling with a slash is kept as another name of the same EMR', async () => {
    const run = openSetup()
    await run.register()
    const { launch } = run.emr.createLaunch({ patient: 'walter-okafor', user: 'administrator' })
    const begun = await run.browser.get(
      `/launch?iss=${encodeURIComponent(`${run.emr.fhirBase}/`)}&launch=${launch}`,
    )
    expect(begun.status).toBe(302)
    expect(new URL(begun.headers.get('location') ?? '').searchParams.get('aud')).toBe(`${run.emr.fhirBase}/`)
  })

  test('stays when a later one does not', async () => {
    const run = openSetup()
    await run.register()
    await run.launch()
    await run.browser.get('/launch?iss=https://elsewhere.example/fhir&launch=x')
    expect(saidOf(run).state).toBe('done')
  })
})
