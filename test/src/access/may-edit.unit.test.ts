import { describe, expect, test } from 'vitest'
import { mayEditContacts } from '../../../src/access/may-edit.ts'
import type { EhrCapability } from '../../../src/fhir/capability.ts'
import type { Permission } from '../../../src/staff/schema.ts'

const ABLE = {
  read: true,
  search: true,
  create: true,
  update: true,
  patch: false,
  delete: false,
  conditionalCreate: false,
  ifMatch: true,
  operations: [],
  searchParams: [],
}
const ehr = (types: Record<string, Partial<typeof ABLE>>): EhrCapability => ({
  fhirVersion: '4.0.1',
  batch: true,
  transaction: true,
  services: true,
  types: Object.fromEntries(Object.entries(types).map(([type, changed]) => [type, { ...ABLE, ...changed }])),
})
const GOOD = ehr({ Patient: {}, Provenance: {} })
const SERVICE = 'system/Patient.rus system/Provenance.c'

const mayEdit = (
  scope: string,
  ehrTokenId: string | null,
  capability: EhrCapability | 'silent',
  permissions: Permission[] = ['access.manage'],
) =>
  mayEditContacts(
    {
      capabilityOf: () =>
        capability === 'silent' ? Promise.reject(new Error('away')) : Promise.resolve(capability),
    },
    'oak',
    { permissions, context: { patientId: '1', scope, ehrTokenId } },
  )

describe('with their own token', () => {
  test.each<[string, EhrCapability | 'silent', boolean]>([
    ['user/Patient.rus', GOOD, true],
    ['user/*.cruds', GOOD, true],
    ['patient/Patient.write', GOOD, true],
    ['user/Patient.rs', GOOD, false],
    [SERVICE, GOOD, false],
    ['user/Patient.rus', ehr({ Patient: { update: false } }), false],
    ['user/Patient.rus', 'silent', true],
  ])('%s', async (scope, capability, expected) => {
    expect(await mayEdit(scope, 'token', capability)).toBe(expected)
    expect(await mayEdit(scope, 'token', capability, ['access.read'])).toBe(false)
  })
})

describe('by the service, which must be able to say for whom', () => {
  test.each<[string, EhrCapability | 'silent', boolean]>([
    [SERVICE, GOOD, true],
    ['system/*.*', GOOD, true],
    ['system/Patient.rus', GOOD, false],
    ['system/Patient.rs system/Provenance.c', GOOD, false],
    ['system/Patient.rus system/Provenance.rs', GOOD, false],
    ['user/Patient.rus user/Provenance.c', GOOD, false],
    ['', GOOD, false],
    [SERVICE, ehr({ Patient: {}, Provenance: { create: false } }), false],
    [SERVICE, ehr({ Patient: { update: false }, Provenance: {} }), false],
    [SERVICE, ehr({ Patient: {} }), false],
    [SERVICE, 'silent', false],
  ])('%s', async (scope, capability, expected) => {
    expect(await mayEdit(scope, null, capability)).toBe(expected)
    expect(await mayEdit(scope, null, capability, ['access.read'])).toBe(false)
  })
})
