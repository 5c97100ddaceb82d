import { beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/clock.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { NO_POSTMAN, stepsOf, WORDS, type Steps } from './steps.ts'

let service: TestService
let steps: Steps
let tab: LaunchedTab
beforeAll(async () => {
  service = await openService(NO_POSTMAN)
  steps = stepsOf(service)
})

const open = async (patient: string) => {
  service.clock.now += MINUTE_MS
  tab = await service.launch(patient)
}

describe('the username', () => {
  test('staff may write their own; one that somebody has is refused with a free one', async () => {
    await open(PEOPLE.sameNameA)
    const first = await steps.words(tab, { username: 'James.Wilson' })
    expect(first.username).toBe('James.Wilson')
    const other = await service.launch(PEOPLE.sameNameB)
    await steps.allow(other)
    const taken = await expectRefusal(
      await steps.invite(other, { ...WORDS, username: 'james.WILSON' }),
      'username-taken',
    )
    expect(taken['suggestion']).toBe('jwilson')
    await expectRefusal(await steps.invite(other, { ...WORDS, username: 'a b c' }), 'invalid-request')
    expect(await steps.card(other)).toMatchObject({ state: 'ready', invitation: null })
    const second = await steps.words(other, { username: taken['suggestion'] })
    await steps.visit('jwilson', second.words)
  })

  test('another one at the next making; the older is free again, and its words are dead', async () => {
    await open(PEOPLE.sameNameA)
    const first = await steps.words(tab, { username: 'first.name' })
    expect(await expectOk(steps.offer(tab))).toMatchObject({ suggestedUsername: 'first.name' })
    const second = await steps.words(tab, { username: 'second.name' })
    await expectRefusal(
      await steps.openPhone().signIn({ username: 'first.name', password: first.words }),
      'sign-in-refused',
    )
    await expectRefusal(
      await steps.openPhone().signIn({ username: 'second.name', password: first.words }),
      'sign-in-refused',
    )
    await steps.visit('second.name', second.words)
    const other = await service.launch(PEOPLE.sameNameB)
    await steps.words(other, { username: 'first.name' })
    await expectOk(steps.cancel(other))
    await expectOk(steps.invite(tab, { ...WORDS, username: 'first.name' }))
  })

  const isFree = async (username: string) => {
    const other = await service.launch(PEOPLE.sameNameB)
    const { words } = await steps.words(other, { username })
    await steps.visit(username, words)
    await expectOk(steps.cancel(other))
  }

  test('is free again once access is withdrawn', async () => {
    await open(PEOPLE.sameNameA)
    await steps.words(tab, { username: 'was.withdrawn' })
    await steps.withdraw(tab)
    await isFree('was.withdrawn')
  })

  test('is free again once the words are too old, and not before', async () => {
    await open(PEOPLE.sameNameA)
    const older = await steps.words(tab, { username: 'too.late' })
    service.clock.now += DAY_MS
    await open(PEOPLE.sameNameA)
    const newer = await steps.words(tab, { username: 'too.late' })
    service.clock.now = older.validUntil + 20 * MINUTE_MS
    await service.wiring.worker.drain()
    await steps.visit('too.late', newer.words)
    service.clock.now = newer.validUntil + 20 * MINUTE_MS
    await service.wiring.worker.drain()
    await isFree('too.late')
  })

  test('of two patients who are given one name at once one gets it', async () => {
    await open(PEOPLE.sameNameA)
    const other = await service.launch(PEOPLE.sameNameB)
    await Promise.all([steps.allow(tab), steps.allow(other)])
    const invite = (one: LaunchedTab) => steps.invite(one, { ...WORDS, username: 'the.same' })
    const answers = await Promise.all([invite(tab), invite(other)])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]))
    for (const answer of answers) if (answer.status === 409) await expectRefusal(answer, 'username-taken')
  })

  test('two clicks with two keys leave one password that works', async () => {
    await open(PEOPLE.sameNameA)
    const slips = await Promise.all(
      [1, 2].map(() => steps.words(tab, { username: 'two.clicks' }).catch(() => null)),
    )
    const live = await service.store.db
      .selectFrom('ticket')
      .innerJoin('account_patient', 'account_patient.account_id', 'ticket.account_id')
      .select('ticket.id')
      .where('account_patient.patient_id', '=', PEOPLE.sameNameA)
      .where('ticket.kind', 'in', ['temporary', 'activation'])
      .where('used_at', 'is', null)
      .where('ended_at', 'is', null)
      .execute()
    expect(live).toHaveLength(1)
    const statuses = []
    for (const slip of slips)
      if (slip)
        statuses.push(
          (await steps.openPhone().signIn({ username: 'two.clicks', password: slip.words })).status,
        )
    expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(1)
  })
})

test('who was refused for today and is invited after all is not asked again', async () => {
  await open(PEOPLE.mergedInto)
  await expectOk(tab.browser.put(`${tab.api}/refusal`, { reason: 'no-email', askAgainOn: '2027-01-10' }))
  expect(await steps.card(tab)).toMatchObject({ refused: { reason: 'no-email' } })
  await steps.words(tab)
  expect(await steps.card(tab)).toMatchObject({ refused: null, state: 'invited' })
})
