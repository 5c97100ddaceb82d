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
type Line = { id: string; done: boolean; need: string; reason: string | null }
const open = (card: Record<string, unknown>) =>
  (card['lines'] as Line[])
    .filter(({ done }) => !done)
    .map(({ id, need, reason }) => `${id} ${need} ${reason}`)

describe('the card says the right thing for each kind of patient', () => {
  test.each([
    ['walter', 'not-ready', ['allowed blocks not-asked', 'contact-email mail missing']],
    ['noPhone', 'not-ready', ['allowed blocks not-asked', 'phone advised missing']],
    [
      'noContact',
      'not-ready',
      ['allowed blocks not-asked', 'phone advised missing', 'contact-email mail missing'],
    ],
    ['deceased', 'stopped', ['allowed blocks not-asked', 'alive blocks deceased']],
    ['aged12', 'stopped', ['allowed blocks not-asked', 'age blocks under-13']],
    ['aged15', 'stopped', ['allowed blocks not-asked', 'age blocks under-age']],
    ['yearOnly', 'not-ready', ['allowed blocks not-asked', 'birth-date blocks not-full']],
  ] as const)('%s', async (person, state, missing) => {
    const { card } = await readCard(PEOPLE[person])
    expect({ state: card['state'], missing: open(card) }).toEqual({ state, missing })
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
      await walter.browser.post(`${walter.api}/invitations`, {}),
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
    await expectRefusal(await tab.browser.post(`${tab.api}/invitations`, {}), 'already-active')
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
      await expectRefusal(await tab.browser.post(`${tab.api}/invitations`, {}), code)
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
  const tab = await service.launch(PEOPLE.walter)
  service.emr.requests.length = 0
  await expectOk(tab.browser.get(`${tab.api}/access`))
  expect(service.emr.requests.filter(({ target }) => target === 'fhir')).toHaveLength(1)
})

describe('what staff may do is their right and the patient’s possibility, whatever the card’s state', () => {
  const mayOf = async (staffPermissions: string[], patient: string) => {
    const strict = await openService({ practice: { staffPermissions } })
    const tab = await strict.launch(patient)
    const { may } = await expectOk(tab.browser.get(`${tab.api}/access`))
    return { may, tab }
  }

  test('every right and a patient not asked yet: both', async () => {
    const { may } = (await readCard(PEOPLE.rosa)).card
    expect(may).toEqual({ allow: true, create: true })
  })

  test.each([
    [['access.read', 'access.manage'], { allow: true, create: false }],
    [['access.read', 'credentials.manage'], { allow: false, create: true }],
  ])('%j', async (permissions, expected) => {
    expect((await mayOf(permissions, PEOPLE.walter)).may).toEqual(expected)
  })

  test('neither for a patient who can never be invited', async () => {
    expect((await readCard(PEOPLE.aged12)).card['may']).toEqual({ allow: false, create: false })
  })

  test('a right to look is a right to nothing else', async () => {
    const { may, tab } = await mayOf(['access.read'], PEOPLE.walter)
    expect(may).toEqual({ allow: false, create: false })
    await expectRefusal(await tab.browser.put(`${tab.api}/access`, { allowPortal: true }), 'not-permitted')
    await expectRefusal(await tab.browser.post(`${tab.api}/invitations`, {}), 'not-permitted')
  })
})
