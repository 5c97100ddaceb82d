import type { CapabilityStatement } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { PersonalityName } from '../../../src/sandbox/personalities/personality.ts'
import { createBench, ORIGIN } from '../smart/harness.ts'

const open = async (personality: PersonalityName, role: string) => {
  const { emr } = await createBench({ personality })
  const form = (path: string, body: Record<string, string>, cookie = '') =>
    emr.fetch(`${ORIGIN}${path}`, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers: { origin: ORIGIN, cookie },
    })
  const login = await form('/login', { role, next: '/' })
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const page = async (path: string) => (await emr.fetch(`${ORIGIN}${path}`, { headers: { cookie } })).text()
  return { emr, page, post: (path: string, body: Record<string, string>) => form(path, body, cookie) }
}

describe('the dashboard of the EMR that plays OpenEMR', () => {
  test('shows the switches and the trusted e-mail that FHIR does not', async () => {
    const { emr, page } = await open('openemr', 'front-desk')
    const text = async () => (await page('/patients/walter-okafor')).replace(/\s*<[^>]*>\s*/g, ' ')
    expect(await text()).toMatch(/Allow Patient Portal\s+–/)
    const patient = emr.records?.findPatient('walter-okafor')
    if (patient)
      emr.records?.update(patient, {
        allow_patient_portal: 'YES',
        hipaa_allowemail: 'NO',
        email_direct: 'w@mail.example',
      })
    expect(await text()).toMatch(
      /Trusted e-mail\s+w@mail.example\s+Allow Patient Portal\s+YES\s+Allow Email\s+NO/,
    )
  })

  test('lets an administrator switch the app off and on', async () => {
    const { emr, page, post } = await open('openemr', 'administrator')
    expect(await page('/')).toContain('Disable Portico')
    expect((await post('/apps', { client: 'portico', enabled: 'no' })).status).toBe(303)
    expect(await page('/')).toContain('Portico is not enabled.')
    const { url } = emr.createLaunch({ patient: 'walter-okafor', user: 'administrator' })
    expect(url).toContain('launch=')
    await post('/apps', { client: 'portico', enabled: 'yes' })
    expect(await page('/')).toContain('Portico is enabled.')
  })

  test('shows the switch to nobody else', async () => {
    const { page, post } = await open('openemr', 'front-desk')
    expect(await page('/')).not.toContain('Disable Portico')
    expect((await post('/apps', { client: 'portico', enabled: 'no' })).status).toBe(403)
  })
})

test.each(['full', 'millennium', 'read-only'] as const)(
  '%s lets every app in at once',
  async (personality) => {
    const { page, post } = await open(personality, 'administrator')
    expect(await page('/')).not.toContain('Disable Portico')
    expect((await post('/apps', { client: 'portico', enabled: 'no' })).status).toBe(403)
    expect(await page('/patients/walter-okafor')).not.toContain('Allow Patient Portal')
  },
)

test.each(['openemr', 'millennium', 'read-only'] as const)(
  '%s: staff change demographics in it',
  async (name) => {
    const { emr, post } = await open(name, 'front-desk')
    const saved = await post('/patients/walter-okafor/demographics', { email: 'new@mail.example' })
    expect(saved.status).toBe(303)
    expect(emr.fhir.read('Patient', 'walter-okafor')).toMatchObject({
      telecom: [{ system: 'email', use: 'home', value: 'new@mail.example' }],
    })
  },
)

test('changing the e-mail of the chart leaves the trusted one', async () => {
  const { emr, post } = await open('openemr', 'front-desk')
  const patient = emr.records?.findPatient('walter-okafor')
  if (patient) emr.records?.update(patient, { email_direct: 'mine@mail.example' })
  await post('/patients/walter-okafor/demographics', { email: 'ours@mail.example' })
  expect(
    emr.records?.rowOf(emr.records.findPatient('walter-okafor') ?? { resourceType: 'Patient' }),
  ).toMatchObject({
    email: 'ours@mail.example',
    email_direct: 'mine@mail.example',
  })
})

test('what an EMR never does cannot be switched on', async () => {
  const { emr } = await createBench({ personality: 'openemr' })
  const versioningOf = async () => {
    const { rest } = (await (await emr.fetch(`${ORIGIN}/fhir/metadata`)).json()) as CapabilityStatement
    return rest?.[0]?.resource?.find(({ type }) => type === 'Patient')?.versioning
  }
  emr.setETags(true)
  const lever = { method: 'POST', body: JSON.stringify({ on: true }) }
  expect((await emr.fetch(`${ORIGIN}/sandbox/etags`, lever)).status).toBe(200)
  expect(await versioningOf()).toBe('no-version')
  emr.behave()
  expect(await versioningOf()).toBe('no-version')
})
