import type { Patient } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/clock.ts'
import { MARK } from '../../support/chart.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { dayEnds } from './steps.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const CONFIRM = '/fernwood/api/portal/activation'
const CHOOSE = '/fernwood/api/portal/activation/credentials'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

const invite = async (patient: string) => service.inviteAndRead(await service.launch(patient))
/** Each test comes from an address of its own, so that limits per address do not meet. */
let lastHost = 0
const openPhone = () => {
  const phone = service.openBrowser()
  const from = { 'x-forwarded-for': `203.0.113.${(lastHost += 1)}` }
  return {
    ...phone,
    confirm: (body: object) => phone.post(CONFIRM, body, from),
    choose: (body: object) => phone.post(CHOOSE, body, from),
  }
}

describe('confirming an activation', () => {
  test('spaces, dashes, lower case and the letters as typed are forgiven', async () => {
    const { portalId, code } = await invite(PEOPLE.piotr)
    const typed = {
      portalId: `${portalId.slice(0, 3)} ${portalId.slice(3)}`,
      code: `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase(),
    }
    const answer = await expectOk(openPhone().confirm({ ...typed, ...IDENTITY.piotr }))
    expect(answer).toMatchObject({ firstName: 'Piotr', suggestedUsername: 'płukasiewicz' })
  })

  test('each wrong part is refused alike, and so is a portal ID that nobody has', async () => {
    const { portalId, code } = await invite(PEOPLE.maria)
    const right = { portalId, code, ...IDENTITY.maria }
    const { code: _, ...withoutCode } = right
    const wrong = [
      { ...right, code: code === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA' },
      { ...right, firstInitial: 'X' },
      { ...right, birthDate: '1987-09-22' },
      withoutCode,
    ]
    const phone = openPhone()
    const bodies = []
    for (const body of wrong) bodies.push(await expectRefusal(await phone.confirm(body), 'no-match'))
    const unknown = {
      ...right,
      portalId: String((Number(portalId) + 1) % 1_000_000).padStart(6, '0'),
      firstInitial: 'Z',
    }
    bodies.push(await expectRefusal(await openPhone().confirm(unknown), 'no-match'))
    const comparable = bodies.map(({ instance: _instance, ...body }) => body)
    expect(new Set(comparable.map((body) => JSON.stringify(body))).size).toBe(1)
    // Four failures are behind the letter; the right details still open it, and success is not counted.
    await expectOk(phone.confirm(right))
  })

  test('the fifth wrong try ends the letter for good; the right details then help no more', async () => {
    const { portalId, code } = await invite(PEOPLE.carmen)
    const right = { portalId, code, firstInitial: 'C', lastInitial: 'D', birthDate: '1964-07-22' }
    const phone = openPhone()
    for (let failure = 1; failure <= 4; failure++)
      await expectRefusal(await phone.confirm({ ...right, code: 'AAAAAAAA' }), 'no-match')
    await expectRefusal(await phone.confirm({ ...right, code: 'AAAAAAAA' }), 'too-many-tries')
    await expectRefusal(await phone.confirm(right), 'too-many-tries')
    const tab = await service.launch(PEOPLE.carmen)
    expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({
      invitation: { state: 'ended' },
    })
    const renewed = await service.inviteAndRead(tab)
    await expectOk(phone.confirm({ ...right, portalId: renewed.portalId, code: renewed.code }))
  })

  test('an unknown portal ID stops after five tries like a known one', async () => {
    const body = {
      portalId: '000000',
      code: 'AAAAAAAA',
      firstInitial: 'Q',
      lastInitial: 'Q',
      birthDate: '1970-01-01',
    }
    for (let failure = 1; failure <= 4; failure++)
      await expectRefusal(await openPhone().confirm(body), 'no-match')
    await expectRefusal(await openPhone().confirm(body), 'too-many-tries')
  })

  test('somebody who knows name and birth date cannot walk through all portal IDs', async () => {
    const typed = { code: 'AAAAAAAA', firstInitial: 'K', lastInitial: 'K', birthDate: '1960-02-03' }
    for (let failure = 1; failure <= 4; failure++)
      await expectRefusal(await openPhone().confirm({ ...typed, portalId: `00001${failure}` }), 'no-match')
    await expectRefusal(await openPhone().confirm({ ...typed, portalId: '000015' }), 'too-many-tries')
    await expectRefusal(await openPhone().confirm({ ...typed, portalId: '000016' }), 'too-many-tries')
  })

  test('fifty guesses at once get five tries, and the letter is dead after them', async () => {
    const { portalId } = await invite(PEOPLE.noPhone)
    const guess = { portalId, code: 'AAAAAAAA', firstInitial: 'S', lastInitial: 'A', birthDate: '1990-01-01' }
    await Promise.all(Array.from({ length: 50 }, () => openPhone().confirm(guess)))
    const ticket = await service.store.db
      .selectFrom('ticket')
      .innerJoin('account_patient', 'account_patient.account_id', 'ticket.account_id')
      .select(['tries', 'ended_at'])
      .where('account_patient.patient_id', '=', PEOPLE.noPhone)
      .where('kind', '=', 'activation')
      .executeTakeFirstOrThrow()
    expect(ticket).toEqual({ tries: 5, ended_at: service.clock.now })
  })

  test('twins with the same initials and birth date open each their own portal', async () => {
    const [lena, luca] = [await invite(PEOPLE.twinA), await invite(PEOPLE.twinB)]
    for (const [slip, name, username] of [
      [lena, 'Lena', 'lena'],
      [luca, 'Luca', 'luca'],
    ] as const) {
      const phone = openPhone()
      const { portalId, code } = slip
      const setup = await expectOk(phone.confirm({ portalId, code, ...IDENTITY.lena }))
      expect(setup['firstName']).toBe(name)
      await expectOk(phone.choose({ ticket: setup['ticket'], username, password: GOOD_PASSWORD }))
      expect(await expectOk(phone.get('/fernwood/api/portal/home'))).toMatchObject({
        profile: { firstName: name },
      })
    }
    await expectRefusal(
      await openPhone().confirm({ portalId: lena.portalId, code: luca.code, ...IDENTITY.lena }),
      'no-match',
    )
  })

  test('a new letter ends the older one at once; an old letter ends by itself', async () => {
    const tab = await service.launch(PEOPLE.xiaoming)
    const first = await service.inviteAndRead(tab)
    const second = await service.inviteAndRead(tab)
    const identity = { firstInitial: '小', lastInitial: '王', birthDate: '1990-06-18' }
    await expectRefusal(
      await openPhone().confirm({ portalId: first.portalId, code: first.code, ...identity }),
      'no-match',
    )
    await expectOk(openPhone().confirm({ portalId: second.portalId, code: second.code, ...identity }))
    service.clock.now += 31 * DAY_MS
    await expectRefusal(
      await openPhone().confirm({ portalId: second.portalId, code: second.code, ...identity }),
      'no-match',
    )
    service.clock.now -= 31 * DAY_MS
  })
})

describe('choosing username and password', () => {
  async function confirmed(patient: string, identity: object) {
    const { portalId, code } = await invite(patient)
    const phone = openPhone()
    const setup = await expectOk(phone.confirm({ portalId, code, ...identity }))
    return { phone, ticket: setup['ticket'] as string, portalId, code, suggested: setup['suggestedUsername'] }
  }
  const ANDRES = { firstInitial: 'A', lastInitial: 'N', birthDate: '1985-02-11' }
  const JAMES = { firstInitial: 'J', lastInitial: 'W', birthDate: '1979-01-16' }
  const ROSA = { firstInitial: 'R', lastInitial: 'N', birthDate: '1955-01-30' }

  test('a weak password, a taken or odd username cost nothing: the ticket stays good', async () => {
    const { phone, ticket } = await confirmed(PEOPLE.rosa, ROSA)
    const choose = (password: string, username = 'rosa.nunez') => phone.choose({ ticket, username, password })
    expect(await expectRefusal(await choose('too short'), 'weak-password')).toMatchObject({
      reason: 'short',
      missing: 6,
    })
    expect(await expectRefusal(await choose('RosaNuñez19550130'), 'weak-password')).toMatchObject({
      reason: 'context',
    })
    expect(await expectRefusal(await choose('passwordpassword1'), 'weak-password')).toMatchObject({
      reason: 'common',
    })
    expect(await expectRefusal(await choose('x'.repeat(200)), 'weak-password')).toMatchObject({
      reason: 'long',
    })
    await expectRefusal(await choose(GOOD_PASSWORD, 'rosa nunez <b>'), 'invalid-request')
    const taken = await expectRefusal(await choose(GOOD_PASSWORD, 'LENA'), 'username-taken')
    expect(taken['suggestion']).toMatch(/^rnúñez/)
    await expectOk(choose(GOOD_PASSWORD))
    await expectRefusal(await choose(GOOD_PASSWORD, 'rosa2'), 'already-active')
  })

  test('a set-up page tells of no more than ten names in a quarter of an hour whether somebody has them', async () => {
    const { phone, ticket } = await confirmed(PEOPLE.sameNameA, JAMES)
    const choose = (username: string) => phone.choose({ ticket, username, password: GOOD_PASSWORD })
    const asked = await Promise.all(Array.from({ length: 12 }, () => choose('lena')))
    const taken = asked.filter(({ status }) => status === 409)
    expect([taken.length, asked.filter(({ status }) => status === 429).length]).toEqual([10, 2])
    await expectRefusal(await choose('free.name'), 'too-many-tries')
  })

  test('of two browsers with one letter exactly one gets in', async () => {
    const aiko = { firstInitial: 'A', lastInitial: 'T', birthDate: '1958-10-09' }
    const { portalId, code, phone: one, ticket: first } = await confirmed(PEOPLE.mergedInto, aiko)
    const other = openPhone()
    const second = (await expectOk(other.confirm({ portalId, code, ...aiko })))['ticket']
    const answers = await Promise.all([
      one.choose({ ticket: first, username: 'aiko.one', password: GOOD_PASSWORD }),
      other.choose({ ticket: second, username: 'aiko.two', password: GOOD_PASSWORD }),
    ])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 410]))
  })

  test('a phone that dies before the password leaves the letter good; the page itself ends after 15 minutes', async () => {
    const suharti = { firstInitial: 'S', lastInitial: 'S', birthDate: '1979-12-05' }
    const { phone, ticket, portalId, code } = await confirmed(PEOPLE.mononym, suharti)
    service.clock.now += 16 * MINUTE_MS
    const chosen = { username: 'suharti', password: GOOD_PASSWORD }
    await expectRefusal(await phone.choose({ ticket, ...chosen }), 'ticket-ended')
    const again = await expectOk(openPhone().confirm({ portalId, code, ...suharti }))
    await expectOk(openPhone().choose({ ticket: again['ticket'], ...chosen }))
  })

  test('an address that a family shares is nobody’s username unless it is trusted, and the EHR may be away meanwhile', async () => {
    const maria = await confirmed(PEOPLE.maria, IDENTITY.maria)
    expect(maria.suggested).toBe('maria.nunez@mail.example')
    service.emr.misbehave({ kind: 'down', target: 'fhir' })
    const shared = { username: 'familia.nunez@mail.example', password: GOOD_PASSWORD }
    await expectOk(maria.phone.choose({ ticket: maria.ticket, ...shared }))
    const home = await expectOk(maria.phone.get('/fernwood/api/portal/home'))
    expect(home).toMatchObject({ firstName: 'Maria', chart: 'unavailable', profile: null })
    service.emr.behave()
    const andres = await confirmed(PEOPLE.andres, ANDRES)
    expect(andres.suggested).toBe('anúñez')
    const trusted = { value: shared.username, system: 'email' as const, extension: [MARK] }
    const chart = service.emr.fhir.read('Patient', PEOPLE.andres) as Patient
    service.emr.fhir.load([{ ...chart, telecom: [trusted] }])
    expect((await confirmed(PEOPLE.andres, ANDRES)).suggested).toBe('familia.nunez2')
  })
})

test('classic mode needs no code', async () => {
  const classic = await openService({ settings: { activationMode: 'classic' } })
  const slip = await classic.inviteAndRead(await classic.launch(PEOPLE.walter))
  expect(slip.code).toBeNull()
  expect(slip.validUntil).toBe(dayEnds(classic, 14))
  const confirm = classic.openBrowser().post(CONFIRM, { portalId: slip.portalId, ...IDENTITY.walter })
  expect(await expectOk(confirm)).toMatchObject({ firstName: 'Walter' })
})
