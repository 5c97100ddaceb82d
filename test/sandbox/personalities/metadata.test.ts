import type { CapabilityStatement, Resource } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import { OFFERED_TYPES } from '../../../src/sandbox/fhir/definitions.ts'
import { issuesOf } from '../../../src/sandbox/fhir/validation.ts'
import { createPeople } from '../../../src/sandbox/people/index.ts'
import { PERSONALITIES } from '../../../src/sandbox/personalities/all.ts'
import {
  type FhirInteraction,
  INTERACTIONS,
  PERSONALITY_NAMES,
  type PersonalityName,
} from '../../../src/sandbox/personalities/personality.ts'
import { expectRefusal, startServer } from '../fhir/harness.ts'

const PEOPLE = createPeople('fernwood')

const serverOf = (name: PersonalityName) => {
  const personality = PERSONALITIES[name]
  const resources = personality.adapt?.(PEOPLE) ?? PEOPLE
  return { ...startServer({ personality, resources }), resources }
}
type Server = ReturnType<typeof serverOf>

/** One request of each kind; a type that nobody has a resource of is asked for `none`. */
const REQUESTS: Record<
  FhirInteraction,
  (server: Server, type: string, sample: Resource | undefined) => Answer
> = {
  read: ({ ask }, type, sample) => ask(`${type}/${sample?.id ?? 'none'}`),
  vread: ({ ask }, type, sample) => ask(`${type}/${sample?.id ?? 'none'}/_history/1`),
  'history-instance': ({ ask }, type, sample) => ask(`${type}/${sample?.id ?? 'none'}/_history`),
  'search-type': ({ ask }, type) => ask(`${type}?_count=1`),
  create: ({ send }, type, sample) => send('POST', type, sample ?? { resourceType: type }),
  update: ({ send }, type, sample) =>
    send('PUT', `${type}/${sample?.id ?? 'none'}`, sample ?? { resourceType: type, id: 'none' }),
  patch: ({ send, read }, type, sample) => {
    const version = read(type, sample?.id ?? 'none')?.meta?.versionId ?? '1'
    const body = [{ op: 'test', path: '/resourceType', value: type }]
    return send('PATCH', `${type}/${sample?.id ?? 'none'}`, body, { 'if-match': `W/"${version}"` })
  },
  delete: ({ ask }, type, sample) => ask(`${type}/${sample?.id ?? 'none'}`, { method: 'DELETE' }),
}
type Answer = Promise<{ status: number; headers: Headers; body: unknown }>

describe.each(PERSONALITY_NAMES)('the EMR %s', (name) => {
  const server = serverOf(name)
  const rest = new Map<string, { interactions: string[]; searchParams: string[] }>()
  let statement: CapabilityStatement
  beforeAll(async () => {
    ;({ body: statement } = await server.ask<CapabilityStatement>('metadata'))
    for (const { type, interaction = [], searchParam = [] } of statement.rest?.[0]?.resource ?? [])
      rest.set(type, {
        interactions: interaction.map(({ code }) => code ?? ''),
        searchParams: searchParam.map((one) => one.name),
      })
  })
  const named = (type: string, interaction: string) => rest.get(type)?.interactions.includes(interaction)
  const sampleOf = (type: string) => server.resources.find(({ resourceType }) => resourceType === type)

  test('tells of itself in a valid capability statement', () => {
    expect(issuesOf(statement)).toEqual([])
    expect(rest.size).toBeGreaterThan(25)
  })

  test.each(INTERACTIONS)('does %s where it says so, and refuses it everywhere else', async (interaction) => {
    for (const type of new Set([...rest.keys(), ...OFFERED_TYPES])) {
      const sample = sampleOf(type)
      const answer = await REQUESTS[interaction](server, type, sample)
      if (!named(type, interaction)) expectRefusal(answer, rest.has(type) ? 405 : 404, 'not-supported')
      else if (sample) expect([type, answer.status < 300]).toEqual([type, true])
      else expect([type, answer.status]).not.toEqual([type, 405])
      if (interaction === 'delete' && sample) server.load([sample])
    }
  })

  test('searches by what it names and, asked to be strict, by nothing else', async () => {
    const strict = { headers: { prefer: 'handling=strict' } }
    for (const [parameter, value] of [
      ['date', '2026-12-01'],
      ['patient', 'Patient/walter-okafor'],
      ['status', 'booked'],
      ['practitioner', 'Practitioner/prac-osei'],
    ] as const) {
      const answer = await server.ask(`Appointment?${parameter}=${value}`, strict)
      const isNamed = rest.get('Appointment')?.searchParams.includes(parameter)
      if (isNamed) expect([parameter, answer.status]).toEqual([parameter, 200])
      else expectRefusal(answer, 400, 'invalid')
    }
  })

  test.each(['batch', 'transaction'] as const)('processes a %s where it says so', async (type) => {
    const entry = [{ request: { method: 'GET', url: 'Patient/walter-okafor' } }]
    const answer = await server.send('POST', '', { resourceType: 'Bundle', type, entry })
    const isNamed = statement.rest?.[0]?.interaction?.some(({ code }) => code === type) ?? false
    if (isNamed) expect(answer.status).toBe(200)
    else expectRefusal(answer, 405, 'not-supported')
  })

  test('tells versions where it says so', async () => {
    const { headers } = await server.ask('Patient/walter-okafor')
    const patient = statement.rest?.[0]?.resource?.find(({ type }) => type === 'Patient')
    expect(headers.has('etag')).toBe(patient?.versioning === 'versioned-update')
  })
})

test('what each can write of a Patient, in one line each', async () => {
  const lines = await Promise.all(
    PERSONALITY_NAMES.map(async (name) => {
      const { body } = await serverOf(name).ask<CapabilityStatement>('metadata')
      const patient = body.rest?.[0]?.resource?.find(({ type }) => type === 'Patient')
      const writes = (patient?.interaction ?? [])
        .map(({ code }) => code)
        .filter((code) => ['create', 'update', 'patch', 'delete'].includes(code))
      return [body.software?.name, patient?.versioning, ...writes.toSorted()].join(' ')
    }),
  )
  expect(lines).toEqual([
    'Sandbox EMR versioned-update create delete patch update',
    'OpenEMR no-version create update',
    'Sandbox EMR in the manner of Millennium versioned-update create patch',
    'Sandbox EMR, read-only no-version',
  ])
})
