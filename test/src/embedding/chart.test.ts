import type { Patient, Provenance } from '@medplum/fhirtypes'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import { chartContext } from '../../../src/embedding/chart-context.ts'
import { HOME, MAIL } from '../../support/chart.ts'
import { createHost, type EmbeddedPage, openEmbedded, type TestHost } from '../../support/host.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../../support/service.ts'

const PIOTR = { patient: PEOPLE.piotr }
const EDIT = { contacts: { contactEmail: { from: null, to: MAIL.value } } }
const host: TestHost = await createHost()

let service: TestService
/** Whose tokens reached the EMR's FHIR server, and how. */
let seen: { method: string; type: string; token: string }[]
beforeEach(async () => {
  await open()
})
afterEach(() => service.emr.behave())

async function open(options: Parameters<typeof openService>[0] = {}) {
  service = await openService({ hosts: [host], ...options })
  seen = []
  const { fetch: real } = service.emr
  service.emr.fetch = async (input, init) => {
    const request = new Request(input, init)
    const [, type = ''] = /\/fhir\/([A-Z]\w+)/.exec(request.url) ?? []
    const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
    if (type !== '') seen.push({ method: request.method, type, token })
    return real(request)
  }
  const chart = service.emr.fhir.read('Patient', PEOPLE.piotr) as Patient
  service.emr.fhir.load([{ ...chart, telecom: [HOME] }])
}

const card = (page: EmbeddedPage) => expectOk(page.call('GET', `${page.chart}/access`))
const save = (page: EmbeddedPage, body: unknown = EDIT) => page.call('PUT', `${page.chart}/access`, body)
const telecom = () => (service.emr.fhir.read('Patient', PEOPLE.piotr) as Patient).telecom
const provenances = () => service.emr.fhir.search('Provenance', '') as Provenance[]

/** The EHR token that a launch brought. */
async function tokenOf({ launch }: LaunchedTab) {
  const { access_sealed } = await service.store.db
    .selectFrom('launch')
    .innerJoin('ehr_token', 'ehr_token.id', 'launch.ehr_token_id')
    .select('access_sealed')
    .where('launch.id', '=', launch)
    .executeTakeFirstOrThrow()
  return service.wiring.keyring.open(access_sealed, 'ehr-token fernwood')
}

const signOut = ({ browser, launch }: LaunchedTab) => browser.delete(`/fernwood/api/staff/launches/${launch}`)

/** An EHR token of the front desk's own, as the EMR itself would hand it to its backend. */
async function ownToken() {
  const tab = await service.launch(PEOPLE.piotr)
  const token = await tokenOf(tab)
  await signOut(tab)
  return token
}

async function trail() {
  const rows = await service.store.db
    .selectFrom('audit')
    .select(['actor', 'action', 'outcome', 'detail'])
    .where('action', 'in', ['contacts.changed', 'provenance.failed'])
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as object }))
}

describe('the chart is reached', () => {
  test('by the practice’s service where there is nothing else: it reads, and changes nothing', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ patient: { firstName: 'Piotr' }, may: { edit: 'no' } })
    await expectRefusal(await save(page), 'ehr-refused')
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET'])
    expect(telecom()).toEqual([HOME])
  })

  test('by the token that the host sent, before all others', async () => {
    const token = await ownToken()
    const launched = await tokenOf(await service.launch(PEOPLE.piotr))
    seen.length = 0
    const page = await openEmbedded(service, host, PIOTR, { ehr_access_token: token })
    expect(await card(page)).toMatchObject({ may: { edit: 'chart' } })
    await expectOk(save(page))
    expect(telecom()).toEqual([HOME, MAIL])
    expect(new Set(seen.map((call) => call.token))).toEqual(new Set([token]))
    expect(seen.map(({ method, type }) => `${method} ${type}`)).not.toContain('POST Provenance')
    expect(launched).not.toBe(token)
    expect((await trail()).map(({ detail }) => detail)).toEqual([{ fields: 'contactEmail' }])
  })

  test('by the token that the host sent, as far as it says that it goes', async () => {
    const form = { ehr_access_token: await ownToken(), ehr_scope: 'user/Patient.rs' }
    const page = await openEmbedded(service, host, PIOTR, form)
    expect(await card(page)).toMatchObject({ may: { edit: 'no' } })
    await expectRefusal(await save(page), 'ehr-refused')
  })

  test('by the newest launch of the same person, while that lives', async () => {
    const first = await service.launch(PEOPLE.maria)
    service.clock.now += 1000
    const second = await service.launch(PEOPLE.maria, { browser: first.browser })
    const tokens = [await tokenOf(first), await tokenOf(second)]
    seen.length = 0
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ may: { edit: 'chart' } })
    await expectOk(save(page))
    expect(new Set(seen.map(({ token }) => token))).toEqual(new Set([tokens[1]]))
    await signOut(second)
    expect(await card(page)).toMatchObject({ may: { edit: 'no' } })
    expect(tokens).not.toContain(seen.at(-1)?.token)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['of somebody else', async () => service.launch(PEOPLE.piotr, { user: 'administrator' })],
    [
      'whose session has been idle for long',
      async () => {
        await service.launch(PEOPLE.piotr)
        service.clock.now += 16 * MINUTE_MS
      },
    ],
    [
      'whose token is over and cannot be renewed',
      async () => {
        await service.launch(PEOPLE.piotr)
        const over = { expires_at: service.clock.now, refresh_sealed: null }
        await service.store.db.updateTable('ehr_token').set(over).execute()
      },
    ],
    [
      'that reaches another patient only',
      async () => {
        await service.launch(PEOPLE.maria)
        await service.store.db.updateTable('ehr_token').set({ scope: 'patient/Patient.rus' }).execute()
      },
    ],
  ])('not by a launch %s', async (_, prepare) => {
    await prepare()
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ may: { edit: 'no' } })
  })

  test('another way at the next call, once the EMR no longer takes a launch’s token', async () => {
    const tab = await service.launch(PEOPLE.piotr)
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ may: { edit: 'chart' } })
    service.emr.misbehave({ kind: '401', target: 'fhir', times: 1 })
    await expectRefusal(await page.call('GET', `${page.chart}/access`), 'ehr-session-ended')
    expect(await card(page)).toMatchObject({ patient: { firstName: 'Piotr' } })
    await expectRefusal(await tab.browser.get(`/fernwood/api/staff/launches/${tab.launch}`), 'launch-ended')
  })

  test('another way at the next call, once the EMR no longer takes the token that the host sent', async () => {
    const page = await openEmbedded(service, host, PIOTR, { ehr_access_token: 'a-token-that-is-dead' })
    const read = () => page.call('GET', `${page.chart}/access`)
    await expectRefusal(await read(), 'ehr-session-ended')
    for (const again of [await read(), await read()])
      expect(await expectOk(again)).toMatchObject({ patient: { firstName: 'Piotr' }, may: { edit: 'no' } })
    expect(seen.filter(({ token }) => token === 'a-token-that-is-dead')).toHaveLength(1)
  })

  test('not by a token that the host sent and that reads no patient', async () => {
    const form = { ehr_access_token: await ownToken(), ehr_scope: 'openid fhirUser' }
    const page = await openEmbedded(service, host, PIOTR, form)
    expect(await card(page)).toMatchObject({ patient: { firstName: 'Piotr' }, may: { edit: 'no' } })
    expect(seen.map(({ token }) => token)).not.toContain(form.ehr_access_token)
  })

  test('not by a token that the host sent and that is over', async () => {
    const token = await ownToken()
    const page = await openEmbedded(service, host, PIOTR, { ehr_access_token: token })
    await service.store.db.updateTable('ehr_token').set({ expires_at: service.clock.now }).execute()
    expect(await card(page)).toMatchObject({ may: { edit: 'no' } })
    expect(seen.map((call) => call.token)).not.toContain(token)
  })

  test('or it is not, and a "no" holds all the same', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    await expectOk(save(page, { allowPortal: true }))
    service.emr.misbehave({ kind: 'down', target: 'fhir' })
    await expectRefusal(await save(page, { allowPortal: false }), 'ehr-unavailable')
    service.emr.behave()
    expect(await card(page)).toMatchObject({ allowed: null })
  })
})

test('a "no" waits two seconds for an EMR that is away, and no longer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const asked = Promise.withResolvers<void>()
  const serviceScopeOf = () => {
    asked.resolve()
    return new Promise<never>(() => {})
  }
  const who = { practiceId: 'fernwood', staffId: 'nobody', fhirUser: 'Practitioner/1', hostId: host.id }
  const grant = { ...who, patient: PEOPLE.piotr, scope: '', origin: '', ehrTokenId: null }
  const answered = vi.fn()
  const answer = chartContext({ ...service.wiring, serviceScopeOf }, grant).then(answered)
  await asked.promise
  await vi.advanceTimersByTimeAsync(1999)
  expect(answered).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await answer
  expect(answered).toHaveBeenCalledWith({ patientId: PEOPLE.piotr, scope: '', ehrTokenId: null })
})

describe('a practice whose service may write', () => {
  beforeEach(() => open({ moreServiceScope: 'system/Patient.u' }))

  test('writes in the name of the staff member, and says so in the chart and in the trail', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ may: { edit: 'chart' } })
    expect(await expectOk(save(page))).toMatchObject({ contacts: { contactEmail: MAIL.value } })
    expect(telecom()).toEqual([HOME, MAIL])
    expect(seen.map(({ method, type }) => `${method} ${type}`)).toEqual([
      'GET Patient',
      'GET Patient',
      'PUT Patient',
      'POST Provenance',
    ])
    const { fhirUser } = service.emr.staff.find(({ role }) => role === 'front-desk') ?? {}
    expect(provenances()).toMatchObject([
      {
        target: [{ reference: `Patient/${PEOPLE.piotr}` }],
        recorded: new Date(service.clock.now).toISOString(),
        agent: [{ who: { reference: fhirUser } }, { who: { display: 'Portico' } }],
      },
    ])
    expect(await trail()).toEqual([
      {
        actor: fhirUser,
        action: 'contacts.changed',
        outcome: 'success',
        detail: { fields: 'contactEmail', via: 'service' },
      },
    ])
  })

  test('keeps what it wrote even where the chart does not take the note, and the trail tells', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    service.emr.misbehave({ kind: '422', target: 'fhir', method: 'POST' })
    expect(await expectOk(save(page))).toMatchObject({ contacts: { contactEmail: MAIL.value } })
    expect(telecom()).toEqual([HOME, MAIL])
    expect((await trail()).map(({ action, outcome, detail }) => ({ action, outcome, detail }))).toEqual([
      { action: 'provenance.failed', outcome: 'failed', detail: { code: 'ehr-rejected' } },
      {
        action: 'contacts.changed',
        outcome: 'success',
        detail: { fields: 'contactEmail', via: 'service' },
      },
    ])
  })

  test('does not read back the note in the chart, which it may not', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    const { fetch: real } = service.emr
    service.emr.fetch = async (input, init) => {
      const request = new Request(input, init)
      const answer = await real(request)
      if (request.method !== 'POST' || !request.url.endsWith('/Provenance')) return answer
      return new Response(null, { status: 201, headers: { location: `${request.url}/7/_history/1` } })
    }
    await expectOk(save(page))
    expect((await trail()).map(({ action }) => action)).toEqual(['contacts.changed'])
    expect(seen.filter(({ type }) => type === 'Provenance').map(({ method }) => method)).toEqual(['POST'])
  })

  test('names a Person who made the change, whom R4 lets nobody point at as an agent', async () => {
    const sub = 'Person/night-shift'
    const page = await openEmbedded(service, host, { ...PIOTR, sub })
    const role = { role_id: 'front-desk' }
    await service.store.db.updateTable('staff_member').set(role).where('fhir_user', '=', sub).execute()
    await expectOk(save(page))
    expect(provenances()).toMatchObject([{ agent: [{ who: { display: sub } }, {}] }])
    expect(provenances()[0]?.agent[0]?.who).not.toHaveProperty('reference')
  })

  test('says nothing of a write that did not happen', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    service.emr.misbehave({ kind: '403', target: 'fhir', method: 'PUT' })
    await expectRefusal(await save(page), 'ehr-refused')
    expect(seen.map(({ type }) => type)).not.toContain('Provenance')
    expect(await trail()).toEqual([])
  })

  test('needs the staff member’s own right all the same', async () => {
    const page = await openEmbedded(service, host, PIOTR, { scope: 'access.read' })
    expect(await card(page)).toMatchObject({ may: { edit: 'no' } })
    await expectRefusal(await save(page), 'not-permitted')
  })
})
