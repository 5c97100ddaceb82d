import { beforeAll, describe, expect, test } from 'vitest'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

const readCard = async (patient: string) => {
  const tab = await service.launch(patient)
  return { tab, card: await expectOk(tab.browser.get(`${tab.api}/access`)) }
}
type Line = { id: string; done: boolean; need: string; reason: string | null; value: string | null }
const linesOf = (card: Record<string, unknown>) => card['lines'] as Line[]
const open = (card: Record<string, unknown>) =>
  linesOf(card)
    .filter(({ done }) => !done)
    .map(({ id, need, reason }) => `${id} ${need} ${reason}`)
const lineOf = (card: Record<string, unknown>, id: string) => linesOf(card).find((line) => line.id === id)

const LETTER = { kind: 'activation', slip: true, mail: false }
/** What nobody has yet who was never spoken to: only e-mail needs it. */
const NO_MAIL = ['trusted-email mail missing', 'allow-email mail not-asked']

describe('the card says the right thing for each kind of patient', () => {
  test.each([
    ['walter', 'not-ready', ['allowed blocks not-asked', 'contact-email advised missing', ...NO_MAIL]],
    ['maria', 'not-ready', ['allowed blocks not-asked', 'allow-email mail not-asked']],
    ['noPhone', 'not-ready', ['allowed blocks not-asked', 'phone advised missing', ...NO_MAIL]],
    [
      'noContact',
      'not-ready',
      ['allowed blocks not-asked', 'phone advised missing', 'contact-email advised missing', ...NO_MAIL],
    ],
    ['deceased', 'stopped', ['allowed blocks not-asked', 'alive blocks deceased', ...NO_MAIL]],
    ['aged12', 'stopped', ['allowed blocks not-asked', 'age blocks under-13', ...NO_MAIL]],
    ['aged15', 'stopped', ['allowed blocks not-asked', 'age blocks under-age', ...NO_MAIL]],
    ['yearOnly', 'not-ready', ['allowed blocks not-asked', 'birth-date blocks not-full', ...NO_MAIL]],
  ] as const)('%s', async (person, state, missing) => {
    const { card } = await readCard(PEOPLE[person])
    expect({ state: card['state'], missing: open(card) }).toEqual({ state, missing })
  })

  test('what is there stands beside its tick, and the chart’s values are there to be edited', async () => {
    const { card } = await readCard(PEOPLE.maria)
    expect(lineOf(card, 'trusted-email')).toMatchObject({ done: true, value: 'maria.nunez@mail.example' })
    expect(lineOf(card, 'contact-email')).toMatchObject({ done: true, value: 'familia.nunez@mail.example' })
    expect(lineOf(card, 'portal-address')).toMatchObject({
      done: true,
      value: 'http://localhost:8080/fernwood/portal/',
    })
    expect(card).toMatchObject({
      contacts: {
        homePhone: '(555) 010-0173',
        contactEmail: 'familia.nunez@mail.example',
        trustedEmail: 'maria.nunez@mail.example',
      },
      emailAllowed: false,
      refused: null,
    })
  })

  test('a merged and an inactive record offer nothing and say why', async () => {
    const merged = (await readCard(PEOPLE.merged)).card
    expect(merged['state']).toBe('stopped')
    expect(open(merged)).toContain('not-merged blocks merged')
    const inactive = (await readCard(PEOPLE.inactive)).card
    expect(inactive).toMatchObject({ state: 'stopped', may: { allow: false, create: false } })
    expect(open(inactive)).toContain('active blocks inactive')
  })
})

describe('allowing and withdrawing', () => {
  test('who can never be invited cannot be allowed either, and nobody is invited before being allowed', async () => {
    const { tab } = await readCard(PEOPLE.deceased)
    const body = await expectRefusal(
      await tab.browser.put(`${tab.api}/access`, { allowPortal: true }),
      'not-eligible',
    )
    expect(body['issues']).toEqual([{ pointer: '/alive', detail: 'deceased' }])
    const { tab: walter } = await readCard(PEOPLE.walter)
    const refused = await expectRefusal(
      await walter.browser.post(`${walter.api}/invitations`, LETTER),
      'not-eligible',
    )
    expect(refused['issues']).toEqual([{ pointer: '/allowed', detail: 'not-asked' }])
  })

  test('withdrawing ends letter and session at once, and the right password then says to call', async () => {
    const { tab } = await readCard(PEOPLE.piotr)
    const { portalId, code } = await service.inviteAndRead(tab)
    const phone = service.openBrowser()
    const setup = await expectOk(
      phone.post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.piotr }),
    )
    const chosen = { ticket: setup['ticket'], username: 'piotr', password: GOOD_PASSWORD }
    await expectOk(phone.post('/fernwood/api/portal/activation/credentials', chosen))
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: false }))
    await expectRefusal(await phone.get('/fernwood/api/portal/home'), 'signed-out')
    const signIn = { username: 'piotr', password: GOOD_PASSWORD }
    await expectRefusal(await phone.post('/fernwood/api/portal/session', signIn), 'access-paused')
    await expectRefusal(
      await phone.post('/fernwood/api/portal/session', { ...signIn, password: 'wrong' }),
      'sign-in-refused',
    )
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true }))
    await expectOk(phone.post('/fernwood/api/portal/session', signIn))
    await expectRefusal(await tab.browser.post(`${tab.api}/invitations`, LETTER), 'already-active')
  })

  test('each decision is in the trail once, and mirrored in the chart as a Consent that follows', async () => {
    const { tab } = await readCard(PEOPLE.carmen)
    for (const allowPortal of [true, true, false]) {
      service.clock.now += 1
      await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal }))
    }
    await service.wiring.worker.drain()
    const trail = await service.store.db
      .selectFrom('audit')
      .select(['action', 'actor'])
      .where('patient_id', '=', PEOPLE.carmen)
      .where('action', 'in', ['access.allowed', 'access.withdrawn'])
      .orderBy('id')
      .execute()
    expect(trail.map(({ action }) => action)).toEqual(['access.allowed', 'access.withdrawn'])
    expect(trail[0]?.actor).toMatch(/^Practitioner\//)
    const consents = service.emr.fhir.search('Consent', `patient=${PEOPLE.carmen}`)
    expect(consents.filter(({ meta }) => meta?.versionId !== undefined)).toMatchObject([
      { status: 'inactive' },
    ])
  })

  test('an EHR without write access to Consent is no obstacle', async () => {
    service.emr.misbehave({ kind: '403', target: 'fhir', method: 'POST' })
    const { tab } = await readCard(PEOPLE.mononym)
    expect(await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true }))).toMatchObject({
      state: 'ready',
    })
    service.emr.behave()
  })
})

describe('when the EHR is in trouble staff get a code to word, and nothing is changed', () => {
  test.each([
    ['down', 'ehr-unavailable'],
    ['500', 'ehr-unavailable'],
    ['html', 'ehr-unavailable'],
    ['403', 'ehr-refused'],
    ['401', 'ehr-session-ended'],
    ['409', 'conflict'],
    ['412', 'conflict'],
    ['422', 'ehr-rejected'],
  ] as const)('%s is %s', async (kind, code) => {
    const tab = await service.launch(PEOPLE.rosa)
    service.emr.misbehave({ kind, target: 'fhir' })
    try {
      await expectRefusal(await tab.browser.get(`${tab.api}/access`), code)
      await expectRefusal(await tab.browser.put(`${tab.api}/access`, { allowPortal: true }), code)
      await expectRefusal(await tab.browser.post(`${tab.api}/invitations`, LETTER), code)
    } finally {
      service.emr.behave()
    }
    expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({ allowed: null })
  })
})

test('an EHR that asks for patience is asked again as it said, and then the reader is told when', async () => {
  const tab = await service.launch(PEOPLE.rosa)
  service.emr.misbehave({ kind: '429', target: 'fhir', times: 3 })
  const refused = await tab.browser.get(`${tab.api}/access`)
  expect(refused.headers.get('retry-after')).toBe('2')
  await expectRefusal(refused, 'ehr-busy')
})

test('one screen costs one round trip to the EHR', async () => {
  // What the EHR can do is asked once a day.
  const { tab } = await readCard(PEOPLE.walter)
  service.emr.requests.length = 0
  await expectOk(tab.browser.get(`${tab.api}/access`))
  expect(service.emr.requests.filter(({ target }) => target === 'fhir')).toHaveLength(1)
})

describe('the practice’s side', () => {
  const cardWith = async (options: Parameters<typeof openService>[0], patient: string = PEOPLE.walter) => {
    const other = await openService(options)
    const tab = await other.launch(patient)
    return expectOk(tab.browser.get(`${tab.api}/access`))
  }

  test('can insist on lines that are advice elsewhere', async () => {
    const requiredLines = ['phone', 'contact-email', 'trusted-email']
    const card = await cardWith({ initial: { requiredLines } }, PEOPLE.noContact)
    expect(open(card)).toEqual([
      'allowed blocks not-asked',
      'phone blocks missing',
      'contact-email blocks missing',
      'trusted-email blocks missing',
      'allow-email mail not-asked',
    ])
  })

  test('blocks while the portal is off, and keeps only e-mail back while there is no sender', async () => {
    const card = await cardWith({ initial: { portalOpen: false, mailHost: null } })
    expect(open(card)).toContain('portal-on blocks portal-off')
    expect(open(card)).toContain('mail-sender mail missing')
  })

  test('blocks while its address is one that this service does not answer under', async () => {
    const other = await openService()
    await other.store.db
      .insertInto('setting')
      .values({
        practice_id: 'fernwood',
        key: 'portalAddress',
        value: JSON.stringify('https://portal.elsewhere.example'),
        updated_at: 0,
        updated_by: 'Practitioner/1',
      })
      .execute()
    other.wiring.practices.forget('fernwood')
    const tab = await other.launch(PEOPLE.walter)
    const card = await expectOk(tab.browser.get(`${tab.api}/access`))
    expect(lineOf(card, 'portal-address')).toEqual({
      id: 'portal-address',
      done: false,
      need: 'blocks',
      reason: 'not-configured',
      value: 'https://portal.elsewhere.example',
    })
  })
})

describe('leave to send e-mail', () => {
  const trailOf = (patient: string) =>
    service.store.db
      .selectFrom('audit')
      .select('action')
      .where('patient_id', '=', patient)
      .where('action', 'like', 'email.%')
      .orderBy('at')
      .orderBy('id')
      .execute()

  test('is given and taken back by itself, each once in the trail, and says nothing about the portal', async () => {
    const { tab } = await readCard(PEOPLE.twinA)
    const save = (body: unknown) => expectOk(tab.browser.put(`${tab.api}/access`, body))
    const given = await save({ allowEmail: true })
    expect(given).toMatchObject({ emailAllowed: true, allowed: null })
    expect(open(given)).toEqual(['allowed blocks not-asked', 'trusted-email mail missing'])
    service.clock.now += 1
    await save({ allowEmail: true })
    expect(await save({ allowEmail: false })).toMatchObject({ emailAllowed: false })
    expect(open(await save({ allowEmail: false }))).toContain('allowed blocks not-asked')
    expect((await trailOf(PEOPLE.twinA)).map(({ action }) => action)).toEqual([
      'email.allowed',
      'email.withdrawn',
    ])
  })

  test('comes with the portal in one Save, and outlives that one’s "no"', async () => {
    const { tab } = await readCard(PEOPLE.twinB)
    const save = (body: unknown) => expectOk(tab.browser.put(`${tab.api}/access`, body))
    expect(await save({ allowPortal: true, allowEmail: true })).toMatchObject({
      emailAllowed: true,
      allowed: { by: expect.any(String) },
    })
    // Whoever changes the one has not decided the other.
    const { allowed } = (await readCard(PEOPLE.twinB)).card
    const admin = await service.launch(PEOPLE.twinB, { user: 'administrator' })
    for (const allowEmail of [false, true])
      expect(await expectOk(admin.browser.put(`${admin.api}/access`, { allowEmail }))).toMatchObject({
        allowed,
      })
    const no = await save({ allowPortal: false })
    expect(no).toMatchObject({ emailAllowed: true, allowed: null })
    expect(open(no)).toContain('allowed blocks withdrawn')
  })
})

test('a "no" is heeded while the EHR is away, whatever else was to be saved with it', async () => {
  const { tab } = await readCard(PEOPLE.sameNameA)
  await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true, allowEmail: true }))
  service.emr.misbehave({ kind: 'down', target: 'fhir' })
  const contacts = { homePhone: { from: null, to: '555 010 0142' } }
  await expectRefusal(
    await tab.browser.put(`${tab.api}/access`, { allowPortal: false, allowEmail: false, contacts }),
    'ehr-unavailable',
  )
  service.emr.behave()
  expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({
    allowed: null,
    emailAllowed: false,
  })
})
