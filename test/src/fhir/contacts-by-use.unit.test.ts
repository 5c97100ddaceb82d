import type { ContactPoint, Patient } from '@medplum/fhirtypes'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ContactField, EditContacts } from '../../../src/access/schema.ts'
import { mergeContacts } from '../../../src/fhir/contacts.ts'
import {
  CONTACT_FIELDS,
  contactsOf,
  readMarks,
  trustedEmailOf,
  withoutReadMarks,
} from '../../../src/fhir/telecom.ts'

const email = (value: string, use?: ContactPoint['use']): ContactPoint => ({
  system: 'email',
  value,
  ...(use ? { use } : {}),
})
const patient = (...telecom: ContactPoint[]): Patient => ({ resourceType: 'Patient', telecom })
const read = (...telecom: ContactPoint[]) => readMarks(patient(...telecom), 'use-mobile')

/** As it would be written into such a chart. */
function merge(before: Patient, to: Partial<Record<ContactField, string | null>>) {
  const has = contactsOf(before)
  const edits = Object.fromEntries(
    Object.entries(to).map(([field, value]) => [field, { from: has[field as ContactField], to: value }]),
  ) as EditContacts
  return mergeContacts(before, edits, trustedEmailOf(before), 'use-mobile')
}
const written = (before: Patient, to: Partial<Record<ContactField, string | null>>) =>
  withoutReadMarks(merge(before, to)).telecom

describe('a chart that marks a trusted e-mail by its use', () => {
  test('has a place for each, whichever comes first', () => {
    const ann = read(email('trusted@x.example', 'mobile'), email('ann@x.example', 'home'))
    expect(contactsOf(ann)).toMatchObject({
      contactEmail: 'ann@x.example',
      trustedEmail: 'trusted@x.example',
    })
  })

  test('with a trusted e-mail alone has no contact e-mail', () => {
    expect(contactsOf(read(email('ann@x.example', 'mobile')))).toMatchObject({
      contactEmail: null,
      trustedEmail: 'ann@x.example',
    })
  })

  test('is no other chart: elsewhere such an address is a contact e-mail', () => {
    const ann = patient(email('ann@x.example', 'mobile'))
    expect(readMarks(ann, 'extension')).toBe(ann)
    expect(contactsOf(ann)).toMatchObject({ contactEmail: 'ann@x.example', trustedEmail: null })
  })

  test.each<[string, ContactPoint[], Partial<Record<ContactField, string | null>>, ContactPoint[]]>([
    [
      'one that is new',
      [email('ann@x.example', 'home')],
      { trustedEmail: 'ann@x.example' },
      [email('ann@x.example', 'home'), email('ann@x.example', 'mobile')],
    ],
    [
      'one in place of another',
      [email('ann@x.example', 'home'), email('old@x.example', 'mobile')],
      { trustedEmail: 'new@x.example' },
      [email('ann@x.example', 'home'), email('new@x.example', 'mobile')],
    ],
    [
      'one taken away',
      [email('ann@x.example', 'home'), email('ann@x.example', 'mobile')],
      { trustedEmail: null },
      [email('ann@x.example', 'home')],
    ],
    [
      'a contact e-mail beside it',
      [email('ann@x.example', 'mobile')],
      { contactEmail: 'work@x.example' },
      [email('ann@x.example', 'mobile'), email('work@x.example', 'home')],
    ],
    [
      'a contact e-mail taken away',
      [email('ann@x.example', 'home'), email('ann@x.example', 'mobile')],
      { contactEmail: null },
      [email('ann@x.example', 'mobile')],
    ],
  ])('takes %s in its own words', (_, before, to, after) => {
    expect(written(read(...before), to)).toEqual(after)
  })

  test('whatever it holds and whatever is typed: it stands there afterwards, the rest stays, twice is once', () => {
    const address = fc.constantFrom('a@x.example', 'b@x.example', 'c@x.example')
    const entry = fc.record(
      {
        system: fc.constantFrom('phone', 'email', 'fax'),
        value: address,
        use: fc.constantFrom('home', 'mobile', 'work', 'old'),
      },
      { requiredKeys: ['system', 'value'] },
    ) as fc.Arbitrary<ContactPoint>
    const wish = fc.record(
      { contactEmail: fc.option(address, { nil: null }), trustedEmail: fc.option(address, { nil: null }) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), wish, (telecom, to) => {
        const before = read(...telecom)
        expect(withoutReadMarks(before).telecom).toEqual(telecom)
        const after = merge(before, to)
        for (const field of CONTACT_FIELDS) {
          const wanted = (to as Partial<Record<ContactField, string | null>>)[field]
          if (wanted) expect(contactsOf(after)[field]).toBe(wanted)
          if (wanted === undefined) expect(contactsOf(after)[field]).toBe(contactsOf(before)[field])
        }
        if (to.trustedEmail === null) expect(trustedEmailOf(after)).toBeNull()
        const others = (list: ContactPoint[] = []) => list.filter(({ system }) => system !== 'email')
        expect(others(after.telecom)).toEqual(others(before.telecom))
        expect(readMarks(withoutReadMarks(after), 'use-mobile')).toEqual(after)
      }),
    )
  })
})
