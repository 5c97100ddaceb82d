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
    ['Epic-like', plan(EPIC), ['portal', 'portal', 'portal', 'portal', 'service', 'portal', 'portal']],
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

  test('what the service may not write, staff write where they may', () => {
    const found = plan(FULL, { ...ALL_OF_IT, serviceScope: 'system/*.rs' })
    expect(homes(found)).toEqual(HOME_TYPES.map(() => 'staff'))
    expect(found.patientChange).toEqual({ staff: 'put', service: 'to-do' })
  })

  test('no client credentials, no service: whatever scopes were asked for', () => {
    const said = { ...FULL, smart: { grant_types_supported: ['authorization_code'] } }
    expect(plan(said)).toMatchObject({ chart: { patients: false }, patientChange: { service: 'to-do' } })
    expect(homes(plan(said))).toEqual(HOME_TYPES.map(() => 'staff'))
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
