import type { Bundle, Patient, Resource } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { BASE, MRN, expectRefusal, startServer } from './harness.ts'

const { ask, idsOf, send } = startServer()

describe('a search finds', () => {
  test.each([
    ['a name without its accents', 'Patient?name=nunez', ['ann']],
    ['a name by the start of any part', 'Patient?name=mar', ['ann']],
    ['the last word of a family name', 'Patient?family=cruz', ['ben']],
    ['a letter that has no accent to lose', 'Patient?family=lukas', ['zoe']],
    ['by two conditions at once', 'Patient?name=ann&birthdate=1990-02-03', ['ann']],
    ['either of two values', 'Patient?given=ann,zoe', ['ann', 'zoe']],
    ['the exact spelling only', 'Patient?family:exact=nunez', []],
    ['the middle of a word when asked to', 'Patient?family:contains=kasie', ['zoe']],
    ['an identifier of any system', 'Patient?identifier=004417', ['ann', 'ben']],
    ['an identifier of one system', `Patient?identifier=${MRN}|004417`, ['ann']],
    ['everything of one system', `Patient?identifier=${MRN}|`, ['ann', 'zoe']],
    ['a birth date', 'Patient?birthdate=1985-11-20', ['ben']],
    ['a birth year, also where only the year is known', 'Patient?birthdate=1990', ['ann', 'zoe']],
    ['nobody by a day when only the year is known', 'Patient?birthdate=1990-05-05', []],
    ['dates before another', 'Patient?birthdate=lt1990', ['ben']],
    ['an e-mail address in any case', 'Patient?email=ann@MAIL.example', ['ann']],
    ['what is missing', 'Patient?gender:missing=true', ['zoe']],
    ['everything but a code', 'Patient?gender:not=male', ['ann', 'zoe']],
    ['ids', 'Patient?_id=ben,zoe,nobody', ['ben', 'zoe']],
    ['by patient', 'Appointment?patient=ann', ['anns-visit']],
    ['by patient with the type', 'Appointment?patient=Patient/ann', ['anns-visit']],
    ['by patient with the whole address', `Appointment?patient=${BASE}/Patient/ann`, ['anns-visit']],
    ['by a reference that can have several types', 'Appointment?actor=Practitioner/dr-osei', ['anns-visit']],
    ['an instant in another time zone', 'Appointment?date=2026-11-30T17:00:00Z', ['anns-visit']],
    ['along a reference', 'Appointment?patient.family=nunez', ['anns-visit']],
    [
      'along a reference of a named type',
      `Appointment?actor:Patient.identifier=${MRN}|004417`,
      ['anns-visit'],
    ],
    ['against a reference', 'Patient?_has:Appointment:patient:status=booked', ['ann']],
    ['in the order asked for', 'Patient?_sort=-birthdate,family', ['ann', 'zoe', 'ben']],
  ])('%s', async (_what, path, ids) => {
    expect(await idsOf(path)).toEqual(ids)
  })

  test('what refers to the matches, and what the matches refer to', async () => {
    expect(await idsOf('Patient?_id=ann&_revinclude=Appointment:patient')).toEqual(['ann', 'anns-visit'])
    const { body } = await ask('Appointment?_include=Appointment:patient')
    expect(body.total).toBe(1)
    expect(body.entry?.map(({ search }) => search?.mode)).toEqual(['match', 'include'])
  })

  test('the same by POST', async () => {
    const { body } = await ask('Patient/_search', {
      method: 'POST',
      body: 'name=nunez',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(body.entry?.map(({ fullUrl }) => fullUrl)).toEqual([`${BASE}/Patient/ann`])
  })
})

describe('a parameter that the type does not have', () => {
  test('is left out, and out of the self link', async () => {
    const { body } = await ask('Patient?family=nunez&shoe-size=43')
    expect(body.total).toBe(1)
    expect(body.link?.[0]?.url).toBe(`${BASE}/Patient?_count=20&family=nunez`)
  })

  test('is refused under strict handling', async () => {
    const strict = { headers: { prefer: 'handling=strict' } }
    expectRefusal(await ask('Patient?shoe-size=43', strict), 400, 'invalid')
    expectRefusal(await ask('Patient?_sort=shoe-size', strict), 400, 'invalid')
    expect((await ask('Patient?family=nunez', strict)).status).toBe(200)
  })
})

test('modifiers and chains that lead nowhere are refused, not guessed at', async () => {
  expectRefusal(await ask('Patient?gender:above=male'), 400, 'invalid')
  expectRefusal(await ask('Appointment?actor.name=ann'), 400, 'invalid')
  expectRefusal(await ask('Patient?birthdate=yesterday'), 400, 'invalid')
  expectRefusal(await ask('Patient?_count=many'), 400, 'invalid')
})

test('a type that FHIR or this server does not have is not found', async () => {
  expectRefusal(await ask('Spaceship?name=x'), 404, 'not-supported')
  expectRefusal(await ask('Spaceship/1'), 404, 'not-supported')
  expectRefusal(await ask('MolecularSequence'), 404, 'not-supported')
})

test('a search follows what is written', async () => {
  const { send, idsOf } = startServer()
  expect(await idsOf('Patient?family=okafor')).toEqual([])
  const { body } = await send<Patient>('POST', 'Patient', {
    resourceType: 'Patient',
    name: [{ family: 'Okafor' }],
  })
  expect(await idsOf('Patient?family=okafor')).toEqual([body.id])
  await send('PUT', `Patient/${body.id}`, { ...body, name: [{ family: 'Bennett' }] })
  expect(await idsOf('Patient?family=okafor')).toEqual([])
  expect(await idsOf('Patient?family=bennett')).toEqual([body.id])
})

describe('pages', () => {
  const many: Resource[] = Array.from({ length: 250 }, (_, index) => ({
    resourceType: 'Patient',
    id: `p${String(index).padStart(3, '0')}`,
    name: [{ family: 'Many' }],
  }))
  const { ask } = startServer({ resources: many })

  test('hold twenty unless said otherwise, and never more than two hundred', async () => {
    expect((await ask('Patient')).body.entry).toHaveLength(20)
    expect((await ask('Patient?_count=3')).body.entry).toHaveLength(3)
    expect((await ask('Patient?_count=5000')).body.entry).toHaveLength(200)
    expect((await ask('Patient?_summary=count')).body).toMatchObject({ total: 250 })
    expect((await ask('Patient?_summary=count')).body.entry).toBeUndefined()
  })

  test('lead from one to the next and reach everybody once', async () => {
    const seen: (string | undefined)[] = []
    let next: string | undefined = 'Patient?name=many&_count=100&_sort=-_id'
    while (next) {
      const { body }: { body: Bundle } = await ask(next)
      expect(body.total).toBe(250)
      seen.push(...(body.entry ?? []).map(({ resource }) => resource?.id))
      next = body.link?.find(({ relation }) => relation === 'next')?.url.slice(BASE.length + 1)
    }
    expect(seen).toEqual(many.map(({ id }) => id).toReversed())
  })
})

test('a search that serves a condition is strict, so that a slip of the pen matches nobody', async () => {
  const newcomer = { resourceType: 'Patient' }
  expectRefusal(await send('POST', 'Patient', newcomer, { 'if-none-exist': 'shoe-size=43' }), 400, 'invalid')
})
