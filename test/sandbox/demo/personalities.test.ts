import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { greeting } from '../../../src/sandbox/demo/greeting.ts'
import { readOrMakeKeys } from '../../../src/sandbox/demo/keys.ts'
import { parseOptions } from '../../../src/sandbox/demo/options.ts'
import { addressesFrom, CLINICS, emrOptions, practiceConfig } from '../../../src/sandbox/demo/plan.ts'
import { createEmr } from '../../../src/sandbox/emr.ts'
import { createPeople } from '../../../src/sandbox/people/index.ts'
import { PERSONALITY_NAMES, type PersonalityName } from '../../../src/sandbox/personalities/personality.ts'

const ADDRESSES = addressesFrom(8080)
const keys = await readOrMakeKeys(
  CLINICS.map(({ slug }) => slug),
  undefined,
)
const practicesWith = (ehr: PersonalityName) => practiceConfig(ADDRESSES, keys, 2525, [], ehr).practices

test('the option names the EMR to play, the full one unless it is there', () => {
  expect(parseOptions([]).ehr).toBe('full')
  expect(PERSONALITY_NAMES.map((name) => parseOptions(['--ehr', name]).ehr)).toEqual(PERSONALITY_NAMES)
})

test('the greeting says which EMR is played, unless it is the usual one', () => {
  const said = PERSONALITY_NAMES.map((ehr) => /The EMR plays (.*)/.exec(greeting(ADDRESSES, ehr))?.[1])
  expect(said).toEqual([
    undefined,
    'OpenEMR: most of FHIR to read, and an interface of its own for what staff write.',
    'one in the manner of Millennium: POST and PATCH, hardly any PUT.',
    'one that lets nothing be written: staff enter changes there by hand.',
  ])
})

describe.each(PERSONALITY_NAMES)('with the EMR %s', (ehr) => {
  test('both clinics name their people as the EMR does', () => {
    for (const [index, clinic] of CLINICS.entries()) {
      const emr = createEmr({
        ...emrOptions(ADDRESSES, clinic, keys, ehr),
        resources: createPeople(clinic.slug),
      })
      const known = Object.fromEntries(emr.staff.map(({ role, fhirUser }) => [role, fhirUser]))
      const practice = practicesWith(ehr)[index]
      expect(practice?.administrators).toEqual([known['administrator']])
      expect(practice?.firstRoles).toEqual({ [known['front-desk'] ?? '']: 'front-desk' })
      expect(emr.personality).toBe(ehr)
    }
  })

  test('a patient’s page in the EMR has the address that Portico is told', async () => {
    const [fernwood] = CLINICS
    if (!fernwood) throw new Error('There is no first clinic.')
    const emr = createEmr({
      ...emrOptions(ADDRESSES, fernwood, keys, ehr),
      resources: createPeople('fernwood'),
    })
    const address = practicesWith(ehr)[0]?.chartUrl.replace('{patient}', 'walter-okafor') ?? ''
    // Nobody is logged in: the login page leads there.
    expect(await (await emr.fetch(address)).text()).toContain('value="/patients/walter-okafor"')
  })

  test('Portico asks for the scopes that its client is registered for', () => {
    const [practice] = practicesWith(ehr)
    const [fernwood] = CLINICS
    const registered = (fernwood && emrOptions(ADDRESSES, fernwood, keys, ehr).clients[0]?.scope)?.split(' ')
    const asked = `${practice?.client.scope} ${practice?.client.serviceScope}`.split(' ')
    if (ehr !== 'read-only') expect(registered).toEqual(asked)
    expect(asked.includes('messaging/ui')).toBe(ehr === 'full')
  })
})

test('an EMR of the first form of scopes has them registered in that form', () => {
  const scopes = CLINICS.map((clinic) => emrOptions(ADDRESSES, clinic, keys, 'read-only').clients[0]?.scope)
  const expected = [
    'openid fhirUser launch online_access user/Patient.read user/Patient.write user/RelatedPerson.read',
    'user/Practitioner.read user/Consent.read user/Consent.write user/Provenance.read user/Provenance.write',
    'system/Patient.read system/RelatedPerson.read system/Practitioner.read system/Consent.read',
    'system/Consent.write system/Provenance.read system/Provenance.write',
  ].join(' ')
  expect(scopes).toEqual([expected, expected])
})

test('OpenEMR is asked for what its registration file says', () => {
  const path = new URL('../../../smart-launch/registration/openemr.json', import.meta.url)
  const { client } = JSON.parse(readFileSync(path, 'utf8')) as { client: object }
  expect(practicesWith('openemr').map((practice) => practice.client)).toEqual([
    expect.objectContaining(client),
    expect.objectContaining(client),
  ])
})
