import type { Patient, Provenance } from '@medplum/fhirtypes'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
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
    expect(await card(page)).toMatchObject({ patient: { firstName: 'Piotr' }, may: { edit: false } })
    await expectRefusal(await save(page), 'ehr-refused')
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET'])
    expect(telecom()).toEqual([HOME])
  })

  test('by the token that the host sent, before all others', async () => {
    const token = await ownToken()
    const launched = await tokenOf(await service.launch(PEOPLE.piotr))
    seen.length = 0
    const page = await openEmbedded(service, host, PIOTR, { ehr_access_token: token })
    expect(await card(page)).toMatchObject({ may: { edit: true } })
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
    expect(await card(page)).toMatchObject({ may: { edit: false } })
    await expectRefusal(await save(page), 'ehr-refused')
  })

  test('by the newest launch of the same person, while that lives', async () => {
    const first = await service.launch(PEOPLE.maria)
    service.clock.now += 1000
    const second = await service.launch(PEOPLE.maria, { browser: first.browser })
    const tokens = [await tokenOf(first), await tokenOf(second)]
    seen.length = 0
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ may: { edit: true } })
    await expectOk(save(page))
    expect(new Set(seen.map(({ token }) => token))).toEqual(new Set([tokens[1]]))
    await signOut(second)
    expect(await card(page)).toMatchObject({ may: { edit: false } })
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
    expect(await card(page)).toMatchObject({ may: { edit: false } })
  })

  test('another way at the next call, once the EMR no longer takes a launch’s token', async () => {
    const tab = await service.launch(PEOPLE.piotr)
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ may: { edit: true } })
    service.emr.misbehave({ kind: '401', target: 'fhir', times: 1 })
    await expectRefusal(await page.call('GET', `${page.chart}/access`), 'ehr-session-ended')
    expect(await card(page)).toMatchObject({ patient: { firstName: 'Piotr' } })
    await expectRefusal(await tab.browser.get(`/fernwood/api/staff/launches/${tab.launch}`), 'launch-ended')
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

describe('a practice whose service may write', () => {
  beforeEach(() => open({ moreServiceScope: 'system/Patient.u' }))

  test('writes in the name of the staff member, and says so in the chart and in the trail', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    expect(await card(page)).toMatchObject({ may: { edit: true } })
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

  test('says nothing of a write that did not happen', async () => {
    const page = await openEmbedded(service, host, PIOTR)
    service.emr.misbehave({ kind: '403', target: 'fhir', method: 'PUT' })
    await expectRefusal(await save(page), 'ehr-refused')
    expect(seen.map(({ type }) => type)).not.toContain('Provenance')
    expect(await trail()).toEqual([])
  })

  test('needs the staff member’s own right all the same', async () => {
    const page = await openEmbedded(service, host, PIOTR, { scope: 'access.read' })
    expect(await card(page)).toMatchObject({ may: { edit: false } })
    await expectRefusal(await save(page), 'not-permitted')
  })
})
