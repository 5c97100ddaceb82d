import { describe, expect, test } from 'vitest'
import { readCapability } from '../../../src/fhir/capability.ts'
import { HOME_TYPES } from '../../../src/fhir/homes.ts'
import { patientChangeWay, planFor, type EhrPlan } from '../../../src/fhir/plan.ts'
import { EPIC, FULL, MEDPLUM, MILLENNIUM, OPENEMR, READ_ONLY } from '../../support/ehrs.ts'

const ALL_OF_IT = { staffScope: 'user/*.cruds', serviceScope: 'system/*.cruds' }
const OPENEMR_SCOPES = {
  staffScope: [
    'openid fhirUser launch offline_access api:fhir api:oemr user/Patient.read user/Patient.write user/patient.write',
    'user/appointment.write user/message.write user/document.write user/Appointment.read',
  ].join(' '),
  serviceScope: 'system/Patient.read system/Appointment.read',
}

const plan = (said: { statement: unknown; smart: unknown }, scopes = ALL_OF_IT): EhrPlan =>
  planFor({ capability: readCapability(said.statement, said.smart), ...scopes })

/** `ehr by service` for each type, in the order of HOME_TYPES. */
const homes = (found: EhrPlan) =>
  HOME_TYPES.map((type) => {
    const { home, writer } = found.homes[type]
    return home === 'portal' ? 'portal' : writer
  })

describe('the plan for one EHR', () => {
  test.each([
    ['full', plan(FULL), { mirror: 'ehr', openings: 'slots', booking: 'ehr', documents: 'ehr' }],
    [
      'Medplum-like',
      plan(MEDPLUM),
      { mirror: 'ehr', openings: 'operations', booking: 'ehr', documents: 'ehr' },
    ],
    [
      'OpenEMR',
      plan(OPENEMR, OPENEMR_SCOPES),
      { mirror: 'portal', openings: 'busy-times', booking: 'openemr', documents: 'openemr' },
    ],
    [
      'Millennium',
      plan(MILLENNIUM),
      { mirror: 'portal', openings: 'slots', booking: 'ehr', documents: 'ehr' },
    ],
    [
      'Epic-like',
      plan(EPIC),
      { mirror: 'portal', openings: 'busy-times', booking: 'to-do', documents: 'kept' },
    ],
    [
      'read-only',
      plan(READ_ONLY),
      { mirror: 'portal', openings: 'none', booking: 'to-do', documents: 'kept' },
    ],
  ])(
    '%s: where decisions are mirrored, where openings, bookings and documents come from',
    (_, found, { mirror, ...ways }) => {
      const { consentMirror, auditMirror } = found
      expect([consentMirror, auditMirror]).toEqual([mirror, mirror])
      expect(found).toMatchObject(ways)
    },
  )

  test.each([
    ['full', plan(FULL), 'put', 'put', true],
    ['Medplum-like', plan(MEDPLUM), 'put', 'put', true],
    ['OpenEMR', plan(OPENEMR, OPENEMR_SCOPES), 'openemr', 'to-do', false],
    [
      'OpenEMR without its REST API',
      plan(OPENEMR, { ...OPENEMR_SCOPES, staffScope: 'user/Patient.write' }),
      'put',
      'to-do',
      false,
    ],
    ['Millennium', plan(MILLENNIUM), 'patch', 'to-do', true],
    ['Epic-like', plan(EPIC), 'to-do', 'to-do', false],
    ['read-only', plan(READ_ONLY), 'to-do', 'to-do', false],
  ] as const)('%s: how a change of a patient gets into the chart', (_, found, staff, service, versions) => {
    expect(found.patientChange).toEqual({ staff, service })
    expect(found.versions).toBe(versions)
  })

  const EVERYWHERE = HOME_TYPES.map(() => 'service')
  const NOWHERE = HOME_TYPES.map(() => 'portal')
  test.each([
    ['full', plan(FULL), EVERYWHERE],
    ['Medplum-like', plan(MEDPLUM), EVERYWHERE],
    ['OpenEMR', plan(OPENEMR, OPENEMR_SCOPES), NOWHERE],
    [
      'Millennium',
      plan(MILLENNIUM),
      ['service', 'service', 'portal', 'portal', 'service', 'portal', 'portal'],
    ],
    ['Epic-like', plan(EPIC), NOWHERE],
    ['read-only', plan(READ_ONLY), NOWHERE],
  ])('%s: where each type lives, and by whose token it is written', (_, found, expected) => {
    expect(homes(found)).toEqual(expected)
  })

  test.each([
    ['full', plan(FULL), true],
    ['OpenEMR', plan(OPENEMR, OPENEMR_SCOPES), true],
    ['read-only', plan(READ_ONLY), false],
    ['full, where the service got nothing', plan(FULL, { ...ALL_OF_IT, serviceScope: '' }), false],
  ])('%s: patients are shown the chart only by a service that may read it', (_, found, patients) => {
    expect(found.chart).toEqual({ staff: true, patients })
  })

  const ACCEPTED = HOME_TYPES.map((type) => (type === 'DocumentReference' ? 'staff' : 'portal'))

  test('what the service may not write has no home in the chart, as patients write while no staff is there', () => {
    const found = plan(FULL, { ...ALL_OF_IT, serviceScope: 'system/*.rs' })
    expect(homes(found)).toEqual(ACCEPTED)
    expect(found).toMatchObject({ consentMirror: 'portal', auditMirror: 'portal', documents: 'ehr' })
    expect(found.patientChange).toEqual({ staff: 'put', service: 'to-do' })
  })

  test('no client credentials, no service: whatever scopes were asked for', () => {
    const said = { ...FULL, smart: { grant_types_supported: ['authorization_code'] } }
    expect(plan(said)).toMatchObject({ chart: { patients: false }, patientChange: { service: 'to-do' } })
    expect(homes(plan(said))).toEqual(ACCEPTED)
  })

  test.each([FULL, MEDPLUM, OPENEMR, MILLENNIUM, EPIC, READ_ONLY])(
    'what patients send goes into the chart exactly where documents live there: %#',
    (said) => {
      for (const scopes of [ALL_OF_IT, OPENEMR_SCOPES, { staffScope: '', serviceScope: '' }]) {
        const { documents, homes: found } = plan(said, scopes)
        expect(documents === 'ehr').toBe(found.DocumentReference.home === 'ehr')
      }
    },
  )

  describe('while the EHR gives the service no token', () => {
    const during = (said: typeof FULL, service: 'refused' | 'unknown') =>
      planFor({ capability: readCapability(said.statement, said.smart), ...ALL_OF_IT, service })
    const open = (found: EhrPlan) => HOME_TYPES.map((type) => found.homes[type].isOpen)

    test.each(['refused', 'unknown'] as const)(
      '%s: where a type would live with it, nothing is decided',
      (is) => {
        expect(open(during(FULL, is))).toEqual(HOME_TYPES.map((type) => type !== 'DocumentReference'))
        expect(open(during(READ_ONLY, is))).toEqual(HOME_TYPES.map(() => false))
        expect(open(plan(FULL))).toEqual(HOME_TYPES.map(() => false))
      },
    )

    test('a refusal counts for what happens now, and one that takes its time as what was asked for', () => {
      const before = { chart: { patients: false }, patientChange: { service: 'to-do' } }
      expect(during(FULL, 'refused')).toMatchObject({ ...before, consentMirror: 'portal' })
      expect(during(FULL, 'unknown').patientChange).toEqual(plan(FULL).patientChange)
    })
  })

  test.each([
    ['full', FULL, 'patch'],
    ['Millennium', MILLENNIUM, 'patch'],
    ['OpenEMR without its REST API', OPENEMR, 'put'],
  ] as const)(
    '%s without versions: a whole Patient is written only where there is no patch',
    (_, said, way) => {
      const capability = readCapability(said.statement, said.smart)
      const types = Object.entries(capability.types).map(([type, can]) => [type, { ...can, ifMatch: false }])
      expect(
        patientChangeWay({ ...capability, types: Object.fromEntries(types) }, 'user', 'user/Patient.rus'),
      ).toBe(way)
    },
  )

  test('rights of a launch for its one patient are rights to change that patient', () => {
    const launched = { staffScope: 'launch patient/Patient.rus', serviceScope: '' }
    expect(plan(FULL, launched).patientChange.staff).toBe('put')
    expect(
      plan(OPENEMR, { ...launched, staffScope: 'api:oemr patient/patient.write' }).patientChange.staff,
    ).toBe('to-do')
  })

  test('the first and the second form of scopes plan the same', () => {
    expect(plan(FULL, { staffScope: 'user/*.read user/*.write', serviceScope: 'system/*.*' })).toEqual(
      plan(FULL),
    )
  })

  test('OpenEMR is known by its API where it does not give its name', () => {
    const nameless = { ...OPENEMR, statement: { ...(OPENEMR.statement as object), software: undefined } }
    expect(plan(nameless, OPENEMR_SCOPES)).toEqual(plan(OPENEMR, OPENEMR_SCOPES))
    expect(plan(OPENEMR, OPENEMR_SCOPES)).toMatchObject({
      trustedEmail: 'use-mobile',
      portalFlags: 'openemr',
      staffInbox: 'openemr',
    })
  })

  test('scopes that look like OpenEMR’s mean nothing elsewhere', () => {
    expect(plan(FULL, OPENEMR_SCOPES)).toMatchObject({
      trustedEmail: 'extension',
      portalFlags: 'none',
      staffInbox: 'none',
      patientChange: { staff: 'put' },
    })
  })
})

describe('while an EHR does not say what it can do', () => {
  test.each([
    ['user', 'user/Patient.rus', 'put'],
    ['user', 'user/Patient.write', 'put'],
    ['user', 'user/Patient.rs', 'to-do'],
    ['system', 'system/*.cruds', 'to-do'],
  ] as const)('a %s token with %s: %s', (level, scope, way) => {
    expect(patientChangeWay(undefined, level, scope)).toBe(way)
  })
})
