import type { Bundle, Patient } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { createPeople } from '../../../src/sandbox/people/index.ts'
import { PERSONALITIES } from '../../../src/sandbox/personalities/all.ts'
import { PERSONALITY_NAMES, type PersonalityName } from '../../../src/sandbox/personalities/personality.ts'
import { ann, expectRefusal, startServer } from '../fhir/harness.ts'

const start = (name: PersonalityName) => startServer({ personality: PERSONALITIES[name] })
const TRUSTED = { extension: [{ url: 'https://x.example/mark', valueBoolean: true }] }

describe('the EMR in the manner of Millennium', () => {
  const female = [{ op: 'replace', path: '/gender', value: 'male' }]

  test('patches only with the version that was read', async () => {
    const { send } = start('millennium')
    expectRefusal(await send('PATCH', 'Patient/ann', female), 428, 'required')
    expectRefusal(await send('PATCH', 'Patient/ann', female, { 'if-match': 'W/"9"' }), 412, 'processing')
    const done = await send<Patient>('PATCH', 'Patient/ann', female, { 'if-match': 'W/"1"' })
    expect([done.status, done.headers.get('etag'), done.body.gender]).toEqual([200, 'W/"2"', 'male'])
  })

  test('takes JSON Patch in its own media type alone', async () => {
    const headers = { 'if-match': 'W/"1"', 'content-type': 'application/fhir+json' }
    expectRefusal(
      await start('millennium').send('PATCH', 'Patient/ann', female, headers),
      415,
      'not-supported',
    )
  })

  test('answers a create with an address and no body', async () => {
    const { send, read } = start('millennium')
    const { id: _, ...anybody } = ann
    const made = await send('POST', 'Patient', anybody, { prefer: 'return=representation' })
    const [, id = ''] = /\/Patient\/([^/]+)\/_history\/1$/.exec(made.headers.get('location') ?? '') ?? []
    expect([made.status, made.text, read('Patient', id)?.id]).toEqual([201, '', id])
  })

  test('keeps no extensions of phones and e-mails', async () => {
    const { send, read } = start('millennium')
    const telecom = [{ ...TRUSTED, system: 'email', value: 'ann@mail.example' }]
    await send('PATCH', 'Patient/ann', [{ op: 'replace', path: '/telecom', value: telecom }], {
      'if-match': 'W/"1"',
    })
    expect(read('Patient', 'ann')).toMatchObject({
      telecom: [{ system: 'email', value: 'ann@mail.example' }],
    })
    expect(JSON.stringify(read('Patient', 'ann'))).not.toContain('extension')
  })

  test('says of each entry of a batch what became of it', async () => {
    const entry = [
      { request: { method: 'GET', url: 'Patient/ann' } },
      { resource: ann, request: { method: 'PUT', url: 'Patient/ann' } },
      { request: { method: 'GET', url: 'Task?status=requested' } },
    ]
    const { body } = await start('millennium').send<Bundle>('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry,
    })
    expect(
      body.entry?.map(({ response }) => [response?.status, response?.outcome?.issue?.[0]?.code]),
    ).toEqual([
      ['200', undefined],
      ['405', 'not-supported'],
      ['404', 'not-supported'],
    ])
  })
})

describe('the EMR that plays OpenEMR', () => {
  test('has one version for everything and heeds no If-Match', async () => {
    const { send } = start('openemr')
    for (const gender of ['male', 'other'] as const) {
      const done = await send<Patient>('PUT', 'Patient/ann', { ...ann, gender }, { 'if-match': 'W/"7"' })
      expect([done.status, done.headers.get('etag'), done.body.meta?.versionId]).toEqual([200, null, '1'])
    }
  })

  test('blanks sex and birth date that were not sent, and leaves contacts that were not sent', async () => {
    const { send, read } = start('openemr')
    await send('PUT', 'Patient/ann', { resourceType: 'Patient', id: 'ann', name: ann.name })
    const kept = read('Patient', 'ann') as Patient
    expect(kept).not.toHaveProperty('birthDate')
    expect(kept).not.toHaveProperty('gender')
    expect(kept).toMatchObject({ telecom: [{ value: 'Ann@mail.example' }], identifier: ann.identifier })
  })

  test('keeps one phone of each use and two e-mails: that of the use mobile is the trusted one', async () => {
    const { send, read } = start('openemr')
    const email = (value: string, use?: string) => ({ system: 'email', value, ...(use ? { use } : {}) })
    const phone = (value: string, use: string) => ({ system: 'phone', value, use })
    const telecom = [
      email('mine@mail.example', 'mobile'),
      email('ours@mail.example', 'work'),
      phone('(555) 010-0001', 'home'),
      phone('(555) 010-0002', 'home'),
      phone('(555) 010-0003', 'old'),
      { ...TRUSTED, ...email('mine@mail.example', 'mobile') },
    ]
    await send('PUT', 'Patient/ann', { ...ann, telecom })
    expect((read('Patient', 'ann') as Patient).telecom).toEqual([
      phone('(555) 010-0002', 'home'),
      email('ours@mail.example', 'home'),
      email('mine@mail.example', 'mobile'),
    ])
  })

  test('makes no patient at an address of the client’s choice', async () => {
    const answer = await start('openemr').send('PUT', 'Patient/nobody', { ...ann, id: 'nobody' })
    expectRefusal(answer, 404, 'not-found')
  })

  test.each(['system', 'patient'] as const)(
    'takes no write of a %s token, whatever its scope',
    async (kind) => {
      const scope = `${kind}/*.cruds`
      const { send } = startServer({
        personality: PERSONALITIES.openemr,
        authorize: () => Promise.resolve({ kind, scope, patient: 'ann' }),
      })
      expectRefusal(await send('PUT', 'Patient/ann', ann), 403, 'forbidden')
      expectRefusal(await send('POST', 'Patient', ann), 403, 'forbidden')
    },
  )

  test('tells the trusted address of the built-in people by its use, and providers by their number', () => {
    const people = PERSONALITIES.openemr.adapt?.(createPeople('fernwood')) ?? []
    const find = (type: string, id: string) =>
      people.find((one) => one.resourceType === type && one.id === id)
    expect(find('Patient', 'maria-nunez')).toMatchObject({
      telecom: [
        { system: 'phone', use: 'home' },
        { system: 'phone', use: 'mobile' },
        { system: 'email', use: 'home', value: 'familia.nunez@mail.example' },
        { system: 'email', use: 'mobile', value: 'maria.nunez@mail.example' },
      ],
    })
    expect(JSON.stringify(find('Patient', 'maria-nunez'))).not.toContain('extension')
    expect(find('Practitioner', 'prac-osei')).toMatchObject({
      identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi' }],
    })
    expect([find('Practitioner', 'prac-park'), find('Person', 'prac-park')?.id]).toEqual([
      undefined,
      'prac-park',
    ])
  })
})

describe('the read-only EMR', () => {
  test.each([
    ['POST', 'Patient', 'nonsense'],
    ['PUT', 'Patient/ann', ann],
    ['PATCH', 'Patient/ann', []],
    ['DELETE', 'Patient/ann', ''],
    ['POST', 'Basic', {}],
    ['POST', '', { resourceType: 'Bundle', type: 'transaction' }],
    ['PUT', 'Patient?name=ann', ann],
  ])('refuses %s %s before it looks at the body', async (method, path, body) => {
    const { send, read } = start('read-only')
    const before = read('Patient', 'ann')
    const answer =
      method === 'DELETE' ? await start('read-only').ask(path, { method }) : await send(method, path, body)
    expectRefusal(answer, 405, 'not-supported')
    expect(read('Patient', 'ann')).toEqual(before)
  })

  test('can be searched by a form', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const found = await start('read-only').send<Bundle>('POST', 'Patient/_search', 'name=nunez', headers)
    expect([found.status, found.body.total]).toEqual([200, 1])
  })
})

test.each(PERSONALITY_NAMES.filter((name) => name !== 'full'))(
  '%s does not read a condition: a create goes on, a write by a search is refused',
  async (name) => {
    const { send, search } = start(name)
    const { id: _, ...anybody } = ann
    const made = await send('POST', 'Patient', anybody, { 'if-none-exist': 'name=nunez' })
    expect([name, made.status, search('Patient', 'name=nunez').length]).toEqual(
      name === 'read-only' ? [name, 405, 1] : [name, 201, 2],
    )
    expectRefusal(await send('PUT', 'Patient?name=nunez', ann), 405, 'not-supported')
  },
)
