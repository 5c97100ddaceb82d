import { describe, expect, test } from 'vitest'
import { mayEditContacts } from '../../../src/access/may-edit.ts'
import type { MayEdit } from '../../../src/access/schema.ts'
import type { EhrCapability, TypeCapability } from '../../../src/fhir/capability.ts'
import { planFor } from '../../../src/fhir/plan.ts'
import type { Permission } from '../../../src/staff/schema.ts'

const ABLE: TypeCapability = {
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
const ehr = (
  types: Record<string, Partial<TypeCapability>>,
  scopesSupported: string[] = [],
): EhrCapability => ({
  fhirVersion: '4.0.1',
  software: null,
  batch: true,
  transaction: true,
  services: true,
  smartCapabilities: [],
  scopesSupported,
  operations: [],
  types: Object.fromEntries(Object.entries(types).map(([type, changed]) => [type, { ...ABLE, ...changed }])),
})
const GOOD = ehr({ Patient: {}, Provenance: {} })
const READ_ONLY = ehr({ Patient: { update: false }, Provenance: {} })
const PATCHED = ehr({ Patient: { update: false, patch: true }, Provenance: {} })
const OPEN_EMR = ehr({ Patient: { update: false }, Provenance: { create: false } }, ['api:oemr'])
const STAFF = 'user/Patient.rus'
const SERVICE = 'system/Patient.rus system/Provenance.c'
const REST = 'api:oemr user/Patient.rs user/patient.write'

type Asked = {
  scope: string
  ehrTokenId: string | null
  capability: EhrCapability | 'silent'
  permissions?: Permission[]
  /** What others of the practice were granted. */
  practice?: { staffScope: string; serviceScope: string }
}

const mayEdit = ({ scope, ehrTokenId, capability, permissions = ['access.manage'], practice }: Asked) => {
  const [staffScope, serviceScope] = ehrTokenId === null ? ['', scope] : [scope, '']
  const answer = () =>
    capability === 'silent' ? Promise.reject(new Error('away')) : Promise.resolve(capability)
  return mayEditContacts(
    {
      capabilityOf: answer,
      planOf: async () => planFor({ capability: await answer(), staffScope, serviceScope, ...practice }),
    },
    'oak',
    { permissions, context: { patientId: '1', scope, ehrTokenId } },
  )
}

describe('with their own token', () => {
  test.each<[string, EhrCapability | 'silent', MayEdit]>([
    [STAFF, GOOD, 'chart'],
    ['user/*.cruds', GOOD, 'chart'],
    ['patient/Patient.write', GOOD, 'chart'],
    ['user/Patient.rs', GOOD, 'to-do'],
    [SERVICE, GOOD, 'to-do'],
    [STAFF, READ_ONLY, 'to-do'],
    [STAFF, PATCHED, 'chart'],
    ['patient/Patient.rus', PATCHED, 'chart'],
    [STAFF, 'silent', 'chart'],
    ['user/Patient.rs', 'silent', 'no'],
    [REST, OPEN_EMR, 'chart'],
    ['patient/patient.write api:oemr', OPEN_EMR, 'to-do'],
    ['user/Patient.rs user/patient.write', OPEN_EMR, 'to-do'],
    [REST, READ_ONLY, 'to-do'],
  ])('%s', async (scope, capability, expected) => {
    const asked = { scope, ehrTokenId: 'token', capability }
    expect(await mayEdit(asked)).toBe(expected)
    expect(await mayEdit({ ...asked, permissions: ['access.read'] })).toBe('no')
  })

  test.each([
    ['others of the practice', { staffScope: STAFF, serviceScope: '' }],
    ['the service', { staffScope: '', serviceScope: SERVICE }],
  ])('that may not what %s may: nothing becomes a to-do', async (_, practice) => {
    const asked = { scope: 'user/Patient.rs', ehrTokenId: 'token', capability: GOOD, practice }
    expect(await mayEdit(asked)).toBe('no')
  })
})

describe('by the service, which must be able to say for whom', () => {
  test.each<[string, EhrCapability | 'silent', MayEdit]>([
    [SERVICE, GOOD, 'chart'],
    ['system/*.*', GOOD, 'chart'],
    [SERVICE, PATCHED, 'chart'],
    ['system/Patient.rus', GOOD, 'to-do'],
    ['system/Patient.rs system/Provenance.c', GOOD, 'to-do'],
    ['system/Patient.rus system/Provenance.rs', GOOD, 'to-do'],
    ['user/Patient.rus user/Provenance.c', GOOD, 'to-do'],
    ['', GOOD, 'to-do'],
    [SERVICE, ehr({ Patient: {}, Provenance: { create: false } }), 'to-do'],
    [SERVICE, READ_ONLY, 'to-do'],
    [SERVICE, ehr({ Patient: {} }), 'to-do'],
    [REST, OPEN_EMR, 'to-do'],
    [SERVICE, 'silent', 'no'],
  ])('%s', async (scope, capability, expected) => {
    const asked = { scope, ehrTokenId: null, capability }
    expect(await mayEdit(asked)).toBe(expected)
    expect(await mayEdit({ ...asked, permissions: ['access.read'] })).toBe('no')
  })

  test('a card that only reads leaves to the launch what the launch can write', async () => {
    const practice = { staffScope: STAFF, serviceScope: '' }
    expect(await mayEdit({ scope: '', ehrTokenId: null, capability: GOOD, practice })).toBe('no')
  })
})
