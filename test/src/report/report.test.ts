import { describe, expect, test } from 'vitest'
import { inWords } from '../../../src/report/in-words.ts'
import { findOut } from '../../../src/report/read-report.ts'
import { HostReport } from '../../../src/report/schema.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import { startSmtp } from '../../support/smtp.ts'
import { openDesk, type Desk } from '../administration/desk.ts'

const SECOND_MS = 1000

const read = async (desk: Desk, query = '') => HostReport.parse(await expectOk(desk.get(`report${query}`)))

/** `state` by id; of pages that show the card by name. */
const statesOf = ({ now, later, smart, surroundings, hosts }: HostReport) => ({
  ...Object.fromEntries([...now, ...later, ...smart, ...surroundings].map(({ id, state }) => [id, state])),
  ...Object.fromEntries(hosts.map(({ title, state }) => [title, state])),
})
const lineOf = ({ smart, surroundings, hosts }: HostReport, id: string) =>
  [...smart, ...surroundings, ...hosts].find((line) => line.id === id)

/** An administrator of a practice whose mail server is there; `connections` = how often somebody rang. */
async function openWithMail(options: Parameters<typeof openService>[0] = {}) {
  let connections = 0
  const { port } = await startSmtp({
    onConnect: (_session, done) => {
      connections += 1
      done()
    },
  })
  const service = await openService({ ...options, initial: { mailPort: port } })
  return { service, desk: await openDesk(service), rung: () => connections }
}

describe('the report', () => {
  test('of an EMR that does everything: each thing was looked at', async () => {
    const { service, desk } = await openWithMail()
    const report = await read(desk)
    expect(report).toMatchObject({
      practice: { slug: 'fernwood', name: 'Fernwood Family Practice' },
      at: service.clock.now,
      ehr: { fhirBase: 'http://127.0.0.1:8081/fhir', software: 'Sandbox EMR', fhirVersion: '4.0.1' },
    })
    expect(statesOf(report)).toEqual({
      'chart-staff': 'works',
      'chart-patients': 'works',
      contacts: 'works',
      'contacts-embedded': 'falls-back',
      'trusted-email': 'works',
      decisions: 'works',
      messages: 'works',
      booking: 'works',
      openings: 'works',
      documents: 'works',
      audit: 'works',
      // The sandbox is for trying out.
      https: 'warning',
      'portal-address': 'warning',
      // In process nobody writes the time into an answer.
      clock: 'unknown',
      discovery: 'ok',
      pkce: 'ok',
      launch: 'ok',
      'client-auth': 'ok',
      signing: 'ok',
      'sign-in': 'ok',
      'scope-form': 'ok',
      jwks: 'ok',
      'last-launch': 'ok',
      'staff-scopes': 'ok',
      'service-token': 'ok',
      'service-scopes': 'ok',
      mail: 'ok',
      store: 'ok',
      'audit-chain': 'ok',
      queues: 'ok',
      keys: 'ok',
      'Fernwood EMR': 'ok',
    })
    const engine = service.store.engine === 'sqlite' ? /^Embedded \(SQLite\), \d/ : /^PostgreSQL \d+\.\d+, \d/
    expect(lineOf(report, 'store')?.text).toMatch(engine)
  })

  test('speaks the reader’s language', async () => {
    const desk = await openDesk(await openService())
    const spanish = await read(desk, '?lang=es')
    expect(spanish.now[0]?.title).toBe('El personal ve al paciente')
    expect((await read(desk, '?lang=en')).now[0]?.title).toBe('Staff see the patient')
    await expectRefusal(await desk.get('report?lang=fr'), 'invalid-request')
  })

  test.each([
    [
      'openemr',
      { contacts: 'works', 'contacts-embedded': 'falls-back', decisions: 'works', booking: 'works' },
    ],
    ['millennium', { contacts: 'works', decisions: 'falls-back', openings: 'works', audit: 'falls-back' }],
    [
      'read-only',
      { 'chart-staff': 'works', contacts: 'falls-back', documents: 'falls-back', messages: 'falls-back' },
    ],
  ] as const)('says what falls back at %s', async (ehr, expected) => {
    const report = await read(await openDesk(await openService({ ehr })))
    expect(statesOf(report)).toMatchObject(expected)
    expect(report.smart.filter(({ state }) => state === 'fault')).toEqual([])
  })
})

describe('when something is not as it should be', () => {
  test('an EMR that is away, and was never seen: every line says what it can', async () => {
    const silent = await openService()
    silent.emr.misbehave({ kind: 'down', target: 'fhir' })
    silent.emr.misbehave({ kind: 'down', target: 'discovery' })
    const practice = await silent.wiring.practices.find('fernwood')
    if (!practice) throw new Error('no practice')
    const report = inWords(await findOut({ ...silent.wiring, isRunning: true }, practice), practice, 'en')
    expect(statesOf(HostReport.parse(report))).toMatchObject({
      discovery: 'fault',
      'service-token': 'unknown',
      'last-launch': 'unknown',
      clock: 'unknown',
      keys: 'unknown',
      jwks: 'ok',
      store: 'ok',
    })
    expect(report.ehr).toEqual({ fhirBase: 'http://127.0.0.1:8081/fhir', software: null, fhirVersion: null })
    expect([report.now, report.later]).toEqual([[], []])
    expect(lineOf(report, 'discovery')?.text).toContain('http://127.0.0.1:8081/fhir')
  })

  test('an EMR that was there before: what it said is shown, and that it is silent now', async () => {
    const { service, desk } = await openWithMail()
    await read(desk)
    service.clock.now += 11 * SECOND_MS
    for (const target of ['fhir', 'discovery', 'token'] as const)
      service.emr.misbehave({ kind: 'down', target })
    const report = await read(desk, '?again=true')
    expect(lineOf(report, 'discovery')).toMatchObject({ state: 'fault' })
    expect(lineOf(report, 'discovery')?.text).toContain('right now')
    expect(lineOf(report, 'service-token')?.state).toBe('fault')
    // The token that is held is no worse for it.
    expect(statesOf(report)).toMatchObject({ 'chart-staff': 'works', 'chart-patients': 'works' })
  })

  test('an EMR that gives the service no token', async () => {
    const { service, desk } = await openWithMail()
    service.emr.misbehave({ kind: '401', target: 'token' })
    const report = await read(desk, '?again=true')
    expect(lineOf(report, 'service-token')?.state).toBe('fault')
    expect(lineOf(report, 'service-scopes')).toBeUndefined()
  })

  test('a mail server that is not there', async () => {
    const report = await read(await openDesk(await openService({ initial: { mailPort: 9 } })))
    expect(lineOf(report, 'mail')).toMatchObject({
      state: 'fault',
      text: 'The mail server does not answer. Check its name and port.',
    })
  })

  test('mail that nobody sends, and a trail that nobody seals', async () => {
    const { service, desk } = await openWithMail()
    expect(statesOf(await read(desk))).toMatchObject({ queues: 'ok', 'audit-chain': 'ok' })
    const tab = await service.launch(PEOPLE.maria)
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true, allowEmail: true }))
    await expectOk(
      tab.browser.post(`${tab.api}/invitations`, { kind: 'activation', slip: false, mail: true }),
    )
    service.clock.now += 20 * 60 * SECOND_MS
    const report = await read(await openDesk(service))
    expect(statesOf(report)).toMatchObject({ queues: 'warning', 'audit-chain': 'warning' })
    expect(lineOf(report, 'queues')?.text).toMatch(/e-mails 1, other work \d/)
  })

  test('a store that was sealed with other keys', async () => {
    const { service, desk } = await openWithMail()
    await service.store.db.updateTable('staff_member').set({ name_sealed: 'nobody can open this' }).execute()
    expect(lineOf(await read(desk), 'keys')?.state).toBe('fault')
  })
})

describe('the EMR and the mail server are not rung for every look', () => {
  test('who asks at once or soon after gets the same; later it is made anew', async () => {
    const { service, desk, rung } = await openWithMail()
    const [first, second] = await Promise.all([read(desk), read(desk, '?lang=es')])
    expect(rung()).toBe(1)
    expect(second.at).toBe(first.at)
    service.clock.now += 9 * SECOND_MS
    expect((await read(desk)).at).toBe(first.at)
    service.clock.now += 2 * SECOND_MS
    expect((await read(desk)).at).toBe(first.at + 11 * SECOND_MS)
  })

  test('"again" does not get what was found before somebody pressed, but shares with who presses too', async () => {
    const { service, desk } = await openWithMail()
    const first = await read(desk)
    service.clock.now += SECOND_MS
    expect((await read(desk, '?again=true')).at).toBe(first.at + SECOND_MS)
    service.clock.now += SECOND_MS
    expect((await read(desk, '?again=true')).at).toBe(first.at + SECOND_MS)
  })

  test('the mail server is signed in to once a minute, and at once when it is another one', async () => {
    const { service, desk, rung } = await openWithMail()
    await read(desk, '?again=true')
    service.clock.now += 49 * SECOND_MS
    await read(desk, '?again=true')
    expect(rung()).toBe(1)
    service.clock.now += 11 * SECOND_MS
    await read(desk, '?again=true')
    expect(rung()).toBe(2)
    await expectOk(desk.save({ mailPort: 9 }))
    service.clock.now += 11 * SECOND_MS
    expect(lineOf(await read(desk, '?again=true'), 'mail')?.state).toBe('fault')
  })

  test('"again" has the EMR asked for a new token, a look has not', async () => {
    const { service, desk } = await openWithMail()
    const asked = () => service.emr.requests.filter(({ path }) => path.endsWith('/oauth/token')).length
    await read(desk)
    const before = asked()
    service.clock.now += 11 * SECOND_MS
    await read(desk)
    expect(asked()).toBe(before)
    service.clock.now += 11 * SECOND_MS
    await read(desk, '?again=true')
    expect(asked()).toBe(before + 1)
    service.clock.now += 11 * SECOND_MS
    await read(desk, '?again=true')
    expect(asked(), 'within a minute').toBe(before + 1)
  })
})

describe('who may see it', () => {
  let service: TestService

  test('nobody without the right, nobody from outside, nobody of another practice', async () => {
    service = await openService()
    const frontDesk = await openDesk(service, { user: 'front-desk' })
    await expectRefusal(await frontDesk.get('report'), 'not-permitted')
    const { api, browser } = await openDesk(service)
    await expectRefusal(await service.openBrowser().get(`${api}/report`), 'launch-ended')
    await expectRefusal(await browser.get(`${api.replace('fernwood', 'harbor')}/report`), 'launch-ended')
  })

  test('it holds no key, no password and nothing about a patient', async () => {
    service = await openService()
    const desk = await openDesk(service)
    const text = JSON.stringify(await read(desk))
    const { keys } = service.wiring.config
    expect(text).not.toMatch(/"d":|Okafor|Walter/i)
    expect(text).not.toContain(keys.split(':')[1])
  })

  test('its page has an address of its own', async () => {
    const desk = await openDesk(await openService())
    const answer = await desk.browser.get(`/fernwood/staff/l/${desk.tab.launch}/report`)
    expect(answer.status).toBe(200)
  })
})
