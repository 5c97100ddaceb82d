import { describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/clock.ts'
import { capabilityOf, narrowCapability, readCapability } from '../../../src/fhir/capability.ts'
import { createCapabilityReader } from '../../../src/fhir/capability-reader.ts'
import { homeOf, lacksOf } from '../../../src/fhir/homes.ts'
import { startFaultyEhr, type Seen } from '../../support/ehr-faults.ts'

const can = (type: string, interactions: string, rest: Record<string, unknown> = {}) => ({
  type,
  interaction: interactions.split(' ').map((code) => ({ code })),
  ...rest,
})

const statement = (resource: unknown[], interactions: string[] = []) => ({
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  rest: [{ mode: 'server', resource, interaction: interactions.map((code) => ({ code })) }],
})

const rich = statement(
  [
    can('Patient', 'read search-type create update patch', {
      versioning: 'versioned-update',
      conditionalCreate: true,
      operation: [{ name: '$match' }],
      searchParam: [{ name: 'birthdate' }, { name: 'family' }],
    }),
    can('Consent', 'read search-type create update'),
    can('Appointment', 'read search-type create patch', { versioning: 'versioned' }),
    can('Condition', 'read search-type'),
  ],
  ['transaction', 'batch'],
)
const smart = { grant_types_supported: ['authorization_code', 'client_credentials'] }

describe('what an EHR can do', () => {
  test('is read from its statement, type by type', () => {
    const capability = readCapability(rich, smart)
    expect(capability).toMatchObject({ fhirVersion: '4.0.1', batch: true, transaction: true, services: true })
    expect(capabilityOf(capability, 'Patient')).toEqual({
      delete: false,
      operations: ['match'],
      read: true,
      search: true,
      create: true,
      update: true,
      patch: true,
      conditionalCreate: true,
      ifMatch: true,
      searchParams: ['birthdate', 'family'],
    })
    expect(capabilityOf(capability, 'Appointment')).toMatchObject({
      update: false,
      patch: true,
      ifMatch: false,
    })
  })

  test.each(['Task', '__proto__', 'toString'])('is nothing for a type that it does not name: %s', (type) => {
    const { searchParams, operations, ...abilities } = capabilityOf(readCapability(rich, smart), type)
    expect(Object.values(abilities).some(Boolean)).toBe(false)
    expect([searchParams, operations]).toEqual([[], []])
  })

  test.each([
    null,
    undefined,
    '',
    {},
    [],
    { resourceType: 'Patient' },
    { resourceType: 'CapabilityStatement', rest: 1 },
  ])('is not guessed from %j', (answer) => {
    expect(() => readCapability(answer, null)).toThrow(expect.objectContaining({ code: 'ehr-unavailable' }))
  })

  test('without SMART configuration has no token for services', () => {
    expect(readCapability(rich, undefined).services).toBe(false)
    expect(readCapability(rich, { grant_types_supported: 'client_credentials' }).services).toBe(false)
  })

  test.each([
    [
      'user/Patient.rs',
      { read: true, search: true, create: false, update: false, patch: false, conditionalCreate: false },
    ],
    ['user/Patient.read', { read: true, search: true, create: false, update: false }],
    ['user/*.cruds', { read: true, create: true, update: true, patch: true, conditionalCreate: true }],
    ['user/Patient.c', { create: true, conditionalCreate: false, read: false }],
    ['system/Patient.cruds', { read: false, create: false }],
    ['', { read: false, search: false }],
  ])('shrinks to what the scope %j grants', (scope, expected) => {
    const narrowed = narrowCapability(readCapability(rich, smart), 'user', scope)
    expect(capabilityOf(narrowed, 'Patient')).toMatchObject(expected)
  })
})

describe('where a type lives', () => {
  const everything = narrowCapability(readCapability(rich, smart), 'system', 'system/*.cruds')

  test.each([
    ['Consent', 'ehr'],
    ['Appointment', 'ehr'],
    ['Communication', 'portal'],
    ['DocumentReference', 'portal'],
  ] as const)('%s: %s', (type, home) => {
    expect(homeOf(everything, type)).toBe(home)
  })

  const ABLE = 'read search-type create update'
  const listing = (type: string, ...names: string[]) =>
    readCapability(
      statement([can(type, ABLE, { searchParam: names.map((name) => ({ name })) }), can('Binary', 'create')]),
      smart,
    )

  test.each([
    ['Consent', ['patient', 'identifier', '_id'], []],
    ['Consent', [], []],
    ['Consent', ['patient', '_id'], ['search by identifier']],
    ['Consent', ['_id'], ['search by patient', 'search by identifier']],
    ['Communication', ['subject'], []],
    ['Communication', ['part-of'], []],
    ['Communication', ['category', 'recipient'], ['search by patient or subject or part-of']],
    ['Appointment', ['date'], ['search by patient or actor']],
    ['DocumentReference', ['subject'], []],
    ['AuditEvent', ['date'], ['search by patient or entity']],
  ] as const)('%s where an EHR finds it by %j lacks %j', (type, names, lacks) => {
    const capability = listing(type, ...names)
    expect(lacksOf(capability, type)).toEqual(lacks)
    expect(homeOf(capability, type)).toBe(lacks.length === 0 ? 'ehr' : 'portal')
  })

  test('is the portal for a document whose file has no place', () => {
    expect(
      lacksOf(readCapability(statement([can('DocumentReference', ABLE)]), smart), 'DocumentReference'),
    ).toEqual(['create of Binary'])
  })

  test('is the portal for what the token may only read', () => {
    const readOnly = narrowCapability(everything, 'system', 'system/*.rs')
    expect([homeOf(readOnly, 'Consent'), homeOf(readOnly, 'Appointment')]).toEqual(['portal', 'portal'])
  })
})

describe('the reader of capabilities', () => {
  const answer = ({ url }: Seen) => ({ body: url.endsWith('/metadata') ? rich : smart })
  const readerAt = (start = 0) => {
    const time = { now: start }
    return { time, ...createCapabilityReader({ fetch, now: () => time.now }) }
  }

  test('asks an EHR once for all who ask, without a token, and again after a day', async () => {
    await using ehr = await startFaultyEhr(answer)
    const { time, read } = readerAt()
    const [first, second] = await Promise.all([read(ehr.base), read(`${ehr.base}/`)])
    expect(first).toBe(second)
    expect(ehr.requests.map(({ url }) => url).toSorted()).toEqual([
      '/fhir/.well-known/smart-configuration',
      '/fhir/metadata',
    ])
    expect(ehr.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
    time.now = DAY_MS - 1
    await read(ehr.base)
    expect(ehr.requests).toHaveLength(2)
    time.now = DAY_MS
    await read(ehr.base)
    expect(ehr.requests).toHaveLength(4)
  })

  test('does not remember a failure', async () => {
    let down = true
    await using ehr = await startFaultyEhr((seen) => (down ? { status: 500 } : answer(seen)))
    const { read } = readerAt()
    await expect(read(ehr.base)).rejects.toMatchObject({ code: 'ehr-unavailable' })
    down = false
    expect((await read(ehr.base)).services).toBe(true)
  })

  test('takes an EHR that has stopped answering at what it said before, and asks again five minutes later', async () => {
    let answered: unknown = answer
    await using ehr = await startFaultyEhr((seen) => (answered ? answer(seen) : { status: 500 }))
    const { time, read } = readerAt()
    const said = await read(ehr.base)
    answered = undefined
    time.now = DAY_MS
    expect(await read(ehr.base)).toBe(said)
    const asked = ehr.requests.length
    time.now += 5 * MINUTE_MS - 1
    await read(ehr.base)
    expect(ehr.requests).toHaveLength(asked)
    answered = answer
    time.now += 1
    expect(await read(ehr.base)).not.toBe(said)
  })

  test('asks again after a surprise, but not at every one', async () => {
    await using ehr = await startFaultyEhr(answer)
    const { time, read, forget } = readerAt()
    forget(ehr.base)
    await read(ehr.base)
    forget(ehr.base)
    await read(ehr.base)
    expect(ehr.requests).toHaveLength(2)
    time.now = 5 * MINUTE_MS
    forget(`${ehr.base}/`)
    await read(ehr.base)
    expect(ehr.requests).toHaveLength(4)
  })

  test.each([401, 403, 404])(
    'is not asked again within five minutes when it refuses to say (%i), then it is',
    async (status) => {
      let refuses = true
      await using ehr = await startFaultyEhr((seen) => (refuses ? { status } : answer(seen)))
      const { time, read, renew } = readerAt()
      const refused = { code: 'ehr-unavailable' }
      await expect(read(ehr.base)).rejects.toMatchObject(refused)
      refuses = false
      time.now = 5 * MINUTE_MS - 1
      await expect(read(ehr.base)).rejects.toMatchObject(refused)
      await renew(ehr.base)
      expect(ehr.requests.filter(({ url }) => url.endsWith('/metadata'))).toHaveLength(1)
      time.now = 5 * MINUTE_MS
      expect((await read(ehr.base)).services).toBe(true)
    },
  )

  test('takes an EHR back at once that refused to say, was down, and is there again', async () => {
    let reply = { status: 401 }
    await using ehr = await startFaultyEhr((seen) => (reply.status === 200 ? answer(seen) : reply))
    const { time, read } = readerAt()
    for (const [status, after] of [
      [401, 0],
      [500, 5 * MINUTE_MS],
    ] as const) {
      reply = { status }
      time.now += after
      await expect(read(ehr.base)).rejects.toMatchObject({ code: 'ehr-unavailable' })
    }
    reply = { status: 200 }
    expect((await read(ehr.base)).services).toBe(true)
  })

  test('renews what it learned five minutes ago, and nobody waits for that', async () => {
    await using ehr = await startFaultyEhr(answer)
    const { time, read, renew } = readerAt()
    await renew(ehr.base)
    const said = await read(ehr.base)
    time.now = 5 * MINUTE_MS - 1
    await renew(ehr.base)
    expect(ehr.requests).toHaveLength(2)
    time.now = 5 * MINUTE_MS
    const renewing = Promise.all([renew(ehr.base), renew(ehr.base)])
    expect(await read(ehr.base)).toBe(said)
    await renewing
    expect(await read(ehr.base)).not.toBe(said)
    expect(ehr.requests).toHaveLength(4)
  })

  test('renews from an EHR that is away: what was said counts, and five minutes later it is asked again', async () => {
    let down = false
    await using ehr = await startFaultyEhr((seen) => (down ? { status: 500 } : answer(seen)))
    const { time, read, renew } = readerAt()
    const said = await read(ehr.base)
    down = true
    time.now = 5 * MINUTE_MS
    await renew(ehr.base)
    expect(await read(ehr.base)).toBe(said)
    down = false
    time.now = 10 * MINUTE_MS
    expect(await read(ehr.base)).not.toBe(said)
  })

  test('renews from an EHR that never answered without a word', async () => {
    await using ehr = await startFaultyEhr({ status: 500 })
    expect(await readerAt().renew(ehr.base)).toBeUndefined()
  })

  test('makes do without a SMART configuration', async () => {
    await using ehr = await startFaultyEhr((seen) =>
      seen.url.endsWith('/metadata') ? { body: rich } : { status: 404 },
    )
    expect((await readerAt().read(ehr.base)).services).toBe(false)
  })

  test('takes an EHR that keeps its statement to itself for one that is not answering, not for a lost session', async () => {
    await using ehr = await startFaultyEhr({ status: 401 })
    await expect(readerAt().read(ehr.base)).rejects.toMatchObject({ code: 'ehr-unavailable', status: 502 })
  })
})
