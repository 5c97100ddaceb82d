import type { Patient } from '@medplum/fhirtypes'
import { beforeEach, expect, test } from 'vitest'
import { createBench, ORIGIN, RESOURCES } from '../smart/harness.ts'

let bench: Awaited<ReturnType<typeof createBench>>
let cookie: string
beforeEach(async () => {
  bench = await createBench({ resources: [...RESOURCES, YEAR_ONLY] })
  const answer = await post('/login', { role: 'front-desk', next: '/' })
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
})

const TRUSTED = { url: 'https://portico.example/trusted', valueBoolean: true }
const YEAR_ONLY: Patient = {
  resourceType: 'Patient',
  id: 'year-only',
  name: [{ family: 'Only', given: ['Year'] }],
  birthDate: '1950',
  telecom: [
    { system: 'email', value: 'trusted@mail.example', extension: [TRUSTED] },
    { system: 'email', value: 'old@mail.example' },
    { system: 'phone', use: 'home', value: '(555) 010-0100' },
  ],
}

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  bench.emr.fetch(`${ORIGIN}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { origin: ORIGIN, cookie, ...headers },
    redirect: 'manual',
  })
const patient = () => bench.emr.fhir.read('Patient', 'year-only') as Patient
const SAVE = '/patients/year-only/demographics'

test('the page of a patient offers them as they stand', async () => {
  const page = await bench.emr.fetch(`${ORIGIN}/patients/year-only`, { headers: { cookie } })
  const text = await page.text()
  expect(text).toContain('name="birthDate" value="1950"')
  expect(text).toContain('name="email" type="email" value="old@mail.example"')
})

test('a page that is open can ask how they stand now', async () => {
  const ask = async (headers = { cookie }) => bench.emr.fetch(`${ORIGIN}${SAVE}`, { headers })
  const text = await (await bench.emr.fetch(`${ORIGIN}/patients/year-only`, { headers: { cookie } })).text()
  expect(text).toContain('<span data-born>DOB 1950</span>')
  await post(SAVE, { birthDate: '1950-03-02', mobilePhone: '<b>1</b>' })
  const answer = await ask()
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const { born, facts, values } = (await answer.json()) as Record<string, unknown>
  expect(born).toMatch(/^DOB 03\/02\/1950 \(\d+ y\)$/)
  expect(facts).toContainEqual(['Phone', '(555) 010-0100 (home), <b>1</b> (mobile)'])
  expect(values).toEqual({ birthDate: '1950-03-02', mobilePhone: '<b>1</b>', email: 'old@mail.example' })
  expect(await (await ask({ cookie: '' })).text()).toContain('Who are you?')
  const nobody = await bench.emr.fetch(`${ORIGIN}/patients/nobody/demographics`, { headers: { cookie } })
  expect(nobody.status).toBe(404)
})

test('what staff save is a new version of the chart, and what they did not touch stays', async () => {
  const before = patient()
  const saved = await post(SAVE, {
    birthDate: '1950-03-02',
    mobilePhone: '(555) 010-0199',
    email: 'new@mail.example',
  })
  expect(saved.headers.get('location')).toBe('/patients/year-only')
  expect(patient()).toMatchObject({
    name: before.name,
    birthDate: '1950-03-02',
    telecom: [
      { system: 'email', value: 'trusted@mail.example', extension: [TRUSTED] },
      { system: 'email', value: 'new@mail.example' },
      { system: 'phone', use: 'home', value: '(555) 010-0100' },
      { system: 'phone', use: 'mobile', value: '(555) 010-0199' },
    ],
  })
  expect(patient().meta?.versionId).toBe('2')
  expect(before.meta?.versionId).toBe('1')
})

test('what the form does not name stays, for it may have changed meanwhile', async () => {
  await post(SAVE, { birthDate: '1950-03-02' })
  await post(SAVE, { mobilePhone: '(555) 010-0199' })
  expect(patient().birthDate).toBe('1950-03-02')
  expect(patient().telecom?.map(({ value }) => value)).toEqual([
    'trusted@mail.example',
    'old@mail.example',
    '(555) 010-0100',
    '(555) 010-0199',
  ])
})

test('an emptied field is gone from the chart', async () => {
  await post(SAVE, { birthDate: '', mobilePhone: '', email: '' })
  expect(patient()).not.toHaveProperty('birthDate')
  expect(patient().telecom?.map(({ value }) => value)).toEqual(['trusted@mail.example', '(555) 010-0100'])
})

test.each<[string, Record<string, string>, Record<string, string>, number]>([
  ['a birth date that is none', { birthDate: '3/2/1950', mobilePhone: '', email: '' }, {}, 422],
  ['a form with something else in it', { birthDate: '1951', gender: 'male' }, {}, 422],
  [
    'a form of another site',
    { birthDate: '', mobilePhone: '', email: '' },
    { origin: 'https://evil.example' },
    403,
  ],
])('%s changes nothing', async (_, form, headers, status) => {
  const answer = await post(SAVE, form, headers)
  expect(answer.status).toBe(status)
  expect(patient().birthDate).toBe('1950')
})

test('nobody who is not logged in changes anything', async () => {
  const answer = await post(SAVE, { birthDate: '', mobilePhone: '', email: '' }, { cookie: '' })
  expect(await answer.text()).toContain('Who are you?')
  expect(patient().birthDate).toBe('1950')
})
