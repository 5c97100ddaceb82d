import type { Patient } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ToDo } from '../../src/desk/schema.ts'
import type { HostReport } from '../../src/report/schema.ts'
import type { PersonalityName } from '../../src/sandbox/personalities/personality.ts'
import { createHost, openEmbedded, type TestHost } from '../support/host.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { expectRefusal } from '../support/refusal.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../support/service.ts'
import { HOME, MAIL_ONLY, SESSION, stepsOf, type Steps } from './credentials/steps.ts'

/**
 * What becomes of contacts that staff change: by their own token, and by the practice's service in their name; and what
 * is sent to the EHR for it.
 */
const EHRS: {
  ehr: PersonalityName
  edit: 'chart' | 'to-do'
  byService: 'no' | 'to-do'
  write: [method: string, path: string] | null
}[] = [
  { ehr: 'full', edit: 'chart', byService: 'no', write: ['PUT', '/fhir/Patient'] },
  { ehr: 'openemr', edit: 'chart', byService: 'no', write: ['PUT', '/api/patient'] },
  { ehr: 'millennium', edit: 'chart', byService: 'no', write: ['PATCH', '/fhir/Patient'] },
  { ehr: 'read-only', edit: 'to-do', byService: 'to-do', write: null },
]
const ADDRESS = 'piotr.own@mail.example'
const host: TestHost = await createHost()

describe.each(EHRS)('on an EHR of the kind $ehr', ({ ehr, edit, byService, write }) => {
  let service: TestService
  let steps: Steps
  beforeAll(async () => {
    service = await openService({ ehr, hosts: [host] })
    steps = stepsOf(service)
  })

  const chartOf = (patient: string) => service.emr.fhir.read('Patient', patient) as Patient
  const numbersOf = (patient: string) => chartOf(patient).telecom?.map(({ value }) => value) ?? []
  const seenMobile = (card: Record<string, unknown>) =>
    (card['contacts'] as { mobilePhone: string | null }).mobilePhone

  /** A change is in the chart at once, or on the list until somebody has typed it in. */
  function expectAccepted(card: Record<string, unknown>, patient: string, number: string) {
    const todos = card['todos'] as ToDo[]
    if (edit === 'chart') {
      expect(todos).toEqual([])
      expect(seenMobile(card)).toBe(number)
      expect(numbersOf(patient)).toContain(number)
    } else {
      expect(todos.flatMap(({ changes }) => changes)).toContainEqual(
        expect.objectContaining({ field: 'mobilePhone', to: number }),
      )
      expect(numbersOf(patient)).not.toContain(number)
    }
  }

  async function save(tab: LaunchedTab, body: unknown) {
    service.clock.now += 1
    return expectOk(tab.browser.put(`${tab.api}/access`, body))
  }

  test('staff allow and invite, the patient activates, signs out and comes back to their chart', async () => {
    const tab = await service.launch(PEOPLE.walter)
    expect(await steps.card(tab)).toMatchObject({
      state: 'not-ready',
      patient: { firstName: 'Walter', birthDate: '1948-03-14' },
      may: { allow: true, create: true, edit },
    })
    const { portalId, code } = await service.inviteAndRead(tab)
    const phone = steps.openPhone()
    const setup = await expectOk(phone.confirm({ portalId, code, ...IDENTITY.walter }))
    const chosen = { ticket: setup['ticket'], username: 'walter.okafor', password: GOOD_PASSWORD }
    await expectOk(phone.choose(chosen))
    expect((await phone.delete(SESSION)).status).toBe(204)
    await expectOk(phone.signIn({ username: 'walter.okafor', password: GOOD_PASSWORD }))
    expect(await expectOk(phone.get(HOME))).toMatchObject({
      chart: 'shown',
      firstName: 'Walter',
      profile: { birthDate: '1948-03-14' },
    })
    expect(await steps.card(tab)).toMatchObject({ state: 'active' })
  })

  test('a phone number that staff change goes into the chart, or onto the list of what they type in', async () => {
    const tab = await service.launch(PEOPLE.rosa)
    const before = await steps.card(tab)
    const number = '555 010 0177'
    const contacts = { mobilePhone: { from: seenMobile(before), to: number } }
    service.emr.requests.length = 0
    const card = await save(tab, { contacts })
    const writes = service.emr.requests.filter(({ method }) => method !== 'GET')
    expect(writes.map(({ method, path }) => [method, path])).toEqual(
      write ? [[write[0], `${write[1]}/${PEOPLE.rosa}`]] : [],
    )
    expectAccepted(card, PEOPLE.rosa, number)
    expectAccepted(await steps.card(tab), PEOPLE.rosa, number)
    const again = { mobilePhone: { from: seenMobile(card), to: null } }
    const cleared = await save(tab, { contacts: again })
    if (edit === 'chart') expect(seenMobile(cleared)).toBe(null)
    expect(numbersOf(PEOPLE.rosa)).not.toContain(number)
  })

  test('one Save sets the address that only the patient reads, and the invitation is mailed there', async () => {
    const tab = await service.launch(PEOPLE.piotr)
    const trustedEmail = { from: null, to: ADDRESS }
    const card = await save(tab, { allowPortal: true, allowEmail: true, contacts: { trustedEmail } })
    expect(card).toMatchObject({ state: 'ready', contacts: { trustedEmail: ADDRESS }, emailAllowed: true })
    expect(await steps.card(tab)).toMatchObject({ contacts: { trustedEmail: ADDRESS } })
    await expectOk(steps.invite(tab, MAIL_ONLY))
    expect((await steps.mails()).at(-1)).toMatchObject({ to: ADDRESS })
    const phone = steps.openPhone()
    const link = await steps.newestLink()
    const setup = await expectOk(phone.confirm({ link, ...IDENTITY.piotr }))
    const chosen = { ticket: setup['ticket'], username: 'piotr', password: GOOD_PASSWORD }
    await expectOk(phone.choose(chosen))
    expect(await expectOk(phone.get(HOME))).toMatchObject({ chart: 'shown', firstName: 'Piotr' })
  })

  test('"not now" is noted and taken back', async () => {
    const tab = await service.launch(PEOPLE.carmen)
    const refusal = { reason: 'declined', askAgainOn: '2027-02-01' }
    expect(await expectOk(tab.browser.put(`${tab.api}/refusal`, refusal))).toMatchObject({ refused: refusal })
    expect(await expectOk(tab.browser.delete(`${tab.api}/refusal`))).toMatchObject({ refused: null })
  })

  test('a temporary password opens nothing but the choice of a new one, and that opens the portal', async () => {
    const tab = await service.launch(PEOPLE.maria)
    const { words } = await steps.words(tab, { username: 'maria' })
    const phone = await steps.visit('maria', words)
    await expectRefusal(await phone.get(HOME), 'password-due')
    await expectOk(phone.change({ username: 'maria', password: GOOD_PASSWORD }))
    expect(await expectOk(phone.get(HOME))).toMatchObject({ chart: 'shown', firstName: 'Maria' })
  })

  test('a "no" ends what a letter opens, and the EMR hears of it as far as it has a place for it', async () => {
    const tab = await service.launch(PEOPLE.carmen)
    const { portalId, code } = await service.inviteAndRead(tab)
    expect(await steps.withdraw(tab)).toMatchObject({ allowed: null })
    const identity = { firstInitial: 'C', lastInitial: 'C', birthDate: chartOf(PEOPLE.carmen).birthDate }
    await expectRefusal(await steps.openPhone().confirm({ portalId, code, ...identity }), 'no-match')
    await service.wiring.worker.drain()
    const failed = await service.store.db
      .selectFrom('job')
      .select(['kind', 'last_error'])
      .where('last_error', 'is not', null)
      .execute()
    expect(failed).toEqual([])
  })

  test('the card in the EMR’s own pages saves with the staff member’s own token', async () => {
    const tab = await service.launch(PEOPLE.andres)
    const { ehr_token_id } = await service.store.db
      .selectFrom('launch')
      .select('ehr_token_id')
      .where('id', '=', tab.launch)
      .executeTakeFirstOrThrow()
    const { access_sealed } = await service.store.db
      .selectFrom('ehr_token')
      .select('access_sealed')
      .where('id', '=', ehr_token_id)
      .executeTakeFirstOrThrow()
    const ehr_access_token = service.wiring.keyring.open(access_sealed, 'ehr-token fernwood')
    await tab.browser.delete(`/fernwood/api/staff/launches/${tab.launch}`)
    const page = await openEmbedded(service, host, { patient: PEOPLE.andres }, { ehr_access_token })
    const before = await expectOk(page.call('GET', `${page.chart}/access`))
    expect(before).toMatchObject({ may: { edit } })
    const contacts = { mobilePhone: { from: seenMobile(before), to: '555 010 0199' } }
    const card = await expectOk(page.call('PUT', `${page.chart}/access`, { allowPortal: true, contacts }))
    expect(card).toMatchObject({ allowed: { by: expect.any(String) } })
    expectAccepted(card, PEOPLE.andres, '555 010 0199')
  })

  test('and without such a token it shows the patient and says what can be changed there', async () => {
    const page = await openEmbedded(service, host, { patient: PEOPLE.xiaoming })
    const before = await expectOk(page.call('GET', `${page.chart}/access`))
    expect(before).toMatchObject({ patient: { id: PEOPLE.xiaoming }, may: { allow: true, edit: byService } })
    const contacts = { mobilePhone: { from: seenMobile(before), to: '555 010 0166' } }
    const saved = await page.call('PUT', `${page.chart}/access`, { contacts })
    if (byService === 'no') await expectRefusal(saved, 'ehr-refused')
    else expectAccepted(await expectOk(saved), PEOPLE.xiaoming, '555 010 0166')
  })

  test('the host report tells administrators what the card does with contacts, and who is shown the chart', async () => {
    const { browser, launch } = await service.launch(PEOPLE.walter, { user: 'administrator' })
    const report = await expectOk(browser.get(`/fernwood/api/staff/launches/${launch}/report`))
    const states = (report['now'] as HostReport['now']).map(({ id, state }) => [id, state])
    expect(Object.fromEntries(states)).toMatchObject({
      'chart-staff': 'works',
      'chart-patients': 'works',
      contacts: edit === 'chart' ? 'works' : 'falls-back',
      'contacts-embedded': 'falls-back',
      'trusted-email': edit === 'chart' ? 'works' : 'falls-back',
    })
  })

  test('the card asks the EHR once', async () => {
    const tab = await service.launch(PEOPLE.leo)
    await steps.card(tab)
    service.emr.requests.length = 0
    await steps.card(tab)
    expect(service.emr.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /fhir/Patient/${PEOPLE.leo}`,
    ])
  })
})
