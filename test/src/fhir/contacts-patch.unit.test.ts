import type { ContactPoint } from '@medplum/fhirtypes'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonPatch } from '../../../src/fhir/client.ts'
import { telecomPatch } from '../../../src/fhir/telecom-patch.ts'

const HOME: ContactPoint = { id: 'a', system: 'phone', use: 'home', value: '1' }
const MOBILE: ContactPoint = { id: 'b', system: 'phone', use: 'mobile', value: '2' }
const MAIL: ContactPoint = { id: 'c', system: 'email', use: 'home', value: 'ann@x.example' }
const NEW_HOME = { ...HOME, value: '9' }

test.each<[string, ContactPoint[], ContactPoint[], JsonPatch[]]>([
  ['nothing', [HOME], [HOME], []],
  ['the first one', [], [HOME], [{ op: 'add', path: '/telecom', value: [HOME] }]],
  ['one more', [HOME], [HOME, MAIL], [{ op: 'add', path: '/telecom/-', value: MAIL }]],
  [
    'another value',
    [MAIL, HOME],
    [MAIL, NEW_HOME],
    [
      { op: 'test', path: '/telecom/1', value: HOME },
      { op: 'replace', path: '/telecom/1', value: NEW_HOME },
    ],
  ],
  [
    'some that go, from the end, and one that comes',
    [HOME, MOBILE, MAIL],
    [MOBILE, NEW_HOME],
    [
      { op: 'test', path: '/telecom/0', value: HOME },
      { op: 'test', path: '/telecom/2', value: MAIL },
      { op: 'remove', path: '/telecom/2' },
      { op: 'remove', path: '/telecom/0' },
      { op: 'add', path: '/telecom/-', value: NEW_HOME },
    ],
  ],
  [
    'the last one that goes',
    [HOME],
    [],
    [
      { op: 'test', path: '/telecom', value: [HOME] },
      { op: 'remove', path: '/telecom' },
    ],
  ],
  [
    'one that comes before another',
    [MAIL],
    [HOME, MAIL],
    [
      { op: 'test', path: '/telecom/0', value: MAIL },
      { op: 'remove', path: '/telecom/0' },
      { op: 'add', path: '/telecom/-', value: HOME },
      { op: 'add', path: '/telecom/-', value: MAIL },
    ],
  ],
])('%s', (_, was, is, patch) => {
  expect(telecomPatch(was, is)).toEqual(patch)
})

/** RFC 6902, as far as it is needed here. */
function apply(was: ContactPoint[], patch: JsonPatch[]): ContactPoint[] {
  let list = [...was]
  for (const step of patch) {
    const [, , place] = step.path.split('/')
    if (step.op === 'test') expect(place === undefined ? list : list[Number(place)]).toEqual(step.value)
    else if (place === undefined) list = step.op === 'remove' ? [] : [...(step.value as ContactPoint[])]
    else if (step.op === 'remove') list.splice(Number(place), 1)
    else if (place === '-') list.push(step.value as ContactPoint)
    else list[Number(place)] = step.value as ContactPoint
  }
  return list
}

test('whatever was there becomes whatever is to be', () => {
  const entry = fc.record({
    system: fc.constantFrom('phone', 'email'),
    use: fc.constantFrom('home', 'mobile'),
    value: fc.constantFrom('1', '2', '3'),
  }) as fc.Arbitrary<ContactPoint>
  const list = fc.array(entry, { maxLength: 5 })
  fc.assert(
    fc.property(list, list, (was, is) => {
      expect(apply(was, telecomPatch(was, is))).toEqual(is)
    }),
    { numRuns: 1000 },
  )
})
