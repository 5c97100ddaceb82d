import { beforeAll, expect, test, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import { GOOD_PASSWORD, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, LETTER, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { HOME, NO_POSTMAN, SESSION, stepsOf, WORDS, type Steps } from './steps.ts'

const ANOTHER = 'three violet anchors sleeping'

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

test('what is weak, taken or oddly written costs nothing', async () => {
  await open(PEOPLE.piotr)
  await steps.words(tab, { username: 'piotr' })
  await open(PEOPLE.rosa)
  const { words, username } = await steps.words(tab)
  const phone = await steps.visit(username, words)
  const change = (password: string, name = username) => phone.change({ username: name, password })
  for (const [password, reason] of [
    ['too short', 'short'],
    ['RosaNuñez19550130', 'context'],
    ['passwordpassword1', 'common'],
    [words, 'temporary'],
    [words.replaceAll(' ', '-').toUpperCase(), 'temporary'],
  ] as const)
    expect(await expectRefusal(await change(password), 'weak-password')).toMatchObject({ reason })
  await expectRefusal(await change(GOOD_PASSWORD, 'rosa <b>'), 'invalid-request')
  const taken = await expectRefusal(await change(GOOD_PASSWORD, 'PIOTR'), 'username-taken')
  expect(taken['suggestion']).toBe(username)
  await expectOk(change(GOOD_PASSWORD))
})

test('ten names of other people, or ten guesses at the words, in a quarter of an hour are all', async () => {
  await open(PEOPLE.sameNameA)
  const { words, username } = await steps.words(tab)
  const phone = await steps.visit(username, words)
  const ask = (name: string, password = GOOD_PASSWORD) => phone.change({ username: name, password })
  const compare = vi.spyOn(service.wiring.hasher, 'verify')
  for (let look = 0; look < 30; look++) await expectRefusal(await ask('piotr', 'too short'), 'weak-password')
  expect(compare).not.toHaveBeenCalled()
  const asked = await Promise.all(Array.from({ length: 9 }, () => ask('piotr')))
  for (const answer of asked) await expectRefusal(answer, 'username-taken')
  expect(await expectRefusal(await ask('free', words), 'weak-password')).toMatchObject({
    reason: 'temporary',
  })
  for (const name of ['piotr', 'free']) {
    const stopped = await ask(name)
    expect(stopped.headers.get('retry-after')).toBe('900')
    await expectRefusal(stopped, 'too-many-tries')
  }
  compare.mockRestore()
  service.clock.now += 15 * MINUTE_MS
  const again = await steps.visit(username, words)
  await expectOk(again.change({ username: 'free', password: GOOD_PASSWORD }))
})

test('opens the account under a new token, tells the patient by mail, and ends the words', async () => {
  await open(PEOPLE.maria)
  await steps.allow(tab)
  const { words } = await steps.words(tab, { username: 'maria' })
  const [phone, other] = [await steps.visit('maria', words), await steps.visit('maria', words)]
  const old = phone.cookies.get('__Host-portico-patient-fernwood')
  const changed = await phone.change({ username: 'maria.n', password: GOOD_PASSWORD })
  expect(changed.status).toBe(201)
  expect(await changed.json()).toMatchObject({ username: 'maria.n', restricted: false, firstName: null })
  expect(phone.cookies.get('__Host-portico-patient-fernwood')).not.toBe(old)
  expect(await expectOk(phone.get(HOME))).toMatchObject({ firstName: 'Maria', username: 'maria.n' })
  await expectRefusal(await other.get(SESSION), 'signed-out')
  const replayed = steps.openPhone()
  replayed.cookies.set('__Host-portico-patient-fernwood', old ?? '')
  await expectRefusal(await replayed.get(SESSION), 'signed-out')
  for (const name of ['maria', 'maria.n'])
    await expectRefusal(
      await steps.openPhone().signIn({ username: name, password: words }),
      'sign-in-refused',
    )
  await expectOk(steps.openPhone().signIn({ username: 'Maria.N', password: GOOD_PASSWORD }))
  expect((await steps.mails()).at(-1)).toMatchObject({ kind: 'welcome', to: 'maria.nunez@mail.example' })
  const trail = await service.store.db
    .selectFrom('audit')
    .select('action')
    .where('patient_id', '=', PEOPLE.maria)
    .where('actor', 'like', 'account/%')
    .execute()
  expect(trail.map(({ action }) => action).toSorted()).toEqual([
    'credentials.changed',
    'profile.read',
    'session.restricted',
    'session.restricted',
  ])
})

test('a lost answer is given again, cookie and all', async () => {
  await open(PEOPLE.xiaoming)
  const { words, username } = await steps.words(tab)
  const phone = await steps.visit(username, words)
  const [key, body] = [crypto.randomUUID(), { username, password: ANOTHER }]
  const stale = new Map(phone.cookies)
  const first = await expectOk(phone.change(body, key))
  for (const [name, value] of stale) phone.cookies.set(name, value)
  expect(await expectOk(phone.change(body, key))).toEqual(first)
  await expectOk(phone.get(HOME))
  await expectRefusal(await phone.change({ ...body, username: 'x.y.z' }, key), 'idempotency-mismatch')
})

test('of two phones at once exactly one gets in', async () => {
  await open(PEOPLE.mononym)
  const { words, username } = await steps.words(tab)
  const phones = [await steps.visit(username, words), await steps.visit(username, words)]
  const answers = await Promise.all(
    phones.map((phone, index) => phone.change({ username: `suharti.${index}`, password: GOOD_PASSWORD })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 401]))
  const sessions = await service.store.db
    .selectFrom('session')
    .innerJoin('account_patient', 'account_patient.account_id', 'session.subject_id')
    .select('session.kind')
    .where('account_patient.patient_id', '=', PEOPLE.mononym)
    .execute()
  expect(sessions).toEqual([{ kind: 'patient' }])
})

test('staff who withdraw, cancel, or make another way in meanwhile have decided', async () => {
  for (const decide of [
    () => steps.withdraw(tab),
    () => expectOk(steps.cancel(tab)),
    () => expectOk(steps.invite(tab, LETTER)),
    () => expectOk(steps.invite(tab, WORDS)),
  ]) {
    await open(PEOPLE.twinA)
    const { words, username } = await steps.words(tab)
    const phone = await steps.visit(username, words)
    await decide()
    await expectRefusal(await phone.get(SESSION), 'signed-out')
    await expectRefusal(await phone.change({ username, password: GOOD_PASSWORD }), 'signed-out')
    await expectRefusal(await steps.openPhone().signIn({ username, password: words }), 'sign-in-refused')
  }
})

test('a withdrawal at the very moment leaves nobody inside', async () => {
  for (let round = 0; round < 3; round++) {
    await open(PEOPLE.twinB)
    const { words, username } = await steps.words(tab)
    const phone = await steps.visit(username, words)
    const [changed] = await Promise.all([
      phone.change({ username, password: GOOD_PASSWORD }),
      steps.withdraw(tab),
    ])
    await expectRefusal(await phone.get(HOME), 'signed-out')
    if (changed.status === 201) return
    expect(changed.status).toBe(401)
  }
})

test('another way in at the very moment ends in an account or in a letter, never in both', async () => {
  for (let round = 0; round < 3; round++) {
    await open(PEOPLE.noPhone)
    const { words, username } = await steps.words(tab)
    const phone = await steps.visit(username, words)
    const [changed, invited] = await Promise.all([
      phone.change({ username, password: GOOD_PASSWORD }),
      steps.invite(tab, LETTER),
    ])
    expect([
      [201, 409],
      [401, 201],
    ]).toContainEqual([changed.status, invited.status])
    if (changed.status === 201) return
  }
})

test('cancelling reaches the third visit too, though its words are used up', async () => {
  await open(PEOPLE.twinA)
  const { words, username } = await steps.words(tab)
  const phones = []
  for (let number = 1; number <= 3; number++) phones.push(await steps.visit(username, words))
  await expectOk(steps.cancel(tab))
  await expectOk(steps.cancel(tab))
  for (const phone of phones)
    await expectRefusal(await phone.change({ username, password: GOOD_PASSWORD }), 'signed-out')
  const trail = await service.store.db
    .selectFrom('audit')
    .select('id')
    .where('patient_id', '=', PEOPLE.twinA)
    .where('action', '=', 'invitation.cancelled')
    .where('at', '=', service.clock.now)
    .execute()
  expect(trail).toHaveLength(1)
})

test('without a session of that kind there is nothing to change', async () => {
  const stranger = steps.openPhone()
  const body = { username: 'somebody', password: GOOD_PASSWORD }
  await expectRefusal(await stranger.change(body), 'signed-out')
  stranger.cookies.set('__Host-portico-patient-fernwood', 'x'.repeat(43))
  await expectRefusal(await stranger.change(body), 'signed-out')
  const signedIn = steps.openPhone()
  await expectOk(signedIn.signIn({ username: 'maria.n', password: GOOD_PASSWORD }))
  await expectRefusal(await signedIn.change(body), 'signed-out')
  await expectRefusal(await signedIn.put('/fernwood/api/portal/credentials', body), 'invalid-request')
})
