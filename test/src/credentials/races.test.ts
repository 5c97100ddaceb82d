import { beforeAll, describe, expect, test } from 'vitest'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, LETTER, openService, type LaunchedTab, type TestService } from '../../support/service.ts'

const CONFIRM = '/fernwood/api/portal/activation'
const CHOOSE = '/fernwood/api/portal/activation/credentials'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

const statusesOf = (answers: Response[]) => answers.map(({ status }) => status)
const liveLetters = (patientId: string) =>
  service.store.db
    .selectFrom('ticket')
    .innerJoin('account_patient', 'account_patient.account_id', 'ticket.account_id')
    .select('ticket.id')
    .where('account_patient.patient_id', '=', patientId)
    .where('kind', '=', 'activation')
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .execute()
const allow = (tab: LaunchedTab, allowPortal = true) => tab.browser.put(`${tab.api}/access`, { allowPortal })
const invite = (tab: LaunchedTab) => tab.browser.post(`${tab.api}/invitations`, LETTER)

describe('two decisions about one patient at once', () => {
  test('four first invitations leave one account and one letter', async () => {
    const tab = await service.launch(PEOPLE.walter)
    await expectOk(allow(tab))
    const answers = await Promise.all(Array.from({ length: 4 }, () => invite(tab)))
    expect(statusesOf(answers)).toEqual([201, 201, 201, 201])
    expect(await liveLetters(PEOPLE.walter)).toHaveLength(1)
  })

  test('an invitation beside a withdrawal leaves no letter for a patient who may not', async () => {
    const tab = await service.launch(PEOPLE.piotr)
    for (let round = 0; round < 5; round++) {
      await expectOk(allow(tab))
      const [invited, withdrawn] = await Promise.all([invite(tab), allow(tab, false)])
      expect([201, 409]).toContain(invited.status)
      expect(withdrawn.status).toBe(200)
      expect(await liveLetters(PEOPLE.piotr)).toEqual([])
    }
  })

  test('an invitation beside an activation ends in an account or in a letter, never in both', async () => {
    const tab = await service.launch(PEOPLE.maria)
    const { portalId, code } = await service.inviteAndRead(tab)
    const phone = service.openBrowser()
    const setup = await expectOk(phone.post(CONFIRM, { portalId, code, ...IDENTITY.maria }))
    const chosen = { ticket: setup['ticket'], username: 'maria', password: GOOD_PASSWORD }
    const [activated, invited] = await Promise.all([phone.post(CHOOSE, chosen), invite(tab)])
    expect([
      [201, 409],
      [410, 201],
    ]).toContainEqual([activated.status, invited.status])
    expect(await liveLetters(PEOPLE.maria)).toHaveLength(activated.status === 201 ? 0 : 1)
  })
})

test('five hundred guesses at once for one identity get five, wherever the right letter is among them', async () => {
  const tab = await service.launch(PEOPLE.carmen)
  const { portalId, code } = await service.inviteAndRead(tab)
  const right = { portalId, code, firstInitial: 'C', lastInitial: 'D', birthDate: '1964-07-22' }
  const guesses = Array.from({ length: 200 }, (_, index) => ({
    ...right,
    portalId: index === 150 ? portalId : String(100_000 + index),
  }))
  const answers = await Promise.all(
    guesses.map((body, index) =>
      service.openBrowser().post(CONFIRM, body, { 'x-forwarded-for': `203.0.113.${index}` }),
    ),
  )
  const looked = answers.filter(({ status }) => status !== 429)
  expect(looked.length).toBeLessThanOrEqual(5)
})

test('of sixty passwords tried at once for one name no more than ten are looked at', async () => {
  const tries = Array.from({ length: 60 }, (_, index) =>
    service
      .openBrowser()
      .post('/fernwood/api/portal/session', { username: 'somebody', password: `guess ${index}` }),
  )
  const statuses = statusesOf(await Promise.all(tries))
  expect(statuses.filter((status) => status === 401)).toHaveLength(10)
  expect(statuses.filter((status) => status === 429)).toHaveLength(50)
})

describe('between letter and password', () => {
  const ROSA = { firstInitial: 'R', lastInitial: 'N', birthDate: '1955-01-30' }
  const confirm = async () => {
    const tab = await service.launch(PEOPLE.rosa)
    const { portalId, code } = await service.inviteAndRead(tab)
    const phone = service.openBrowser()
    return { tab, phone, answer: await phone.post(CONFIRM, { portalId, code, ...ROSA }) }
  }

  test('a withdrawal stops the set-up page', async () => {
    const { tab, phone, answer } = await confirm()
    const { ticket } = await expectOk(answer)
    await expectOk(allow(tab, false))
    await expectRefusal(
      await phone.post(CHOOSE, { ticket, username: 'rosa', password: GOOD_PASSWORD }),
      'ticket-ended',
    )
  })

  test('who has died since, or went on under another record, gets in no more', async () => {
    const patient = service.emr.fhir.read('Patient', PEOPLE.rosa)
    if (patient?.resourceType !== 'Patient') throw new Error('Rosa is missing')
    const tab = await service.launch(PEOPLE.rosa)
    const { portalId, code } = await service.inviteAndRead(tab)
    service.emr.fhir.load([{ ...patient, deceasedBoolean: true }])
    const refused = await service.openBrowser().post(CONFIRM, { portalId, code, ...ROSA })
    await expectRefusal(refused, 'no-match')
    service.emr.fhir.load([patient])
    await expectOk(service.openBrowser().post(CONFIRM, { portalId, code, ...ROSA }))
  })

  test('nothing readable stays in tickets that were used, ended or overtaken', async () => {
    const { phone, answer } = await confirm()
    const { ticket } = await expectOk(answer)
    await expectOk(phone.post(CHOOSE, { ticket, username: 'rosa.n', password: GOOD_PASSWORD }))
    const rows = await service.store.db
      .selectFrom('ticket')
      .innerJoin('account_patient', 'account_patient.account_id', 'ticket.account_id')
      .select('payload_sealed')
      .where('account_patient.patient_id', '=', PEOPLE.rosa)
      .execute()
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.every(({ payload_sealed }) => payload_sealed === null)).toBe(true)
    await expectRefusal(
      await phone.post(CHOOSE, { ticket, username: 'rosa.m', password: GOOD_PASSWORD }),
      'already-active',
    )
  })
})
