import { describe, expect, test } from 'vitest'
import { readCapability } from '../../../src/fhir/capability.ts'
import { missingScopes } from '../../../src/fhir/missing-scopes.ts'
import { MILLENNIUM, READ_ONLY } from '../../support/ehrs.ts'

describe('scopes that were asked for and not granted', () => {
  test.each([
    ['nothing', 'user/Patient.rus user/Consent.crus', 'user/Patient.rus user/Consent.crus', []],
    ['in the other form', 'user/Patient.rus', 'user/Patient.read user/Patient.write', []],
    ['asked in the first form', 'user/Patient.read user/Patient.write', 'user/Patient.crus', []],
    ['writing, in the first form', 'user/Patient.rus', 'user/Patient.read', ['user/Patient.u']],
    ['of several letters', 'user/Consent.crus', 'user/*.rs', ['user/Consent.cu']],
    ['by more than was asked for', 'system/Patient.rs', 'system/*.cruds', []],
    ['at another level', 'system/Patient.rs', 'user/Patient.rs', ['system/Patient.rs']],
    ['only for some', 'user/Observation.rs', 'user/Observation.rs?category=lab', ['user/Observation.rs']],
    ['what a launch proves', 'openid fhirUser launch launch/patient profile', '', []],
    ['what only a frame grants', 'launch messaging/ui', 'launch', []],
    ['a lasting session', 'launch online_access', '', ['online_access']],
    ['OpenEMR’s own, in lower case', 'api:oemr user/patient.write', 'api:oemr user/patient.write', []],
    [
      'OpenEMR’s own, not granted',
      'api:oemr user/patient.write',
      'user/Patient.write',
      ['api:oemr', 'user/patient.write'],
    ],
  ])('%s', (_what, asked, granted, missing) => {
    expect(missingScopes(asked, granted, null)).toEqual(missing)
  })

  test.each([
    ['a type that can only be read', READ_ONLY, 'user/Consent.crus', 'user/Consent.rs', []],
    ['a type that it does not have', MILLENNIUM, 'system/Task.crus', 'system/Patient.rs', []],
    ['changing by patch alone', MILLENNIUM, 'user/Patient.rus', 'user/Patient.rs', ['user/Patient.u']],
  ])(
    'what the EHR has no interface for, nobody there can grant: %s',
    (_what, ehr, asked, granted, missing) => {
      expect(missingScopes(asked, granted, readCapability(ehr.statement, ehr.smart))).toEqual(missing)
    },
  )
})
