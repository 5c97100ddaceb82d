import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseScope } from '../../smart-launch/choose-scope.ts'
import { type Interaction, scopeAllows } from '../../smart-launch/index.ts'

const LETTERS: Interaction[] = ['c', 'r', 'u', 'd', 's']
const rights = (scope: string, type = 'Patient') =>
  LETTERS.filter((letter) => scopeAllows(scope, 'user', type, letter)).join('')

describe('what a granted scope allows', () => {
  test.each([
    ['user/Patient.rs', 'rs'],
    ['user/Patient.cruds', 'cruds'],
    ['user/Patient.r', 'r'],
    ['user/*.rs', 'rs'],
    ['user/Patient.read', 'rs'],
    ['user/Patient.write', 'cud'],
    ['user/Patient.*', 'cruds'],
    ['user/*.*', 'cruds'],
    ['openid  user/Patient.r\tuser/Patient.u', 'ru'],
    ['user/Patient.sr', ''],
    ['user/Patient.rr', ''],
    ['user/Patient.', ''],
    ['user/Patient', ''],
    ['user/Patient.rs?_id=7', ''],
    ['user/Patient.readwrite', ''],
    ['user/Patient.constructor', ''],
    ['user/Patients.rs', ''],
    ['user/patient.rs', ''],
    ['patient/Patient.rs', ''],
    ['system/Patient.rs', ''],
    ['xuser/Patient.rs', ''],
    ['openid fhirUser launch', ''],
    ['', ''],
  ])('%s → "%s"', (scope, expected) => {
    expect(rights(scope)).toBe(expected)
  })

  test('a type is not another type', () => {
    expect(rights('user/Consent.cruds')).toBe('')
  })

  test('patient and system scopes answer for themselves', () => {
    expect(scopeAllows('patient/Patient.rs', 'patient', 'Patient', 's')).toBe(true)
    expect(scopeAllows('system/*.read', 'system', 'Consent', 'r')).toBe(true)
  })
})

const v2 = fc
  .tuple(
    fc.constantFrom('user', 'system', 'patient'),
    fc.constantFrom('Patient', 'Consent', '*'),
    fc.subarray(LETTERS, { minLength: 1 }),
  )
  .map(([context, type, letters]) => `${context}/${type}.${letters.join('')}`)
const scopeString = fc
  .array(fc.oneof(v2, fc.constantFrom('openid', 'launch', 'fhirUser')))
  .map((all) => all.join(' '))

test('every v2 scope allows exactly its letters', () => {
  fc.assert(
    fc.property(fc.subarray(LETTERS, { minLength: 1 }), (letters) => {
      expect(rights(`user/Patient.${letters.join('')}`)).toBe(letters.join(''))
    }),
  )
})

test('no text makes scopeAllows throw, and only a scope for the type allows it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((rest) => `user/${rest}`),
      ),
      (scope) => {
        if (rights(scope) !== '') expect(scope).toMatch(/user\/(Patient|\*)\./)
      },
    ),
  )
})

describe('the form in which an EHR is asked', () => {
  test.each([
    ['user/Patient.rs', 'user/Patient.read'],
    ['user/Patient.cud', 'user/Patient.write'],
    ['user/Patient.cruds', 'user/Patient.*'],
    ['user/Consent.crus', 'user/Consent.read user/Consent.write'],
    ['user/Patient.r user/Patient.s', 'user/Patient.read'],
    ['user/Observation.rs?category=laboratory', ''],
    ['openid api:oemr user/Patient.read', 'openid api:oemr user/Patient.read'],
    // OpenEMR's own, in small letters: no FHIR scopes.
    ['user/patient.write user/patient.crus', 'user/patient.write user/patient.crus'],
  ])('v1: %s → %s', (scope, expected) => {
    expect(chooseScope(scope, ['permission-v1'])).toBe(expected)
  })

  test('stays as configured where v2 is known, or nothing is said', () => {
    fc.assert(
      fc.property(
        scopeString,
        fc.constantFrom([], ['permission-v2'], ['permission-v1', 'permission-v2']),
        (scope, capabilities) => {
          expect(new Set(chooseScope(scope, capabilities).split(' '))).toEqual(new Set(scope.split(' ')))
        },
      ),
    )
  })

  test('in v1 nothing that was wanted is lost, and no other type or context is asked for', () => {
    fc.assert(
      fc.property(scopeString, (scope) => {
        const asked = chooseScope(scope, ['permission-v1'])
        for (const context of ['user', 'system', 'patient'] as const) {
          for (const type of ['Patient', 'Consent', 'Device']) {
            const can = (text: string) => LETTERS.filter((letter) => scopeAllows(text, context, type, letter))
            expect(can(asked)).toEqual(expect.arrayContaining(can(scope)))
            if (can(scope).length === 0) expect(can(asked)).toEqual([])
          }
        }
      }),
    )
  })

  test('converting twice changes nothing more', () => {
    fc.assert(
      fc.property(scopeString, (scope) => {
        const once = chooseScope(scope, ['permission-v1'])
        expect(chooseScope(once, ['permission-v1'])).toBe(once)
      }),
    )
  })
})
