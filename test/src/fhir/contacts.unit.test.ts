import type { ContactPoint, Patient } from '@medplum/fhirtypes'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TRUSTED_EMAIL } from '../../../fhir-profiles/canonicals.ts'
import type { ContactField, EditContacts } from '../../../src/access/schema.ts'
import { fieldsAt, mergeContacts } from '../../../src/fhir/contacts.ts'
import { CONTACT_FIELDS, contactsOf, sameContact, trustedEmailOf } from '../../../src/fhir/telecom.ts'

const MARK = { url: TRUSTED_EMAIL, valueBoolean: true }
const THEIRS = { url: 'https://ehr.example/checked', valueCode: 'yes' }
const phone = (use: ContactPoint['use'], value: string): ContactPoint => ({
  system: 'phone',
  ...(use ? { use } : {}),
  value,
})
const email = (value: string, rest: Partial<ContactPoint> = {}): ContactPoint => ({
  system: 'email',
  value,
  ...rest,
})
const trusted = (value: string, rest: Partial<ContactPoint> = {}) =>
  email(value, { ...rest, extension: [MARK] })

const patient = (...telecom: ContactPoint[]): Patient => ({
  resourceType: 'Patient',
  id: 'ann',
  ...(telecom.length > 0 ? { telecom } : {}),
  gender: 'female',
})
/** Edits on the ground of what the chart holds. */
const edit = (from: Patient, to: Partial<Record<ContactField, string | null>>): EditContacts =>
  Object.fromEntries(
    Object.entries(to).map(([field, value]) => [
      field,
      { from: contactsOf(from)[field as ContactField], to: value },
    ]),
  )
const merge = (from: Patient, to: Partial<Record<ContactField, string | null>>) =>
  mergeContacts(from, edit(from, to))

describe('what the chart holds', () => {
  test('each number by its use; a number without one counts as the home phone while no other does', () => {
    const work = phone('work', '555 010 0101')
    const bare = phone(undefined, '555 010 0102')
    expect(contactsOf(patient(work, bare, phone('mobile', '555 010 0103')))).toMatchObject({
      homePhone: '555 010 0102',
      mobilePhone: '555 010 0103',
    })
    expect(contactsOf(patient(bare, phone('home', '555 010 0104'))).homePhone).toBe('555 010 0104')
    expect(contactsOf(patient(work))).toMatchObject({ homePhone: null, mobilePhone: null })
  })

  test('the mark counts although the same address stands before it without one', () => {
    expect(trustedEmailOf(patient(email('ann@x.example'), trusted('ann@x.example')))).toBe('ann@x.example')
  })
})

describe('the same contact', () => {
  test.each<[ContactField, string | null, string | null, boolean]>([
    ['homePhone', '(555) 010-0101', '555.010.0101', true],
    ['homePhone', '+1 555 010 0101', '555-010-0101', true],
    ['homePhone', '555-010-0101', '555-010-0102', false],
    ['mobilePhone', 'unknown', 'none', false],
    ['mobilePhone', null, '', true],
    ['contactEmail', 'ann@Mail.Example', 'ann@mail.example', true],
    ['contactEmail', 'Ann@mail.example', 'ann@mail.example', false],
    ['trustedEmail', null, 'ann@mail.example', false],
  ])('%s: %s and %s: %s', (field, one, other, same) => {
    expect(sameContact(field, one, other)).toBe(same)
  })
})

describe('phones', () => {
  const ended = { ...phone('home', '555 010 0199'), period: { end: '2020-01-01' } }
  const home: ContactPoint = {
    ...phone('home', '555 010 0101'),
    rank: 2,
    period: { start: '2019-05-01' },
    extension: [THEIRS],
  }

  test('a new value takes the place of the old one, and all else of its entry stays', () => {
    expect(merge(patient(ended, home), { homePhone: '555 010 0142' }).telecom).toEqual([
      ended,
      { ...home, value: '555 010 0142' },
    ])
  })

  test('what was missing is added, and what is cleared goes; an entry that has ended is history', () => {
    expect(merge(patient(ended, home), { mobilePhone: '555 010 0142', homePhone: null }).telecom).toEqual([
      ended,
      phone('mobile', '555 010 0142'),
    ])
  })

  test('a number that is cleared goes however often it stands there, but not from another use', () => {
    const ann = patient(home, phone('home', '(555) 010-0101'), phone('work', '555 010 0101'))
    expect(merge(ann, { homePhone: null }).telecom).toEqual([phone('work', '555 010 0101')])
  })

  test('the last one leaves no empty list behind, and the first one starts one', () => {
    const bare = patient()
    const one = merge(bare, { homePhone: '555 010 0142' })
    expect(one.telecom).toEqual([phone('home', '555 010 0142')])
    expect(merge(one, { homePhone: null })).toEqual(bare)
  })
})

describe('e-mails', () => {
  test.each<[string, ContactPoint[], Partial<Record<ContactField, string | null>>, ContactPoint[]]>([
    ['the first address', [], { contactEmail: 'a@x.example' }, [email('a@x.example', { use: 'home' })]],
    [
      'both the same from nothing: one entry with the mark',
      [],
      { contactEmail: 'a@x.example', trustedEmail: 'a@x.example' },
      [trusted('a@x.example', { use: 'home' })],
    ],
    [
      'the contact e-mail is marked in place',
      [email('a@x.example', { rank: 1, extension: [THEIRS] })],
      { trustedEmail: 'a@x.example' },
      [email('a@x.example', { rank: 1, extension: [THEIRS, MARK] })],
    ],
    [
      'a trusted address of its own goes behind',
      [email('a@x.example')],
      { trustedEmail: 'b@x.example' },
      [email('a@x.example'), trusted('b@x.example', { use: 'home' })],
    ],
    [
      'both change together and stay one entry',
      [trusted('a@x.example', { rank: 1 })],
      { contactEmail: 'b@x.example', trustedEmail: 'b@x.example' },
      [trusted('b@x.example', { rank: 1 })],
    ],
    [
      'the contact e-mail leaves the trusted one, and is preferred like it was',
      [trusted('a@x.example', { rank: 1 }), email('c@x.example', { rank: 2 })],
      { contactEmail: 'b@x.example' },
      [
        email('b@x.example', { use: 'home', rank: 1 }),
        trusted('a@x.example', { rank: 1 }),
        email('c@x.example', { rank: 2 }),
      ],
    ],
    [
      'the trusted e-mail leaves the contact one',
      [trusted('a@x.example')],
      { trustedEmail: 'b@x.example' },
      [email('a@x.example'), trusted('b@x.example', { use: 'home' })],
    ],
    [
      'the contact e-mail becomes the trusted one, before all others',
      [email('a@x.example', { rank: 1 }), email('c@x.example', { rank: 2 }), trusted('b@x.example')],
      { contactEmail: 'b@x.example' },
      [trusted('b@x.example', { rank: 1 }), email('c@x.example', { rank: 2 })],
    ],
    [
      'the trusted e-mail becomes the contact one',
      [email('a@x.example'), trusted('b@x.example')],
      { trustedEmail: 'a@X.example' },
      [trusted('a@x.example')],
    ],
    [
      'they change places',
      [email('a@x.example'), trusted('b@x.example')],
      { contactEmail: 'b@x.example', trustedEmail: 'a@x.example' },
      [email('b@x.example'), trusted('a@x.example')],
    ],
    [
      'a cleared trusted e-mail goes when it stood alone',
      [email('a@x.example'), trusted('b@x.example')],
      { trustedEmail: null },
      [email('a@x.example')],
    ],
    [
      'and loses only the mark when it is the contact e-mail',
      [email('a@x.example', { extension: [THEIRS, MARK] })],
      { trustedEmail: null },
      [email('a@x.example', { extension: [THEIRS] })],
    ],
    [
      'a cleared contact e-mail stays while it is trusted',
      [trusted('a@x.example')],
      { contactEmail: null },
      [trusted('a@x.example')],
    ],
    [
      'and both go together',
      [email('a@x.example'), trusted('b@x.example'), email('c@x.example')],
      { contactEmail: null, trustedEmail: null },
      [email('c@x.example')],
    ],
    [
      'a second mark goes when another address is trusted',
      [trusted('a@x.example'), trusted('b@x.example')],
      { trustedEmail: 'c@x.example' },
      [email('a@x.example'), email('b@x.example'), trusted('c@x.example', { use: 'home' })],
    ],
    [
      'a mark that says no is turned round',
      [email('a@x.example', { extension: [{ url: TRUSTED_EMAIL, valueBoolean: false }] })],
      { trustedEmail: 'a@x.example' },
      [trusted('a@x.example')],
    ],
  ])('%s', (_, before, to, after) => {
    expect(merge(patient(...before), to).telecom).toEqual(after)
  })

  test('where the chart cannot hold the mark, what Portico knows as trusted stays when the contact changes', () => {
    const ann = patient(email('a@x.example'))
    const edits = edit(ann, { contactEmail: 'b@x.example' })
    expect(mergeContacts(ann, edits, 'a@x.example').telecom).toEqual([
      email('b@x.example', { use: 'home' }),
      email('a@x.example'),
    ])
    expect(mergeContacts(ann, edits, null).telecom).toEqual([email('b@x.example')])
  })

  test('and is replaced in its place', () => {
    const ann = patient(email('a@x.example', { rank: 1 }), email('b@x.example', { rank: 9 }))
    const edits = { trustedEmail: { from: 'b@x.example', to: 'c@x.example' } }
    expect(mergeContacts(ann, edits, 'b@x.example').telecom).toEqual([
      email('a@x.example', { rank: 1 }),
      trusted('c@x.example', { rank: 9 }),
    ])
  })
})

test('a place of the chart is told by the fields that stand there', () => {
  const ann = patient(phone('work', '555 010 0101'), phone('mobile', '555 010 0102'), trusted('a@x.example'))
  expect([0, 1, 2, 3].map((at) => fieldsAt(ann, at))).toEqual([
    [],
    ['mobilePhone'],
    ['contactEmail', 'trustedEmail'],
    [],
  ])
})

describe('whatever the chart holds and whatever is typed', () => {
  const address = fc.constantFrom('a@x.example', 'b@x.example', 'c@x.example', 'A@x.example', 'a@X.example')
  const number = fc.constantFrom('555 010 0101', '(555) 010-0101', '555 010 0102', '+1 555 010 0103', 'none')
  const entry = fc.record(
    {
      system: fc.constantFrom('phone', 'email', 'sms', 'fax', 'url'),
      value: fc.oneof(address, number),
      use: fc.constantFrom('home', 'mobile', 'work', 'old', 'temp'),
      rank: fc.integer({ min: 1, max: 3 }),
      period: fc.constantFrom({ start: '2019-01-01' }, { end: '2020-01-01' }),
      extension: fc.constantFrom([MARK], [THEIRS], [THEIRS, MARK], [{ ...MARK, valueBoolean: false }]),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<ContactPoint>
  const chart = fc.array(entry, { maxLength: 6 }).map((telecom) => patient(...telecom))
  const wish = fc.record(
    {
      homePhone: fc.option(number, { nil: null }),
      mobilePhone: fc.option(number, { nil: null }),
      contactEmail: fc.option(address, { nil: null }),
      trustedEmail: fc.option(address, { nil: null }),
    },
    { requiredKeys: [] },
  )
  const isOurs = ({ system, use, period }: ContactPoint) =>
    (system === 'phone' || system === 'email') && use !== 'old' && period?.end === undefined
  /** An entry without what a merge may change in it. */
  const bare = ({ extension = [], ...rest }: ContactPoint) =>
    JSON.stringify({
      ...rest,
      value: '',
      rank: 0,
      extension: extension.filter(({ url }) => url !== TRUSTED_EMAIL),
    })

  test('a second marked address does not become the trusted one by becoming the preferred one', () => {
    const before = patient(
      { system: 'email', value: 'a@x.example', rank: 1, extension: [MARK] },
      { system: 'email', value: 'c@x.example', extension: [MARK] },
    )
    const after = mergeContacts(before, edit(before, { contactEmail: 'c@x.example' }))
    expect(contactsOf(after)).toMatchObject({ contactEmail: 'c@x.example', trustedEmail: 'a@x.example' })
  })

  test('what was asked for stands there afterwards, and doing it twice is doing it once', () => {
    fc.assert(
      fc.property(chart, wish, (before, to) => {
        const edits = edit(before, to)
        const after = mergeContacts(before, edits)
        for (const field of CONTACT_FIELDS) {
          const wanted = to[field]
          const isThere = sameContact(field, contactsOf(after)[field], wanted ?? null)
          if (wanted) expect(isThere, field).toBe(true)
          const from = edits[field]?.from ?? null
          // Cleared is gone, though another may come up behind it; what is trusted stays the contact e-mail.
          const stays = field === 'contactEmail' && sameContact(field, from, trustedEmailOf(after))
          if (wanted === null && from !== null)
            expect(sameContact(field, contactsOf(after)[field], from), field).toBe(stays)
        }
        if (to.trustedEmail === null) expect(trustedEmailOf(after)).toBeNull()
        if (to.trustedEmail === undefined)
          expect(sameContact('trustedEmail', trustedEmailOf(after), trustedEmailOf(before))).toBe(true)
        expect(mergeContacts(after, edits)).toEqual(after)
      }),
      { numRuns: 2000 },
    )
  })

  test('nothing else is touched: not other fields, not other contacts, not their order, not what an entry says beside', () => {
    fc.assert(
      fc.property(chart, wish, (before, to) => {
        const snapshot = structuredClone(before)
        const after = mergeContacts(before, edit(before, to))
        expect(before).toEqual(snapshot)
        const { telecom: was = [], ...rest } = before
        const { telecom: is = [], ...others } = after
        expect(others).toEqual(rest)
        expect(is.filter((one) => !isOurs(one))).toEqual(was.filter((one) => !isOurs(one)))
        const known = new Set(was.map(bare))
        const plain = new Set(
          (['home', 'mobile'] as const).flatMap((use) =>
            (['phone', 'email'] as const).map((system) => bare({ system, use })),
          ),
        )
        for (const one of is) expect(known.has(bare(one)) || plain.has(bare(one))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('no wish, no change: the very same Patient', () => {
    fc.assert(
      fc.property(chart, (before) => {
        expect(mergeContacts(before, {})).toBe(before)
        const { trustedEmail, ...same } = contactsOf(before)
        const edits = edit(before, trustedEmail === null ? same : { ...same, trustedEmail })
        // A mark that says no, or a second one, is set right only when the field is edited.
        expect(contactsOf(mergeContacts(before, edits))).toEqual(contactsOf(before))
      }),
    )
  })
})
