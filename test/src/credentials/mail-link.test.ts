import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/clock.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, LETTER, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { dayEnds, MAIL_ONLY, NO_POSTMAN, stepsOf, WORDS, type Steps } from './steps.ts'

const { maria } = IDENTITY
const BOTH = { ...LETTER, mail: true }

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
})

const wrong = (identity: object) => ({ ...identity, birthDate: '1987-09-22' })

describe('what the question is asked with', () => {
  test('where the mail would go, or the first thing that stops it', async () => {
    expect(await expectOk(steps.offer(tab))).toEqual({
      mailTo: 'maria.nunez@mail.example',
      mailBar: null,
      passwordMailBar: 'password-not-mailed',
      suggestedUsername: 'maria.nunez@mail.example',
      activationUntil: dayEnds(service, 30),
      temporaryPasswordUntil: dayEnds(service, 7),
      activationMode: 'strong',
    })
    const walter = await service.launch(PEOPLE.walter)
    expect(await expectOk(steps.offer(walter))).toMatchObject({ mailTo: null, mailBar: 'no-trusted-email' })
    const piotr = await service.launch(PEOPLE.piotr)
    steps.trust(PEOPLE.piotr, 'piotr@mail.example')
    expect(await expectOk(steps.offer(piotr))).toMatchObject({ mailBar: 'not-allowed' })
  })

  test('a practice without a mail server, and one that insists on mailing passwords', async () => {
    const silent = await openService({ initial: { mailHost: null } })
    const there = stepsOf(silent)
    const launched = await silent.launch(PEOPLE.maria)
    await there.allow(launched)
    expect(await expectOk(there.offer(launched))).toMatchObject({ mailBar: 'no-server' })
    const refusal = await expectRefusal(await there.invite(launched, BOTH), 'mail-not-possible')
    expect(refusal['bar']).toBe('no-server')

    const insists = await openService({ initial: { ...NO_POSTMAN.initial, mailTemporaryPasswords: true } })
    const here = stepsOf(insists)
    const own = await insists.launch(PEOPLE.maria)
    await here.allow(own)
    expect(await expectOk(here.offer(own))).toMatchObject({ mailBar: null, passwordMailBar: null })
    const issued = await expectOk(here.invite(own, { ...WORDS, slip: false, mail: true }))
    expect(issued).toMatchObject({ slipUrl: null, mailedTo: 'maria.nunez@mail.example' })
    const [mail] = await here.mails()
    expect(mail).toMatchObject({ kind: 'temporary-password', to: 'maria.nunez@mail.example' })
    const words = /cinco palabras: ([a-z]+(?: [a-z]+){4})/.exec(mail?.text ?? '')?.[1]
    await expectOk(here.openPhone().signIn({ username: 'maria.nunez@mail.example', password: words }))
  })

  test('what cannot be mailed makes nothing, and the older letter stays good', async () => {
    const { portalId, code } = await service.inviteAndRead(tab)
    for (const [body, bar] of [
      [{ ...WORDS, mail: true }, 'password-not-mailed'],
      [{ ...WORDS, slip: false, mail: true }, 'password-not-mailed'],
    ] as const)
      expect(await expectRefusal(await steps.invite(tab, body), 'mail-not-possible')).toMatchObject({ bar })
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowEmail: false }))
    expect(await expectRefusal(await steps.invite(tab, BOTH), 'mail-not-possible')).toMatchObject({
      bar: 'not-allowed',
    })
    await expectOk(steps.openPhone().confirm({ portalId, code, ...maria }))
  })
})

describe('a mailed link', () => {
  test('asks for initials and birth date only, survives scanners, and goes with its letter', async () => {
    const issued = await expectOk(steps.invite(tab, MAIL_ONLY))
    expect(issued).toEqual({
      slipUrl: null,
      validUntil: dayEnds(service, 30),
      mailedTo: 'maria.nunez@mail.example',
    })
    const mail = (await steps.mails()).at(-1)
    expect(mail).toMatchObject({ kind: 'invitation', to: 'maria.nunez@mail.example' })
    expect(mail?.html).toContain(steps.linkIn(mail))
    const link = await steps.newestLink()
    const phone = steps.openPhone()
    for (const method of ['GET', 'HEAD', 'GET'])
      expect(
        (await service.app.request(`http://localhost:8080/fernwood/portal/activate?link=${link}`, { method }))
          .status,
      ).toBe(200)
    expect(await steps.card(tab)).toMatchObject({ state: 'invited', invitation: { openedAt: null } })

    const setup = await expectOk(phone.confirm({ link, ...maria }))
    expect(setup).toMatchObject({ firstName: 'Maria', suggestedUsername: 'maria.nunez@mail.example' })
    service.clock.now += MINUTE_MS
    const again = await expectOk(steps.openPhone().confirm({ link, ...maria }))
    expect(await steps.card(tab)).toMatchObject({
      invitation: { openedAt: service.clock.now - MINUTE_MS, mail: { state: 'waiting' } },
    })
    const chosen = { username: 'maria', password: GOOD_PASSWORD }
    const answers = await Promise.all(
      [setup, again].map(({ ticket }) => steps.openPhone().choose({ ...chosen, ticket })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 410]))
    await expectRefusal(await steps.openPhone().confirm({ link, ...maria }), 'no-match')
    const rows = await service.store.db
      .selectFrom('ticket')
      .select(['used_at', 'payload_sealed'])
      .where('kind', 'in', ['link', 'activation'])
      .where('used_at', 'is not', null)
      .execute()
    expect(rows).toEqual([
      { used_at: service.clock.now, payload_sealed: null },
      { used_at: service.clock.now, payload_sealed: null },
    ])
  })
})

describe('links of one letter', () => {
  const piotr = IDENTITY.piotr
  beforeEach(async () => {
    tab = await service.launch(PEOPLE.piotr)
    await steps.allow(tab, 'piotr@mail.example')
  })

  test('the fifth wrong try ends the link and not the letter; an unknown link looks the same', async () => {
    const { portalId, code } = await service.inviteAndRead(tab, BOTH)
    const link = await steps.newestLink()
    const refusals = []
    for (const one of [link, 'x'.repeat(43)]) {
      for (let day = 1; day <= 4; day++)
        refusals.push(
          await expectRefusal(
            await steps.openPhone().confirm({ link: one, ...piotr, birthDate: `1999-01-0${day}` }),
            'no-match',
          ),
        )
      refusals.push(
        await expectRefusal(
          await steps.openPhone().confirm({ link: one, ...piotr, birthDate: '1999-01-05' }),
          'too-many-tries',
        ),
      )
      service.clock.now += DAY_MS + 1
    }
    const [known, unknown] = [refusals.slice(0, 5), refusals.slice(5)].map((all) =>
      all.map(({ instance: _instance, ...body }) => body),
    )
    expect(known).toEqual(unknown)
    await expectRefusal(await steps.openPhone().confirm({ link, ...piotr }), 'no-match')
    await expectOk(steps.openPhone().confirm({ portalId, code, ...piotr }))
  })

  test('fifty guesses at once get five', async () => {
    await expectOk(steps.invite(tab, MAIL_ONLY))
    const link = await steps.newestLink()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        steps.openPhone().confirm({ link, ...piotr, birthDate: `19${10 + index}-02-02` }),
      ),
    )
    expect(answers.filter(({ status }) => status !== 429).length).toBeLessThanOrEqual(4)
    const rows = await service.store.db
      .selectFrom('ticket')
      .select(['tries', 'ended_at'])
      .where('kind', '=', 'link')
      .where('tries', '=', 5)
      .where('created_at', '=', service.clock.now)
      .execute()
    expect(rows).toEqual([{ tries: 5, ended_at: service.clock.now }])
  })

  test('it lives 7 days, the letter goes on; staff mail a new one, which ends the older', async () => {
    const { portalId, code } = await service.inviteAndRead(tab, BOTH)
    const first = await steps.newestLink()
    service.clock.now += 2 * DAY_MS
    const again = await expectOk(steps.mailAgain(await service.launch(PEOPLE.piotr)))
    expect(again).toMatchObject({ slipUrl: null, mailedTo: 'piotr@mail.example' })
    const second = await steps.newestLink()
    expect(second).not.toBe(first)
    expect((await steps.mails()).filter(({ to }) => to === 'piotr@mail.example').map(steps.linkIn)).toEqual([
      second,
    ])
    await expectRefusal(await steps.openPhone().confirm({ link: first, ...piotr }), 'no-match')
    service.clock.now = dayEnds(service, 7) - 1
    await expectOk(steps.openPhone().confirm({ link: second, ...piotr }))
    service.clock.now += 1
    await expectRefusal(await steps.openPhone().confirm({ link: second, ...piotr }), 'no-match')
    await expectOk(steps.openPhone().confirm({ portalId, code, ...piotr }))
  })

  test('it never outlives its letter', async () => {
    await service.inviteAndRead(tab)
    service.clock.now += 27 * DAY_MS
    await expectOk(steps.mailAgain(await service.launch(PEOPLE.piotr)))
    const link = await steps.newestLink()
    service.clock.now += 4 * DAY_MS
    await expectRefusal(await steps.openPhone().confirm({ link, ...piotr }), 'no-match')
  })

  test('a new letter, a cancelled one and a withdrawal end it at once, and its mail never goes', async () => {
    for (const end of [
      () => expectOk(steps.invite(tab, LETTER)),
      () => expectOk(steps.cancel(tab)),
      () => steps.withdraw(tab),
      () => expectOk(steps.invite(tab, WORDS)),
    ]) {
      await steps.allow(tab)
      await expectOk(steps.invite(tab, MAIL_ONLY))
      const link = await steps.newestLink()
      await end()
      expect((await steps.mails()).map(steps.linkIn)).not.toContain(link)
      await expectRefusal(await steps.openPhone().confirm({ link, ...wrong(piotr) }), 'no-match')
      await expectRefusal(await steps.openPhone().confirm({ link, ...piotr }), 'no-match')
      service.clock.now += DAY_MS
      tab = await service.launch(PEOPLE.piotr)
    }
  })

  test('another practice does not know it, and one form holds one way in', async () => {
    await expectOk(steps.invite(tab, MAIL_ONLY))
    const link = await steps.newestLink()
    const harbor = '/harbor/api/portal/activation'
    await expectRefusal(await service.openBrowser().post(harbor, { link, ...piotr }), 'no-match')
    for (const body of [{ ...piotr }, { link, portalId: '123456', ...piotr }, { link: 'short', ...piotr }])
      await expectRefusal(await steps.openPhone().confirm(body), 'invalid-request')
    await expectOk(steps.openPhone().confirm({ link, ...piotr }))
  })

  test('a withdrawal between the link and the password stops the page', async () => {
    await expectOk(steps.invite(tab, MAIL_ONLY))
    const phone = steps.openPhone()
    const { ticket } = await expectOk(phone.confirm({ link: await steps.newestLink(), ...piotr }))
    await steps.withdraw(tab)
    const chosen = { ticket, username: 'piotr', password: GOOD_PASSWORD }
    await expectRefusal(await phone.choose(chosen), 'ticket-ended')
  })
})

describe('mailing again', () => {
  beforeEach(async () => {
    tab = await service.launch(PEOPLE.carmen)
    await steps.allow(tab, 'carmen@mail.example')
  })

  test('a double click mails once', async () => {
    await expectOk(steps.invite(tab, LETTER))
    const key = crypto.randomUUID()
    await Promise.all([steps.mailAgain(tab, key), steps.mailAgain(tab, key)])
    await expectOk(steps.mailAgain(tab, key))
    expect((await steps.mails()).filter(({ to }) => to === 'carmen@mail.example')).toHaveLength(1)
  })

  test('it goes to the address that the chart trusts today', async () => {
    await expectOk(steps.invite(tab, MAIL_ONLY))
    steps.trust(PEOPLE.carmen, 'new@mail.example')
    expect(await expectOk(steps.mailAgain(tab))).toMatchObject({ mailedTo: 'new@mail.example' })
  })

  test('not when nothing waits, when e-mail is off, for a temporary password, or for somebody who has died', async () => {
    await expectOk(steps.cancel(tab))
    await expectRefusal(await steps.mailAgain(tab), 'ticket-ended')
    await expectOk(steps.invite(tab, WORDS))
    const words = await expectRefusal(await steps.mailAgain(tab), 'mail-not-possible')
    expect(words['bar']).toBe('password-not-mailed')
    await expectOk(steps.invite(tab, LETTER))
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowEmail: false }))
    expect(await expectRefusal(await steps.mailAgain(tab), 'mail-not-possible')).toMatchObject({
      bar: 'not-allowed',
    })
    await steps.allow(tab)
    const patient = service.emr.fhir.read('Patient', PEOPLE.carmen)
    if (patient?.resourceType !== 'Patient') throw new Error('Carmen is missing')
    service.emr.fhir.load([{ ...patient, deceasedBoolean: true }])
    await expectRefusal(await steps.mailAgain(tab), 'not-eligible')
    service.emr.fhir.load([patient])
  })
})

test('in classic mode the link works for 7 days too, without portal ID', async () => {
  const classic = await openService({ ...NO_POSTMAN, settings: { activationMode: 'classic' } })
  const there = stepsOf(classic)
  const launched = await classic.launch(PEOPLE.maria)
  await there.allow(launched)
  await expectOk(there.invite(launched, MAIL_ONLY))
  await expectOk(there.openPhone().confirm({ link: await there.newestLink(), ...maria }))
})

describe('once the patient is to get no e-mail, or at another address', () => {
  const saveTrusted = (from: string, to: string | null) =>
    expectOk(tab.browser.put(`${tab.api}/access`, { contacts: { trustedEmail: { from, to } } }))
  const isWaiting = async (to: string) => (await steps.mails()).some((mail) => mail.to === to)

  test('a "no" ends the link and takes the mail back; the letter stays good, and can be mailed again', async () => {
    const { walter } = IDENTITY
    tab = await service.launch(PEOPLE.walter)
    await steps.allow(tab, 'walter@mail.example')
    const { portalId, code } = await service.inviteAndRead(tab, BOTH)
    const link = await steps.newestLink()
    const before = (await steps.mails()).length
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowEmail: false }))
    expect(await steps.mails()).toHaveLength(before - 1)
    await expectRefusal(await steps.openPhone().confirm({ link, ...walter }), 'no-match')
    await expectOk(steps.openPhone().confirm({ portalId, code, ...walter }))
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowEmail: true }))
    await expectOk(steps.mailAgain(tab))
    await expectOk(steps.openPhone().confirm({ link: await steps.newestLink(), ...walter }))
  })

  test('another address ends what went to the older one, and the welcome goes to it', async () => {
    const { piotr } = IDENTITY
    tab = await service.launch(PEOPLE.piotr)
    await steps.allow(tab, 'old@mail.example')
    const { portalId, code } = await service.inviteAndRead(tab, BOTH)
    const link = await steps.newestLink()
    await saveTrusted('old@mail.example', 'new@mail.example')
    expect(await isWaiting('old@mail.example')).toBe(false)
    await expectRefusal(await steps.openPhone().confirm({ link, ...piotr }), 'no-match')
    const phone = steps.openPhone()
    const { ticket } = await expectOk(phone.confirm({ portalId, code, ...piotr }))
    await expectOk(phone.choose({ ticket, username: 'piotr.new', password: GOOD_PASSWORD }))
    expect((await steps.mails()).at(-1)).toMatchObject({ kind: 'welcome', to: 'new@mail.example' })
  })

  test('after a temporary password too, and nowhere when there is none any more', async () => {
    tab = await service.launch(PEOPLE.walter)
    await steps.allow(tab, 'walter@mail.example')
    const { username, words } = await steps.words(tab)
    const phone = await steps.visit(username, words)
    await saveTrusted('walter@mail.example', null)
    const before = await steps.mails()
    await expectOk(phone.change({ username: 'walter.own', password: GOOD_PASSWORD }))
    expect(await steps.mails()).toEqual(before)
  })
})
