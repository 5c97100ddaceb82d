import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/clock.ts'
import { createDelivery } from '../../../src/mail/deliver.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, LETTER, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { MAIL_ONLY, NO_POSTMAN, stepsOf, type Steps } from '../credentials/steps.ts'

/** Everything that a card shows and somebody else can change must be told, with the patient's name for the card. */
let service: TestService
let steps: Steps
let tab: LaunchedTab
beforeAll(async () => {
  service = await openService(NO_POSTMAN)
  steps = stepsOf(service)
})
beforeEach(async () => {
  service.clock.now += DAY_MS
  tab = await service.launch(PEOPLE.maria)
  await steps.allow(tab)
  await forget()
})

const forget = () => service.store.db.deleteFrom('event').execute()
/** How often the card's patient was named since the last look. */
async function told(): Promise<number> {
  const rows = await service.store.db.selectFrom('event').selectAll().execute()
  await forget()
  return rows.filter(
    ({ practice_id, patient_id }) => practice_id === 'fernwood' && patient_id === PEOPLE.maria,
  ).length
}
const confirm = (letter: { portalId: string; code: string }, wrong = {}) =>
  steps.openPhone().confirm({
    portalId: letter.portalId,
    code: letter.code,
    ...IDENTITY.maria,
    ...wrong,
  })

describe('staff elsewhere', () => {
  test('invite, mail, take back, put off and ask again', async () => {
    await expectOk(steps.invite(tab, LETTER))
    expect(await told()).toBe(1)
    await expectOk(steps.invite(tab, MAIL_ONLY))
    expect(await told()).toBe(1)
    await expectOk(steps.mailAgain(tab))
    expect(await told()).toBe(1)
    await expectOk(steps.cancel(tab))
    expect(await told()).toBe(1)
    await expectOk(tab.browser.put(`${tab.api}/refusal`, { reason: 'declined', askAgainOn: dayAfter(30) }))
    expect(await told()).toBe(1)
    await expectOk(tab.browser.delete(`${tab.api}/refusal`))
    expect(await told()).toBe(1)
    await steps.withdraw(tab)
    expect(await told()).toBe(1)
  })

  test('nothing is told of what changed nothing', async () => {
    await steps.allow(tab)
    await expectOk(steps.cancel(tab))
    expect(await told()).toBe(0)
  })
})

describe('the patient', () => {
  test('opens the letter, makes it theirs, and signs in later', async () => {
    const letter = await service.inviteAndRead(tab)
    await forget()
    const phone = steps.openPhone()
    const { portalId, code } = letter
    const setup = await expectOk(phone.confirm({ portalId, code, ...IDENTITY.maria }))
    expect(await told()).toBe(1)
    const choice = { ticket: setup['ticket'], username: 'maria', password: GOOD_PASSWORD }
    await expectOk(phone.choose(choice))
    expect(await told()).toBe(1)
    await expectOk(steps.openPhone().signIn({ username: 'maria', password: GOOD_PASSWORD }))
    expect(await told()).toBe(1)
    expect(await steps.card(tab)).toMatchObject({ account: { lastSignInAt: service.clock.now } })
    await expectRefusal(
      await steps.openPhone().signIn({ username: 'maria', password: 'wrong' }),
      'sign-in-refused',
    )
    expect(await told()).toBe(0)
  })

  test('locks the letter with a fifth wrong try', async () => {
    const other = await service.launch(PEOPLE.piotr)
    const letter = await service.inviteAndRead(other)
    const wrong = { ...IDENTITY.piotr, birthDate: '1971-11-05' }
    await forget()
    for (let tries = 1; tries < 5; tries++) await expectRefusal(await confirm(letter, wrong), 'no-match')
    expect(await service.store.db.selectFrom('event').selectAll().execute()).toEqual([])
    await expectRefusal(await confirm(letter, wrong), 'too-many-tries')
    expect(await service.store.db.selectFrom('event').select('patient_id').execute()).toEqual([
      { patient_id: PEOPLE.piotr },
    ])
    expect(await steps.card(other)).toMatchObject({ invitation: { state: 'ended' } })
  })

  test('visits with the words, three times at most, and chooses a password', async () => {
    const walter = await service.launch(PEOPLE.walter)
    const { username, words } = await steps.words(walter)
    await forget()
    const phone = await steps.visit(username, words)
    await steps.visit(username, words)
    await steps.visit(username, words)
    await expectOk(phone.change({ username: 'walter.own', password: GOOD_PASSWORD }))
    const rows = await service.store.db.selectFrom('event').select('patient_id').execute()
    expect(rows).toEqual(Array.from({ length: 4 }, () => ({ patient_id: PEOPLE.walter })))
  })
})

test('a mail that went out or came back', async () => {
  const rosa = await service.launch(PEOPLE.rosa)
  await steps.allow(rosa, 'rosa@mail.example')
  await expectOk(steps.invite(rosa, MAIL_ONLY))
  await forget()
  const { store, keyring, now, log } = service.wiring
  const deliver = async (send: () => Promise<void>) => {
    const openLine = async () => ({ send, close: () => {} })
    const delivery = createDelivery({ store, keyring, now, log, openLine, isPortalOpen: async () => true })
    await delivery.run()
    await delivery.finish()
  }
  const toldOf = async () => {
    const rows = await store.db.selectFrom('event').selectAll().execute()
    await forget()
    return rows.filter(({ patient_id }) => patient_id === PEOPLE.rosa).length
  }
  await deliver(() =>
    Promise.reject(Object.assign(new Error('no'), { code: 'EENVELOPE', responseCode: 550 })),
  )
  expect(await toldOf()).toBe(1)
  expect(await steps.card(rosa)).toMatchObject({ invitation: { mail: { state: 'failed' } } })

  await expectOk(steps.mailAgain(rosa))
  await forget()
  await deliver(async () => {})
  expect(await toldOf()).toBe(1)
  expect(await steps.card(rosa)).toMatchObject({ invitation: { mail: { state: 'sent' } } })
})

const dayAfter = (days: number) => new Date(service.clock.now + days * DAY_MS).toISOString().slice(0, 10)
