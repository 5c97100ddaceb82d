import { randomBytes } from 'node:crypto'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HOME, keepOnly, MAIL, MARK, openChart, type Chart } from '../../support/chart.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

let service: TestService
let chart: Chart
beforeAll(async () => {
  service = await openService()
  chart = await openChart(service)
})
beforeEach(() => service.store.db.deleteFrom('patient_access').execute())
afterEach(() => service.emr.behave())

const trust = (to: string | null, from: string | null = null) => chart.save({ trustedEmail: { from, to } })
const lineOf = async () => {
  const { lines } = (await chart.card()) as { lines: { id: string }[] }
  return lines.find(({ id }) => id === 'trusted-email')
}

describe('an EHR that drops the mark of the trusted e-mail', () => {
  test('is no obstacle: Portico keeps it, for as long as the chart has the address', async () => {
    chart.put(HOME, MAIL)
    service.emr.setExtensions(false)
    expect(await expectOk(trust(MAIL.value))).toMatchObject({ contacts: { trustedEmail: MAIL.value } })
    expect(chart.read().telecom).toEqual([HOME, MAIL])
    expect(await chart.trail()).toEqual(['trustedEmail'])
    expect(await lineOf()).toMatchObject({ done: true, value: MAIL.value })
    expect((await chart.held())?.trusted_email_sealed).not.toContain('piotr')

    chart.put(HOME, { ...MAIL, value: 'other@mail.example' })
    expect(await chart.card()).toMatchObject({ contacts: { trustedEmail: null } })
    expect(await lineOf()).toMatchObject({ done: false })
  })

  test('another contact e-mail leaves it trusted, and it can be changed and taken away', async () => {
    chart.put(HOME, MAIL)
    service.emr.setExtensions(false)
    await expectOk(trust(MAIL.value))
    const contacts = { contactEmail: { from: MAIL.value, to: 'office@mail.example' } }
    expect(await expectOk(chart.save(contacts))).toMatchObject({
      contacts: { contactEmail: 'office@mail.example', trustedEmail: MAIL.value },
    })
    expect(await expectOk(trust('new@mail.example', MAIL.value))).toMatchObject({
      contacts: { contactEmail: 'office@mail.example', trustedEmail: 'new@mail.example' },
    })
    expect(chart.values()).not.toContain(MAIL.value)
    expect(await expectOk(trust(null, 'new@mail.example'))).toMatchObject({
      contacts: { contactEmail: 'office@mail.example', trustedEmail: null },
    })
    expect(await chart.held()).toEqual({ trusted_email_sealed: null })
  })

  test('when it drops the mark with another change, that is kept too; one that holds it again counts', async () => {
    chart.put(HOME, { ...MAIL, extension: [MARK] })
    service.emr.setExtensions(false)
    const edit = { homePhone: { from: HOME.value, to: '555 010 0142' } }
    expect(await expectOk(chart.save(edit))).toMatchObject({ contacts: { trustedEmail: MAIL.value } })
    service.emr.setExtensions(true)
    await expectOk(trust('new@mail.example', MAIL.value))
    expect(await chart.held()).toEqual({ trusted_email_sealed: null })
    expect(chart.read().telecom?.at(-1)).toMatchObject({ value: 'new@mail.example', extension: [MARK] })
  })

  test('a conflict speaks of the address as staff see it', async () => {
    chart.put(HOME, MAIL)
    service.emr.setExtensions(false)
    await expectOk(trust(MAIL.value))
    const body = await expectRefusal(await trust('new@mail.example'), 'conflict')
    expect(body['issues']).toMatchObject([{ pointer: '/contacts/trustedEmail', theirs: MAIL.value }])
  })
})

describe('two Saves at once, on an EHR that drops the mark', () => {
  const OTHER = 'other@mail.example'

  /** What somebody else saves after the chart has taken our write and before we hear of it. */
  async function saveAround(contacts: Record<string, unknown>, meanwhile: () => Promise<unknown>) {
    chart.put(HOME, MAIL)
    service.emr.setExtensions(false)
    await expectOk(trust(MAIL.value))
    const tab = await service.launch(PEOPLE.piotr, { user: 'administrator' })
    const { fetch: real } = service.emr
    const written = Promise.withResolvers<void>()
    const done = Promise.withResolvers<void>()
    service.emr.fetch = async (input, init) => {
      const request = new Request(input, init)
      const answer = await real(request)
      if (request.method !== 'PUT') return answer
      service.emr.fetch = real
      written.resolve()
      await done.promise
      return answer
    }
    const ours = chart.save(contacts, tab)
    await written.promise
    try {
      await meanwhile()
    } finally {
      done.resolve()
    }
    return ours
  }

  test('one of the phone leaves the address alone that the other has put there', async () => {
    const phone = { homePhone: { from: HOME.value, to: '555 010 0142' } }
    await expectOk(saveAround(phone, () => expectOk(trust(OTHER, MAIL.value))))
    expect(await chart.card()).toMatchObject({
      contacts: { homePhone: '555 010 0142', trustedEmail: OTHER },
    })
  })

  test('of two addresses the second one is told of the first, and what did go in is in the trail', async () => {
    const seen = await chart.trail()
    const both = {
      homePhone: { from: HOME.value, to: '555 010 0142' },
      trustedEmail: { from: MAIL.value, to: 'late@mail.example' },
    }
    const refused = await saveAround(both, () => expectOk(trust(OTHER, MAIL.value)))
    const body = await expectRefusal(refused, 'conflict')
    expect(body['issues']).toMatchObject([{ pointer: '/contacts/trustedEmail', theirs: OTHER }])
    expect(await chart.card()).toMatchObject({ contacts: { trustedEmail: OTHER } })
    const trail = await chart.trail()
    expect(trail.slice(seen.length).toSorted()).toEqual(['homePhone', 'trustedEmail', 'trustedEmail'])
  })
})

describe('an address that Portico keeps', () => {
  const key = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`
  /** The same store under other keys, with a chart that drops the mark. */
  async function reopen(keys: string, store?: TestService['store']) {
    const there = await openService(store ? { keys, store } : { keys })
    const own = await openChart(there)
    own.put(HOME, MAIL)
    there.emr.setExtensions(false)
    return { store: there.store, own }
  }

  test('outlives the key that it was sealed under, once that key was replaced', async () => {
    const [old, fresh] = [key('old'), key('fresh')]
    const { store, own } = await reopen(old)
    await expectOk(own.save({ trustedEmail: { from: null, to: MAIL.value } }))
    await openService({ keys: `${fresh},${old}`, store })
    const later = await reopen(fresh, store)
    expect(await later.own.card()).toMatchObject({ contacts: { trustedEmail: MAIL.value } })
  })

  test('counts as none when no key opens it, and can be entered again', async () => {
    const { store, own } = await reopen(key('lost'))
    await expectOk(own.save({ trustedEmail: { from: null, to: MAIL.value } }))
    const later = await reopen(key('fresh'), store)
    expect(await later.own.card()).toMatchObject({ contacts: { trustedEmail: null } })
    await expectOk(later.own.save({ trustedEmail: { from: null, to: MAIL.value } }))
    expect(await later.own.card()).toMatchObject({ contacts: { trustedEmail: MAIL.value } })
  })
})

test('an EHR with room for one address only: the other one is kept by Portico, mark and all', async () => {
  chart.put(HOME, MAIL)
  const restore = keepOnly(service, ([phone, first]) => [phone, first].filter((one) => one !== undefined))
  try {
    expect(await expectOk(trust('new@mail.example'))).toMatchObject({
      contacts: { contactEmail: MAIL.value, trustedEmail: 'new@mail.example' },
    })
  } finally {
    restore()
  }
  expect(chart.read().telecom).toEqual([HOME, MAIL])
  expect(await lineOf()).toMatchObject({ done: true, value: 'new@mail.example' })
})

test('an EHR that keeps a mark which was taken away is told of', async () => {
  const marked = { ...MAIL, extension: [MARK] }
  chart.put(HOME, marked)
  const restore = keepOnly(service, () => [HOME, marked])
  try {
    const body = await expectRefusal(await trust(null, MAIL.value), 'ehr-rejected')
    expect(body['issues']).toMatchObject([{ pointer: '/contacts/trustedEmail', theirs: MAIL.value }])
  } finally {
    restore()
  }
})
