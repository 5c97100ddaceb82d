import type { ContactPoint } from '@medplum/fhirtypes'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HOME, keepOnly, MOBILE, openChart, type Chart } from '../../support/chart.ts'
import { takeLease } from '../../../src/store/leases.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

let service: TestService
let chart: Chart
beforeAll(async () => {
  service = await openService()
  chart = await openChart(service)
})
afterEach(() => service.emr.behave())

const edit = { homePhone: { from: HOME.value, to: '555 010 0142' } }
const conflict = (field: string, theirs: string | null) => ({
  pointer: `/contacts/${field}`,
  detail: expect.any(String),
  theirs,
})
const putsSoFar = () => service.emr.requests.filter(({ method }) => method === 'PUT').length

describe('a change by somebody else since the card was opened', () => {
  test('to the same fields is a conflict with both values, and nothing is written', async () => {
    chart.put({ ...HOME, value: '555 010 0155' }, MOBILE)
    const before = chart.read()
    const contacts = {
      ...edit,
      mobilePhone: { from: MOBILE.value, to: null },
      contactEmail: { from: 'gone@mail.example', to: 'new@mail.example' },
    }
    const body = await expectRefusal(await chart.save(contacts), 'conflict')
    expect(body['issues']).toEqual([conflict('homePhone', '555 010 0155'), conflict('contactEmail', null)])
    expect(chart.read()).toEqual(before)
  })

  test('to another field stays', async () => {
    chart.put(HOME, { ...MOBILE, value: '555 010 0166' })
    await expectOk(chart.save(edit))
    expect(chart.values()).toEqual(['555 010 0142', '555 010 0166'])
  })

  test('a field that was not changed here overwrites nothing', async () => {
    chart.put(HOME, MOBILE)
    await expectOk(chart.save({ ...edit, mobilePhone: { from: '555 010 0199', to: '555 010 0199' } }))
    expect(chart.values()).toEqual(['555 010 0142', MOBILE.value])
  })
})

describe('a change by somebody else between our look and our write', () => {
  /** Holds our write back until somebody at the EMR has written. */
  async function saveWhile(...telecom: ContactPoint[]) {
    chart.put(HOME, MOBILE)
    service.emr.misbehave({ kind: 'slow', target: 'fhir', method: 'PUT', delayMs: 80, times: 1 })
    const before = putsSoFar()
    const answer = chart.save(edit)
    await expect.poll(putsSoFar, { interval: 2 }).toBe(before + 1)
    chart.put(...telecom)
    return answer
  }

  test('of another field stays, and ours goes in', async () => {
    await expectOk(saveWhile(HOME, { ...MOBILE, value: '555 010 0166' }))
    expect(chart.values()).toEqual(['555 010 0142', '555 010 0166'])
  })

  test('of the same field is a conflict', async () => {
    const theirs = [{ ...HOME, value: '555 010 0155' }, MOBILE]
    const body = await expectRefusal(await saveWhile(...theirs), 'conflict')
    expect(body['issues']).toEqual([conflict('homePhone', '555 010 0155')])
    expect(chart.read().telecom).toEqual(theirs)
  })

  test.each(['409', '412'] as const)('again and again (%s) is tried three times', async (kind) => {
    chart.put(HOME)
    service.emr.misbehave({ kind, target: 'fhir', method: 'PUT' })
    const before = putsSoFar()
    await expectRefusal(await chart.save(edit), 'conflict')
    expect(putsSoFar() - before).toBe(3)
    expect(chart.read().telecom).toEqual([HOME])
  })
})

describe.each([true, false])('two staff at once, on an EHR with versions: %s', (etags) => {
  const saveBoth = async (other: Record<string, unknown>) => {
    service.emr.setETags(etags)
    chart.put(HOME, MOBILE)
    const tab = await service.launch(PEOPLE.piotr, { user: 'administrator' })
    // The first write is still on its way when the second could be done.
    service.emr.misbehave({ kind: 'slow', target: 'fhir', method: 'PUT', delayMs: 80, times: 1 })
    return Promise.all([chart.save(edit), chart.save(other, tab)])
  }

  test('different fields: both are kept', async () => {
    const both = await saveBoth({ mobilePhone: { from: MOBILE.value, to: '555 010 0166' } })
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(chart.values()).toEqual(['555 010 0142', '555 010 0166'])
  })

  test('the same field: one is saved, the other is told by whom it was overtaken', async () => {
    const answers = await saveBoth({ homePhone: { from: HOME.value, to: '555 010 0188' } })
    const won = chart.values()?.[0] ?? ''
    expect(['555 010 0142', '555 010 0188']).toContain(won)
    const [lost, ...others] = answers.filter(({ status }) => status !== 200)
    expect(others).toEqual([])
    expect(await expectRefusal(lost ?? Response.json({}), 'conflict')).toMatchObject({
      issues: [conflict('homePhone', won)],
    })
  })
})

describe('an EHR without versions', () => {
  test('is looked at right before the write, and what it kept is read back', async () => {
    chart.put(HOME)
    await chart.card()
    service.emr.setETags(false)
    service.emr.requests.length = 0
    await expectOk(chart.save(edit))
    expect(service.emr.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT', 'GET'])
    expect(
      await service.store.db.selectFrom('lease').select('name').where('name', 'like', 'contacts%').execute(),
    ).toEqual([])
  })

  /** Saves while somebody's late write lands after ours and before we read back. */
  async function saveUnder(...telecom: ContactPoint[]) {
    service.emr.setETags(false)
    chart.put(HOME, MOBILE)
    service.emr.misbehave({ kind: 'slow', target: 'fhir', method: 'GET', delayMs: 60 })
    // The looks before the write are quick.
    service.emr.misbehave({ kind: 'slow', target: 'fhir', method: 'GET', delayMs: 0, times: 2 })
    const answer = chart.save(edit)
    await expect.poll(() => chart.values()?.[0], { interval: 1 }).toBe('555 010 0142')
    chart.put(...telecom)
    return answer
  }

  test('a late writer who puts the old value back is written over again, and keeps the other field', async () => {
    await expectOk(saveUnder(HOME, { ...MOBILE, value: '555 010 0166' }))
    expect(chart.values()).toEqual(['555 010 0142', '555 010 0166'])
  })

  test('a late writer with another value for the same field is a conflict', async () => {
    const answer = await saveUnder({ ...HOME, value: '555 010 0155' }, MOBILE)
    const body = await expectRefusal(answer, 'conflict')
    expect(body['issues']).toEqual([conflict('homePhone', '555 010 0155')])
  })

  /** Each write takes 50 s and is undone by the EHR; `meanwhile` is what another one of us does then. */
  async function saveSlowly(meanwhile: (name: string) => unknown) {
    service.emr.setETags(false)
    chart.put(HOME)
    const before = putsSoFar()
    const restore = keepOnly(service, () => {
      service.clock.now += 50_000
      meanwhile(`contacts fernwood ${PEOPLE.piotr}`)
      return [HOME]
    })
    const answer = await chart.save(edit).finally(restore)
    return { answer, tries: putsSoFar() - before }
  }
  const other = (name: string) =>
    takeLease(service.store.db, { name, owner: 'other', forMs: 1000 }, service.clock.now)

  test('a writer who is slow keeps the turn from try to try', async () => {
    const taken: Promise<boolean>[] = []
    const { answer, tries } = await saveSlowly((name) => taken.push(other(name)))
    await expectRefusal(answer, 'ehr-rejected')
    expect([tries, await Promise.all(taken)]).toEqual([3, [false, false, false]])
  })

  test('a writer whose turn went to somebody else writes no more', async () => {
    let taken: Promise<boolean> | undefined
    const { answer, tries } = await saveSlowly((name) => {
      service.clock.now += 50_000
      taken ??= other(name)
    })
    await expectRefusal(answer, 'ehr-timeout')
    expect([tries, await taken]).toEqual([1, true])
    await service.store.db.deleteFrom('lease').where('name', 'like', 'contacts%').execute()
  })

  test('one that says yes and keeps the old value is asked three times, and then staff are told', async () => {
    service.emr.setETags(false)
    chart.put(HOME)
    const restore = keepOnly(service, () => [HOME])
    const [before, seen] = [putsSoFar(), await chart.trail()]
    try {
      const body = await expectRefusal(await chart.save(edit), 'ehr-rejected')
      expect(body['issues']).toEqual([conflict('homePhone', HOME.value)])
    } finally {
      restore()
    }
    expect([putsSoFar() - before, await chart.trail()]).toEqual([3, seen])
  })
})
