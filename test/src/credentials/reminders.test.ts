import { beforeEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/clock.ts'
import { remindInvitation } from '../../../src/credentials/remind-invitation.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, LETTER, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { MAIL_ONLY, NO_POSTMAN, stepsOf, type Steps } from './steps.ts'

const { maria } = IDENTITY
const START = Date.parse('2026-11-22T17:00:00Z')

let service: TestService
let steps: Steps
let tab: LaunchedTab
beforeEach(async () => {
  service = await openService(NO_POSTMAN)
  steps = stepsOf(service)
  tab = await service.launch(PEOPLE.maria)
  await steps.allow(tab)
})

/** When Portico reminded by itself: in days after `since`. */
async function reminders(since = START) {
  const rows = await service.store.db
    .selectFrom('audit')
    .select('at')
    .where('action', '=', 'invitation.mailed')
    .where('actor', '=', 'portico')
    .orderBy('at')
    .execute()
  return rows.map(({ at }) => (at - since) / DAY_MS)
}

/** Lets days pass; the worker works at the end of them. */
async function pass(...strides: number[]) {
  for (const days of strides) {
    service.clock.now += days * DAY_MS
    await service.wiring.worker.drain()
  }
}

test('a mailed invitation is mailed again after 7 and after 21 days, each time with a new link', async () => {
  await expectOk(steps.invite(tab, MAIL_ONLY))
  const first = await steps.newestLink()
  await pass(6)
  expect(await reminders()).toEqual([])
  await pass(1)
  const second = await steps.newestLink()
  await expectRefusal(await steps.openPhone().confirm({ link: first, ...maria }), 'no-match')
  await expectOk(steps.openPhone().confirm({ link: second, ...maria }))
  expect((await steps.mails()).at(-1)?.subject).toMatch(/le espera$/)
  await pass(14)
  const third = (await steps.mails()).at(-1)
  expect(third).toMatchObject({ kind: 'reminder', to: 'maria.nunez@mail.example' })
  expect(third?.subject).toMatch(/^Último aviso/)
  await expectOk(steps.openPhone().confirm({ link: steps.linkIn(third), ...maria }))
  await pass(7, 7)
  expect(await reminders()).toEqual([7, 21])
})

test('in classic mode there is one reminder, and it says that it is the last', async () => {
  service = await openService({ ...NO_POSTMAN, settings: { activationMode: 'classic' } })
  steps = stepsOf(service)
  tab = await service.launch(PEOPLE.maria)
  await steps.allow(tab)
  await expectOk(steps.invite(tab, MAIL_ONLY))
  await pass(7)
  expect((await steps.mails()).at(-1)?.subject).toMatch(/^Último aviso/)
  await pass(7, 7, 7)
  expect(await reminders()).toEqual([7])
})

test('a letter on paper is not followed by mail, until staff mail it', async () => {
  await expectOk(steps.invite(tab, LETTER))
  await pass(10)
  expect(await reminders()).toEqual([])
  await expectOk(steps.mailAgain(await service.launch(PEOPLE.maria)))
  await pass(10, 1, 7)
  expect(await reminders()).toEqual([21])
})

test('who still waits is reminded, and nobody for whom something has changed', async () => {
  const changes: [patient: string, change: (tab: LaunchedTab) => Promise<unknown>][] = [
    [PEOPLE.walter, async () => {}],
    [PEOPLE.piotr, async (one) => activate(IDENTITY.piotr, `${one.patient}@mail.example`)],
    [PEOPLE.carmen, (one) => expectOk(steps.invite(one, LETTER))],
    [PEOPLE.xiaoming, (one) => expectOk(steps.cancel(one))],
    [PEOPLE.rosa, (one) => steps.withdraw(one)],
    [PEOPLE.twinA, (one) => expectOk(one.browser.put(`${one.api}/access`, { allowEmail: false }))],
    [PEOPLE.twinB, async (one) => steps.trust(one.patient, null)],
    [PEOPLE.noPhone, async (one) => die(one.patient)],
  ]
  for (const [patient, change] of changes) {
    const one = await service.launch(patient)
    await steps.allow(one, `${patient}@mail.example`)
    await expectOk(steps.invite(one, MAIL_ONLY))
    await change(one)
  }
  await pass(7, 14, 1)
  const rows = await service.store.db
    .selectFrom('audit')
    .select('patient_id')
    .where('action', '=', 'invitation.mailed')
    .execute()
  expect(rows.map(({ patient_id }) => patient_id)).toEqual([PEOPLE.walter, PEOPLE.walter])
})

async function activate(identity: object, to: string) {
  const phone = steps.openPhone()
  const link = steps.linkIn((await steps.mails()).find((mail) => mail.to === to))
  const { ticket } = await expectOk(phone.confirm({ link, ...identity }))
  await expectOk(phone.choose({ ticket, username: 'somebody', password: GOOD_PASSWORD }))
}

async function die(patientId: string) {
  const patient = service.emr.fhir.read('Patient', patientId)
  if (patient?.resourceType !== 'Patient') throw new Error(`${patientId} is missing`)
  service.emr.fhir.load([{ ...patient, deceasedDateTime: '2026-11-23' }])
}

test('it follows a trusted address that has changed', async () => {
  await expectOk(steps.invite(tab, MAIL_ONLY))
  steps.trust(PEOPLE.maria, 'new@mail.example')
  await pass(7)
  expect((await steps.mails()).at(-1)).toMatchObject({ kind: 'reminder', to: 'new@mail.example' })
})

test('it waits for an EHR that is away, and goes once when it is back', async () => {
  await expectOk(steps.invite(tab, MAIL_ONLY))
  await pass(6)
  service.emr.misbehave({ kind: 'down', target: 'fhir' })
  await pass(1, 1)
  expect(await reminders()).toEqual([])
  service.emr.behave()
  service.clock.now += HOUR_MS
  await service.wiring.worker.drain()
  await service.wiring.worker.drain()
  expect(await reminders()).toEqual([8 + 1 / 24])
})

test('running twice after a crash mails once and keeps the link', async () => {
  await expectOk(steps.invite(tab, MAIL_ONLY))
  const jobs = await service.store.db
    .selectFrom('job')
    .selectAll()
    .where('kind', '=', 'remind-invitation')
    .orderBy('run_at')
    .execute()
  expect(jobs.map(({ run_at }) => run_at - service.clock.now)).toEqual([7 * DAY_MS, 21 * DAY_MS])
  service.clock.now += 7 * DAY_MS
  const [job] = jobs
  if (!job) throw new Error('no job')
  const run = () =>
    remindInvitation(service.wiring)({
      practiceId: job.practice_id,
      id: job.id,
      payloadSealed: job.payload_sealed,
    })
  await Promise.all([run(), run()])
  const link = await steps.newestLink()
  await run()
  expect(await reminders()).toEqual([7])
  await expectOk(steps.openPhone().confirm({ link, ...maria }))
})

test('staff who mail it on the day itself are reminder enough', async () => {
  await expectOk(steps.invite(tab, MAIL_ONLY))
  service.clock.now += 7 * DAY_MS
  await expectOk(steps.mailAgain(await service.launch(PEOPLE.maria)))
  const link = await steps.newestLink()
  await service.wiring.worker.drain()
  expect(await reminders()).toEqual([])
  await expectOk(steps.openPhone().confirm({ link, ...maria }))
})
