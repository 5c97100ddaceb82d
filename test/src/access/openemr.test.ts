import type { Patient } from '@medplum/fhirtypes'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openChart, HOME, MAIL, MOBILE, type Chart } from '../../support/chart.ts'
import { createHost, openEmbedded } from '../../support/host.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const TRUSTED = { system: 'email', use: 'mobile', value: 'only.piotr@mail.example' } as const
const NEW_HOME = { homePhone: { from: HOME.value, to: '555 010 0142' } }
const host = await createHost()

let service: TestService
let chart: Chart
beforeAll(async () => {
  service = await openService({ ehr: 'openemr', hosts: [host] })
  chart = await openChart(service)
})
beforeEach(async () => {
  await service.store.db.deleteFrom('patient_access').execute()
  chart.put(HOME, { ...MOBILE }, MAIL)
  service.emr.requests.length = 0
})
afterEach(() => service.emr.behave())

const put = (body: unknown, { tab } = chart) => {
  service.clock.now += 1
  return tab.browser.put(`${tab.api}/access`, body)
}
const rowOf = (who: string = PEOPLE.piotr) => {
  const patient = service.emr.fhir.read('Patient', who) as Patient
  return service.emr.records?.rowOf(patient) as Record<string, unknown>
}
const asked = () =>
  service.emr.requests
    .filter(({ target }) => target === 'fhir' || target === 'api')
    .map(({ method, target }) => `${method} ${target}`)
const trail = async (action: string) => {
  const rows = await service.store.db
    .selectFrom('audit')
    .select(['outcome', 'detail', 'actor'])
    .where('action', '=', action)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map(({ detail, ...rest }) => ({ ...rest, ...(JSON.parse(detail) as object) }))
}

describe('contacts', () => {
  test('go by OpenEMR’s own interface, only the columns that change, between two looks', async () => {
    await expectOk(chart.save({ ...NEW_HOME, mobilePhone: { from: MOBILE.value, to: null } }))
    expect(asked()).toEqual(['GET fhir', 'GET fhir', 'PUT api', 'GET fhir'])
    expect(rowOf()).toMatchObject({
      phone_home: '555 010 0142',
      phone_cell: '',
      email: MAIL.value,
      lname: 'Łukasiewicz',
    })
  })

  test('the trusted e-mail is the one whose use is mobile, and no row of ours', async () => {
    chart.put(TRUSTED, MAIL)
    expect(await chart.card()).toMatchObject({
      contacts: { contactEmail: MAIL.value, trustedEmail: TRUSTED.value },
    })
    await expectOk(chart.save({ trustedEmail: { from: TRUSTED.value, to: 'new@mail.example' } }))
    expect(rowOf()).toMatchObject({ email: MAIL.value, email_direct: 'new@mail.example' })
    expect((await chart.held())?.trusted_email_sealed ?? null).toBeNull()
  })

  test('mail goes to the trusted one', async () => {
    chart.put(TRUSTED, MAIL)
    await expectOk(put({ allowPortal: true, allowEmail: true }))
    const offer = await expectOk(chart.tab.browser.get(`${chart.tab.api}/invitations/offer`))
    expect(offer).toMatchObject({ mailTo: TRUSTED.value, suggestedUsername: TRUSTED.value })
  })

  test('one that OpenEMR refuses is named by its field', async () => {
    const edits = {
      homePhone: { from: HOME.value, to: '555-010' },
      mobilePhone: { from: MOBILE.value, to: null },
    }
    const body = await expectRefusal(await chart.save(edits), 'ehr-rejected')
    expect(body['issues']).toEqual([
      { pointer: '/contacts/homePhone', detail: 'The EMR does not accept this value.' },
    ])
    expect(rowOf()).toMatchObject({ phone_home: HOME.value, phone_cell: MOBILE.value })
  })

  test('that this person may not change are refused, and the session goes on, though OpenEMR says 401', async () => {
    service.emr.misbehave({ kind: '401', target: 'api', method: 'PUT' })
    await expectRefusal(await chart.save(NEW_HOME), 'ehr-refused')
    expect(await chart.card()).toMatchObject({ contacts: { homePhone: HOME.value }, todos: [] })
  })

  test('of two staff at once both keep theirs, or the second is told', async () => {
    const other = await service.launch(PEOPLE.piotr, { user: 'administrator' })
    const both = (second: Record<string, unknown>) => {
      service.emr.misbehave({ kind: 'slow', target: 'api', method: 'PUT', delayMs: 60, times: 1 })
      return Promise.all([chart.save(NEW_HOME), chart.save(second, other)])
    }
    const kept = await both({ mobilePhone: { from: MOBILE.value, to: '555 010 0143' } })
    expect(kept.map(({ status }) => status)).toEqual([200, 200])
    expect(rowOf()).toMatchObject({ phone_home: '555 010 0142', phone_cell: '555 010 0143' })
    chart.put(HOME)
    const answers = await both({ homePhone: { from: HOME.value, to: '555 010 0188' } })
    const [lost, ...others] = answers.filter(({ status }) => status !== 200)
    expect(others).toEqual([])
    const { issues } = await expectRefusal(lost ?? Response.json({}), 'conflict')
    expect(issues).toMatchObject([{ pointer: '/contacts/homePhone', theirs: rowOf()['phone_home'] }])
  })

  test('go by FHIR where its own interface was not granted, the trusted e-mail by its use all the same', async () => {
    const { tab } = chart
    const scope = 'openid fhirUser launch api:fhir user/Patient.read user/Patient.write'
    const before = await service.store.db
      .selectFrom('launch')
      .select('scope')
      .where('id', '=', tab.launch)
      .executeTakeFirstOrThrow()
    await service.store.db.updateTable('launch').set({ scope }).where('id', '=', tab.launch).execute()
    chart.put(HOME, MAIL, TRUSTED)
    const sent: string[] = []
    const { fetch: real } = service.emr
    service.emr.fetch = async (input, init) => {
      const request = new Request(input, init)
      if (request.method === 'PUT') sent.push(await request.clone().text())
      return real(request)
    }
    try {
      const contacts = {
        ...NEW_HOME,
        trustedEmail: { from: TRUSTED.value, to: 'new@mail.example' },
      }
      expect(await expectOk(chart.save(contacts))).toMatchObject({
        contacts: { homePhone: '555 010 0142', contactEmail: MAIL.value, trustedEmail: 'new@mail.example' },
      })
    } finally {
      service.emr.fetch = real
      await service.store.db.updateTable('launch').set(before).where('id', '=', tab.launch).execute()
    }
    expect(sent.map((body) => (JSON.parse(body) as Patient).telecom)).toEqual([
      [{ ...HOME, value: '555 010 0142' }, MAIL, { ...TRUSTED, value: 'new@mail.example' }],
    ])
    expect(asked()).toContain('PUT fhir')
    expect(asked()).not.toContain('PUT api')
    expect(rowOf()).toMatchObject({
      email: MAIL.value,
      email_direct: 'new@mail.example',
      lname: 'Łukasiewicz',
    })
  })
})

describe('the switches for portal and e-mail', () => {
  const flags = () => {
    const { allow_patient_portal: portal, hipaa_allowemail: email } = rowOf()
    return { portal, email }
  }

  test('follow each decision, are written only when they differ, and the trail tells', async () => {
    await expectOk(put({ allowPortal: true, allowEmail: true }))
    expect(flags()).toEqual({ portal: 'YES', email: 'YES' })
    expect((await trail('portal-flags.changed')).at(-1)).toMatchObject({
      flags: 'allow_patient_portal,hipaa_allowemail',
    })
    await expectOk(put({ allowPortal: false }))
    expect(flags()).toEqual({ portal: 'NO', email: 'YES' })
    service.emr.requests.length = 0
    await expectOk(put({ allowPortal: false, allowEmail: true }))
    expect(asked()).not.toContain('PUT api')
  })

  test('follow a "no" although the rest of the Save is refused', async () => {
    await expectOk(put({ allowPortal: true }))
    const contacts = { homePhone: { from: 'something else', to: '555 010 0142' } }
    await expectRefusal(await put({ allowPortal: false, contacts }), 'conflict')
    expect(flags().portal).toBe('NO')
  })

  test.each(['403', '500', 'down', '401'] as const)(
    'that cannot be written (%s) stop nothing: our row counts, and the trail tells',
    async (kind) => {
      await expectOk(put({ allowPortal: false }))
      const before = flags()
      const known = (await trail('portal-flags.failed')).length
      service.emr.misbehave({ kind, target: 'api', method: 'PUT' })
      expect(await expectOk(put({ allowPortal: true }))).toMatchObject({ allowed: { by: 'Jo Park' } })
      expect(flags()).toEqual(before)
      expect((await trail('portal-flags.failed')).slice(known)).toMatchObject([{ outcome: 'failed' }])
    },
  )

  test('of a yes and a no at once say what counts in the end', async () => {
    const other = { tab: await service.launch(PEOPLE.piotr, { user: 'administrator' }) }
    await expectOk(put({ allowPortal: false }))
    service.emr.requests.length = 0
    service.emr.misbehave({ kind: 'slow', target: 'api', method: 'PUT', delayMs: 120, times: 1 })
    const yes = put({ allowPortal: true })
    await expect.poll(() => asked().includes('PUT api'), { interval: 2 }).toBe(true)
    const no = put({ allowPortal: false }, { ...chart, ...other })
    await Promise.all([expectOk(yes), expectOk(no)])
    expect(flags().portal).toBe('NO')
  })

  test('are left alone where nothing was decided', async () => {
    await expectOk(chart.save(NEW_HOME))
    expect(asked().filter((one) => one.endsWith('api'))).toEqual(['PUT api'])
  })
})

describe('the card in OpenEMR’s own pages', () => {
  const card = (page: Awaited<ReturnType<typeof openEmbedded>>) => page.call('GET', `${page.chart}/access`)

  test('without a token of the staff member’s own only reads, and leads into Portico', async () => {
    const fresh = await openService({ ehr: 'openemr', hosts: [host] })
    const page = await openEmbedded(fresh, host, { patient: PEOPLE.piotr })
    expect(await expectOk(card(page))).toMatchObject({ may: { edit: 'no' } })
    const contacts = { mobilePhone: { from: '(555) 010-0119', to: '555 010 0142' } }
    const before = fresh.emr.fhir.read('Patient', PEOPLE.piotr)
    await expectRefusal(await page.call('PUT', `${page.chart}/access`, { contacts }), 'ehr-refused')
    expect(fresh.emr.fhir.read('Patient', PEOPLE.piotr)).toEqual(before)
    await expectOk(page.call('PUT', `${page.chart}/access`, { allowPortal: true }))
    expect(fresh.emr.requests.filter(({ target }) => target === 'api')).toEqual([])
  })

  test('writes with a launch of the same person that lives', async () => {
    const page = await openEmbedded(service, host, { patient: PEOPLE.piotr })
    expect(await expectOk(card(page))).toMatchObject({ may: { edit: 'chart' } })
    await expectOk(page.call('PUT', `${page.chart}/access`, { allowPortal: true, contacts: NEW_HOME }))
    expect(rowOf()).toMatchObject({ phone_home: '555 010 0142', allow_patient_portal: 'YES' })
  })
})

describe('the launch', () => {
  test('of somebody who is no provider names a Person', async () => {
    expect((await trail('launch.started')).at(-1)?.actor).toMatch(/^Person\//)
  })

  test('before an administrator has enabled Portico says so', async () => {
    const browser = service.openBrowser()
    const { url } = service.emr.createLaunch({ patient: PEOPLE.piotr, user: 'front-desk' })
    const begun = await browser.get(url)
    const back = await service.emr.authorizeAs('front-desk', begun.headers.get('location') ?? '')
    service.emr.setClientEnabled('portico', false)
    try {
      const answer = await browser.get(back.pathname + back.search)
      expect([answer.status, answer.headers.get('x-portico-problem')]).toEqual([400, 'launch-failed'])
      expect(answer.headers.get('content-type')).toContain('text/html')
      expect(await answer.text()).toContain('Portico is not switched on in the EMR yet')
    } finally {
      service.emr.setClientEnabled('portico', true)
    }
  })
})
