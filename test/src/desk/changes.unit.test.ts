import type { ContactPoint } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { isInChart, mergeChanges } from '../../../src/desk/changes.ts'
import type { ToDoChange } from '../../../src/desk/schema.ts'
import { HOME, MAIL, MARK, MOBILE } from '../../support/chart.ts'

const mobile = (from: string | null, to: string | null): ToDoChange => ({ field: 'mobilePhone', from, to })
const home = (from: string | null, to: string | null): ToDoChange => ({ field: 'homePhone', from, to })
const [A, B, C] = ['555 010 0101', '555 010 0102', '555 010 0103']

describe('what is to be done after more was accepted', () => {
  test.each<[string, ToDoChange[], ToDoChange[], ToDoChange[]]>([
    ['the first change', [], [mobile(null, A)], [mobile(null, A)]],
    ['another field beside it', [mobile(A, B)], [home(null, C)], [mobile(A, B), home(null, C)]],
    ['a newer value of the same field, told from the oldest', [mobile(A, B)], [mobile(B, C)], [mobile(A, C)]],
    ['the same, from what the chart still holds', [mobile(A, B)], [mobile(A, C)], [mobile(A, C)]],
    ['back to what the chart holds', [mobile(A, B), home(A, B)], [mobile(B, A)], [home(A, B)]],
    ['back to nothing', [mobile(null, B)], [mobile(B, null)], []],
    ['back, written another way', [mobile(A, B)], [mobile(B, '+1 (555) 010-0101')], []],
    ['back to the first, after the chart got a third value', [mobile(A, B)], [mobile(C, A)], [mobile(C, A)]],
    ['nothing new', [], [mobile(A, A)], []],
  ])('%s', (_, open, accepted, merged) => {
    expect(mergeChanges(open, accepted)).toEqual(merged)
  })
})

describe('whether the chart says it by now', () => {
  const trusted = (to: string | null): ToDoChange => ({ field: 'trustedEmail', from: null, to })
  const contact = (to: string | null): ToDoChange => ({ field: 'contactEmail', from: null, to })
  test.each<[string, ToDoChange, ContactPoint[], boolean]>([
    ['the number', mobile(null, MOBILE.value), [MOBILE], true],
    ['the number, written another way', mobile(null, '+1 555.010.0102'), [MOBILE], true],
    ['the number of another use', mobile(null, HOME.value), [HOME], false],
    ['a number that was to go', mobile(A, null), [HOME], true],
    ['a number that was to go and is there', mobile(MOBILE.value, null), [MOBILE], false],
    ['a number that was to go, with another one left', mobile(A, null), [MOBILE], true],
    ['a number that was to go and stands elsewhere', home(A, null), [HOME, { ...MOBILE, value: A }], false],
    ['a number for messages', mobile(null, A), [HOME, { system: 'sms', use: 'mobile', value: A }], true],
    ['a number without a use', mobile(null, A), [HOME, { system: 'phone', value: A }], true],
    [
      'a number without a use beside the one that it was to replace',
      mobile(MOBILE.value, A),
      [MOBILE, { system: 'phone', value: A }],
      false,
    ],
    ['the address in other letters', contact('Piotr@mail.example'), [MAIL], true],
    [
      'other letters, where nothing else was to change',
      { field: 'contactEmail', from: MAIL.value, to: 'Piotr@mail.example' },
      [MAIL],
      false,
    ],
    [
      'an address that was to go, with another one left',
      { field: 'contactEmail', from: 'gone@mail.example', to: null },
      [MAIL],
      true,
    ],
    [
      'the address, while another one is marked',
      trusted('office@mail.example'),
      [
        { ...MAIL, value: 'office@mail.example' },
        { ...MAIL, extension: [MARK] },
      ],
      false,
    ],
    ['the preferred address', contact('piotr@MAIL.example'), [MAIL], true],
    [
      'an address behind another one',
      contact('second@mail.example'),
      [MAIL, { ...MAIL, value: 'second@mail.example' }],
      false,
    ],
    ['the marked address', trusted(MAIL.value), [{ ...MAIL, extension: [MARK] }], true],
    ['the address without our mark', trusted(MAIL.value), [MAIL], true],
    ['another address', trusted('other@mail.example'), [MAIL], false],
    ['a mark that was to go', trusted(null), [MAIL], true],
    ['a mark that was to go and is there', trusted(null), [{ ...MAIL, extension: [MARK] }], false],
  ])('%s', (_, change, telecom, seen) => {
    expect(isInChart(change, { resourceType: 'Patient', telecom })).toBe(seen)
  })
})
