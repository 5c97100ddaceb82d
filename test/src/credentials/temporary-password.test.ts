import type { Patient } from '@medplum/fhirtypes'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/clock.ts'
import { GOOD_PASSWORD, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { dayEnds, HOME, NO_POSTMAN, SESSION, stepsOf, type Steps } from './steps.ts'

let service: TestService
let steps: Steps
let tab: LaunchedTab
beforeAll(async () => {
  service = await openService(NO_POSTMAN)
  steps = stepsOf(service)
})
afterEach(() => vi.restoreAllMocks())

const open = async (patient: string) => {
  service.clock.now += MINUTE_MS
  tab = await service.launch(patient)
}

describe('signing in with the five words', () => {
  beforeEach(() => open(PEOPLE.walter))

  test('opens a page to choose a password, and nothing else', async () => {
    const { words, username } = await steps.words(tab)
    expect(words).toMatch(/^[a-z]{3,9}( [a-z]{3,9}){4}$/)
    expect(username).toBe('wokafor')
    const phone = steps.openPhone()
    const answer = await phone.signIn({ username, password: words })
    expect(answer.status).toBe(201)
    const view = {
      username,
      restricted: true,
      firstName: 'Walter',
      idleEndsAt: service.clock.now + 15 * MINUTE_MS,
      endsAt: service.clock.now + 15 * MINUTE_MS,
    }
    expect(await answer.json()).toMatchObject(view)
    expect(phone.cookies.has('__Host-portico-known-fernwood')).toBe(false)
    service.clock.now += 14 * MINUTE_MS
    expect(await expectOk(phone.get(SESSION))).toMatchObject(view)
    await expectRefusal(await phone.get(HOME), 'password-due')
    await expectRefusal(await phone.post(`${SESSION}/stay`, {}), 'password-due')
    service.clock.now += MINUTE_MS
    await expectRefusal(await phone.get(SESSION), 'signed-out')
    await expectRefusal(await phone.change({ username, password: GOOD_PASSWORD }), 'signed-out')
  })

  test('every other page of the patient’s waits for the new password', async () => {
    const { words, username } = await steps.words(tab)
    const phone = await steps.visit(username, words)
    const open = ['POST', 'GET', 'DELETE'].map((method) => `${method} /:practice/api/portal/session`)
    const others = service.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/:practice/api/portal/'))
      .filter(({ path }) => !path.includes('activation') && !path.endsWith('/credentials'))
      .filter(({ method, path }) => !open.includes(`${method} ${path}`))
    expect(others.length).toBeGreaterThan(1)
    for (const { method, path } of others) {
      const address = path.replace(':practice', 'fernwood')
      const answer = method === 'GET' ? await phone.get(address) : await phone.post(address, {})
      await expectRefusal(answer, 'password-due')
    }
  })

  test('takes them as phones write them, and the name in any case', async () => {
    const { words, username } = await steps.words(tab)
    const [one = '', ...others] = words.split(' ')
    for (const typed of [
      `  ${words.toUpperCase()} `,
      `${one[0]?.toUpperCase()}${one.slice(1)}-${others.join('  ')}.`,
    ]) {
      const phone = steps.openPhone()
      await expectOk(phone.signIn({ username: username.toUpperCase(), password: typed }))
      expect((await phone.delete(SESSION)).status).toBe(204)
      await expectRefusal(await phone.get(SESSION), 'signed-out')
    }
  })

  test('wrong words, a name that nobody has and another practice are refused alike, with one hash each', async () => {
    const { words, username } = await steps.words(tab)
    const verify = vi.spyOn(service.wiring.hasher, 'verify')
    const phone = steps.openPhone()
    const answers = [
      await phone.signIn({ username, password: words.replace(/\w+$/, 'zzz') }),
      await phone.signIn({ username, password: words.split(' ').slice(1).join(' ') }),
      await phone.signIn({ username: 'nobody.at.all', password: words }),
      await phone.post('/harbor/api/portal/session', { username, password: words }),
    ]
    expect(verify).toHaveBeenCalledTimes(answers.length)
    const bodies = await Promise.all(answers.map((answer) => expectRefusal(answer, 'sign-in-refused')))
    expect(new Set(bodies.map(({ instance: _instance, ...body }) => JSON.stringify(body))).size).toBe(1)
  })

  test('strangers who guess are stopped, and a new password from staff lets the patient in again', async () => {
    const { username } = await steps.words(tab)
    for (let guess = 0; guess < 10; guess++)
      await steps.openPhone().signIn({ username, password: `guess number ${guess}` })
    const renewed = await steps.words(tab, { username })
    await steps.visit(username, renewed.words)
  })

  test.each([
    ['has died', { deceasedDateTime: '2026-11-22' }],
    [
      'went on under another record',
      { link: [{ type: 'replaced-by', other: { reference: 'Patient/other' } }] },
    ],
    ['was closed in the EMR', { active: false }],
  ] as const)('who %s since gets in no more, and cannot finish either', async (_what, change) => {
    const { words, username } = await steps.words(tab)
    const phone = await steps.visit(username, words)
    const patient = service.emr.fhir.read('Patient', PEOPLE.walter) as Patient
    service.emr.fhir.load([{ ...patient, ...change } as Patient])
    await expectRefusal(await steps.openPhone().signIn({ username, password: words }), 'sign-in-refused')
    await expectRefusal(await phone.change({ username, password: GOOD_PASSWORD }), 'signed-out')
    service.emr.fhir.load([patient])
    const { tries } = await service.store.db
      .selectFrom('ticket')
      .select('tries')
      .where('kind', '=', 'temporary')
      .where('used_at', 'is', null)
      .where('ended_at', 'is', null)
      .executeTakeFirstOrThrow()
    expect(tries).toBe(1)
  })

  test('an EMR that is away stops nobody who has the words', async () => {
    await open(PEOPLE.rosa)
    const { words, username } = await steps.words(tab)
    service.emr.misbehave({ kind: 'down', target: 'fhir' })
    const phone = await steps.visit(username, words)
    await expectOk(phone.change({ username, password: GOOD_PASSWORD }))
    service.emr.behave()
  })

  test('after 7 days they open nothing', async () => {
    const { words, username } = await steps.words(tab)
    service.clock.now += 8 * DAY_MS
    await expectRefusal(await steps.openPhone().signIn({ username, password: words }), 'sign-in-refused')
    expect(await steps.card(await service.launch(PEOPLE.walter))).toMatchObject({
      invitation: { kind: 'temporary-password', state: 'expired' },
    })
  })
})

describe('three visits', () => {
  beforeEach(() => open(PEOPLE.carmen))

  test('are all; the third may still finish, and staff see that the words are used up', async () => {
    const { words, username } = await steps.words(tab)
    await steps.visit(username, words)
    expect(await steps.card(tab)).toMatchObject({
      invitation: { state: 'live', openedAt: service.clock.now },
    })
    await steps.visit(username, words)
    const third = await steps.visit(username, words)
    await expectRefusal(await steps.openPhone().signIn({ username, password: words }), 'sign-in-refused')
    expect(await steps.card(tab)).toMatchObject({ state: 'invited', invitation: { state: 'ended' } })
    service.clock.now += 14 * MINUTE_MS
    await service.wiring.worker.drain()
    await expectOk(third.change({ username, password: GOOD_PASSWORD }))
    expect(await steps.card(tab)).toMatchObject({ state: 'active', account: { username } })
  })

  test('of eight at once three get in', async () => {
    await open(PEOPLE.piotr)
    const { words, username } = await steps.words(tab)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => steps.openPhone().signIn({ username, password: words })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
  })

  test('one that began in the last minute of the last day may finish too; then nothing readable stays', async () => {
    await open(PEOPLE.piotr)
    const { words, username } = await steps.words(tab)
    service.clock.now = dayEnds(service, 7) - MINUTE_MS
    const phone = await steps.visit(username, words)
    service.clock.now += 14 * MINUTE_MS
    await service.wiring.worker.drain()
    await expectOk(phone.change({ username, password: GOOD_PASSWORD }))
    const kept = await service.store.db
      .selectFrom('ticket')
      .select('id')
      .where('kind', '=', 'temporary')
      .where('payload_sealed', 'is not', null)
      .where('expires_at', '<=', service.clock.now)
      .execute()
    expect(kept).toEqual([])
  })
})
