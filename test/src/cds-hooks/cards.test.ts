import { beforeAll, describe, expect, test } from 'vitest'
import { CdsCards } from '../../../src/cds-hooks/schema.ts'
import { type CdsKey, createCdsKey, openCds, patientView } from '../../support/cds.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectOk, LETTER } from '../../support/service.ts'

const DAY_MS = 86_400_000
let key: CdsKey
beforeAll(async () => {
  key = await createCdsKey('emr-1')
})

/** A service, its EMR, and somebody at the front desk with a patient before them. */
async function openDesk(patient: string = PEOPLE.walter) {
  const emr = await openCds([key])
  const tab = await emr.launch(patient)
  const cards = async (headers: Record<string, string> = {}) =>
    CdsCards.parse(await expectOk(emr.call(patientView(patient), { headers }))).cards
  const only = async () => {
    const [card, ...others] = await cards()
    expect(others).toEqual([])
    return [card?.summary, card?.indicator, card?.links[0]?.appContext]
  }
  return { ...emr, tab, cards, only }
}
type Desk = Awaited<ReturnType<typeof openDesk>>

async function activate({ openBrowser, inviteAndRead, tab }: Desk) {
  const { portalId, code } = await inviteAndRead(tab)
  const phone = openBrowser()
  const details = { portalId, code, ...IDENTITY.walter }
  const setup = await expectOk(phone.post('/fernwood/api/portal/activation', details))
  const chosen = { ticket: setup['ticket'], username: 'walter', password: GOOD_PASSWORD }
  await expectOk(phone.post('/fernwood/api/portal/activation/credentials', chosen))
}

const ACCESS = '{"intent":"access"}'

describe('the card says where the patient stands:', () => {
  test('not set up, for somebody whom nobody asked and for somebody we know nothing of', async () => {
    const desk = await openDesk()
    const notSetUp = ['Portal access: not set up', 'info', '{"intent":"create-credentials"}']
    expect(await desk.only()).toEqual(notSetUp)
    const { cards } = CdsCards.parse(await expectOk(desk.call(patientView('nobody-at-all'))))
    expect(cards.map(({ summary }) => summary)).toEqual(['Portal access: not set up'])
    await expectOk(desk.tab.browser.put(`${desk.tab.api}/access`, { allowPortal: true }))
    expect(await desk.only()).toEqual(notSetUp)
  })

  test('nothing, while the portal is closed', async () => {
    const { call } = await openCds([key], { settings: { portalOpen: false } })
    expect(await expectOk(call(patientView(PEOPLE.walter)))).toEqual({ cards: [] })
  })

  test('invited, and how many of the practice’s days it has lain unused', async () => {
    const desk = await openDesk()
    await desk.inviteAndRead(desk.tab)
    expect(await desk.only()).toEqual(['Portal access: invited today', 'info', ACCESS])
    // 17:00 UTC is 9:00 at the practice: 16 hours later it is tomorrow there, and still today by UTC's count of days.
    desk.clock.now += 16 * 3_600_000
    expect((await desk.only())[0]).toBe('Portal access: invited, unused for 1 day')
    desk.clock.now += 11 * DAY_MS
    expect((await desk.only())[0]).toBe('Portal access: invited, unused for 12 days')
  })

  test('the letter has expired', async () => {
    const desk = await openDesk()
    await desk.inviteAndRead(desk.tab)
    desk.clock.now += 40 * DAY_MS
    expect(await desk.only()).toEqual(['Portal access: the letter has expired', 'info', ACCESS])
  })

  test('locked after too many tries', async () => {
    const desk = await openDesk()
    const { portalId } = await desk.inviteAndRead(desk.tab)
    for (let tries = 0; tries < 5; tries++) {
      const wrong = { portalId, code: 'AAAAAAAA', ...IDENTITY.walter }
      await desk.openBrowser().post('/fernwood/api/portal/activation', wrong)
    }
    expect(await desk.only()).toEqual(['Portal access: locked after too many tries', 'warning', ACCESS])
  })

  test('an invitation that staff took back is none', async () => {
    const desk = await openDesk()
    await desk.inviteAndRead(desk.tab)
    await desk.tab.browser.delete(`${desk.tab.api}/invitations/current`)
    expect((await desk.only())[0]).toBe('Portal access: not set up')
  })

  test('nothing for who is in, and locked once access was withdrawn or the account suspended', async () => {
    const desk = await openDesk()
    await activate(desk)
    expect(await desk.cards()).toEqual([])
    await expectOk(desk.tab.browser.put(`${desk.tab.api}/access`, { allowPortal: false }))
    expect(await desk.only()).toEqual(['Portal access: locked', 'warning', ACCESS])
    await expectOk(desk.tab.browser.put(`${desk.tab.api}/access`, { allowPortal: true }))
    expect(await desk.cards()).toEqual([])
    await desk.store.db.updateTable('portal_account').set({ suspended_at: desk.clock.now }).execute()
    expect(await desk.only()).toEqual(['Portal access: locked', 'warning', ACCESS])
  })

  test('nothing after "not now", until the day has come at the practice', async () => {
    const desk = await openDesk()
    const note = { reason: 'declined', askAgainOn: '2026-11-24' }
    await expectOk(desk.tab.browser.put(`${desk.tab.api}/refusal`, note))
    expect(await desk.cards()).toEqual([])
    // Midnight by UTC is still the evening before at the practice.
    desk.clock.now = Date.parse('2026-11-24T07:59:00Z')
    expect(await desk.cards()).toEqual([])
    desk.clock.now = Date.parse('2026-11-24T08:00:00Z')
    expect(await desk.only()).toEqual(['Portal access: ask again', 'info', ACCESS])
  })

  test('a temporary password counts like a letter', async () => {
    const desk = await openDesk(PEOPLE.maria)
    await expectOk(desk.tab.browser.put(`${desk.tab.api}/access`, { allowPortal: true }))
    const password = { ...LETTER, kind: 'temporary-password' }
    await expectOk(desk.tab.browser.post(`${desk.tab.api}/invitations`, password))
    expect((await desk.only())[0]).toBe('Portal access: invited today')
  })
})

test('a card names the practice and opens Portico in the same EMR', async () => {
  const desk = await openDesk()
  expect(await desk.cards()).toEqual([
    {
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      summary: 'Portal access: not set up',
      indicator: 'info',
      source: { label: 'Fernwood Family Practice', url: 'http://localhost:8080/fernwood/portal/' },
      links: [
        {
          label: 'Open Portico',
          url: 'http://localhost:8080/fernwood/launch',
          type: 'smart',
          appContext: '{"intent":"create-credentials"}',
        },
      ],
    },
  ])
})

test('cards speak the reader’s language', async () => {
  const desk = await openDesk()
  const summaryIn = async (language: string) =>
    (await desk.cards({ 'accept-language': language }))[0]?.summary
  expect(await summaryIn('es-MX,es;q=0.9')).toBe('Acceso al portal: sin configurar')
  expect(await summaryIn('de, es;q=0.5')).toBe('Portal access: not set up')
  await desk.inviteAndRead(desk.tab)
  desk.clock.now += 2 * DAY_MS
  expect(await summaryIn('es')).toBe('Acceso al portal: invitado, sin usar desde hace 2 días')
})

test('whoever was told is in the trail, and what came with the call is nowhere', async () => {
  const desk = await openDesk()
  const secret = 'fhir-token-of-somebody'
  const body = patientView(PEOPLE.walter, {
    fhirServer: 'https://emr.example/fhir',
    fhirAuthorization: { access_token: secret, token_type: 'Bearer', expires_in: 300, scope: 'user/*.*' },
    prefetch: { patient: { resourceType: 'Patient', id: secret } },
    extension: { anything: secret },
  })
  const asked = desk.emr.requests.length
  await expectOk(desk.call(body))
  expect(desk.emr.requests).toHaveLength(asked)
  const rows = await desk.store.db
    .selectFrom('audit')
    .select(['actor', 'patient_id', 'outcome', 'detail'])
    .where('action', '=', 'access.read')
    .execute()
  expect(rows).toEqual([
    {
      actor: 'Practitioner/prac-park',
      patient_id: PEOPLE.walter,
      outcome: 'success',
      detail: '{"via":"cds-hooks"}',
    },
  ])
})

test('who is stopped is told nothing, from the next chart on, unless the file makes them an administrator', async () => {
  const desk = await openDesk()
  const staff = (await expectOk(desk.tab.browser.get(desk.tab.api.replace(/\/patients.*/, ''))))['staff']
  const { fhirUser } = staff as { fhirUser: string }
  const ask = async (context: object, service: Desk | Awaited<ReturnType<typeof openCds>> = desk) =>
    CdsCards.parse(await expectOk(service.call(patientView('', { context })))).cards
  const context = { userId: fhirUser, patientId: PEOPLE.walter }
  expect(await ask(context)).toHaveLength(1)
  await desk.store.db.updateTable('staff_member').set({ stopped_at: desk.clock.now }).execute()
  expect(await ask(context)).toEqual([])
  expect(await ask({ ...context, userId: 'Practitioner/somebody-else' })).toHaveLength(1)
  const refused = await desk.store.db
    .selectFrom('audit')
    .select(['actor', 'detail'])
    .where('outcome', '=', 'refused')
    .execute()
  expect(refused).toEqual([{ actor: fhirUser, detail: '{"via":"cds-hooks","reason":"stopped"}' }])

  const practice = { administrators: [fhirUser] }
  expect(await ask(context, await openCds([key], { practice, store: desk.store }))).toHaveLength(1)
})

describe('for browsers', () => {
  const HOST = 'https://chart.example'
  const SERVICES = 'http://localhost:8080/fernwood/cds-services'
  async function openWithHost() {
    const host = { id: 'chart', name: 'Chart', origins: [HOST], jwks: 'https://chart.example/jwks.json' }
    return openCds([key], { practice: { hosts: [host] } })
  }

  test('discovery is public and names the one service', async () => {
    const emr = await openCds([key])
    const answer = await emr.app.request(SERVICES)
    expect(await expectOk(answer)).toEqual({
      services: [
        {
          hook: 'patient-view',
          id: 'portal-access',
          title: 'Portal access',
          description: expect.stringContaining('patient portal'),
          usageRequirements: expect.stringContaining('No prefetch'),
        },
      ],
    })
  })

  test('pages of the practice’s hosts may ask, and no others', async () => {
    const emr = await openWithHost()
    const allowed = async (origin: string, method = 'GET') => {
      const headers = { origin, ...(method === 'GET' ? {} : { 'access-control-request-method': 'POST' }) }
      return (await emr.app.request(SERVICES, { method, headers })).headers
    }
    expect((await allowed(HOST)).get('access-control-allow-origin')).toBe(HOST)
    expect((await allowed(HOST)).get('access-control-allow-credentials')).toBeNull()
    expect((await allowed('https://evil.example')).get('access-control-allow-origin')).toBeNull()
    expect((await allowed(`${HOST}.evil.example`)).get('access-control-allow-origin')).toBeNull()
    expect((await allowed('null')).get('access-control-allow-origin')).toBeNull()
    const asking = await allowed(HOST, 'OPTIONS')
    expect(asking.get('access-control-allow-methods')).toBe('GET,POST')
    expect(asking.get('access-control-allow-headers')).toBe('authorization,content-type')
    const answer = await emr.call(patientView('x'), { headers: { origin: HOST } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(HOST)
    const refused = await emr.call(patientView('x'), { token: 'none', headers: { origin: HOST } })
    expect(refused.headers.get('access-control-allow-origin')).toBe(HOST)
  })
})
