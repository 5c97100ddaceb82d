import { describe, expect, test } from 'vitest'
import { HOME_TYPES, type Home } from '../../../src/fhir/homes.ts'
import type { EhrPlan } from '../../../src/fhir/plan.ts'
import { Problem } from '../../../src/problem.ts'
import { createHomes } from '../../../src/shelf/homes.ts'
import { portalConsentQuery } from '../../../src/fhir/consent.ts'
import { runMove } from '../../../src/shelf/move-main.ts'
import { expectOk, openService } from '../../support/service.ts'
import { PEOPLE } from '../../support/people.ts'
import { codeOf } from '../fhir/contract-answers.ts'
import { BASE, openShelf } from './shelf.ts'

/** Homes of a practice whose EHR the test plays: it says where things could live, or does not answer. */
async function openHomes() {
  const { deps, shelf, store } = await openShelf()
  const ehr = { says: 'ehr' as Home | Problem, isOpen: false, asked: 0 }
  const planOf = async () => {
    ehr.asked += 1
    if (ehr.says instanceof Problem) throw ehr.says
    const row = { home: ehr.says, writer: ehr.says === 'ehr' ? 'service' : 'portal', isOpen: ehr.isOpen }
    return { homes: Object.fromEntries(HOME_TYPES.map((type) => [type, row])) as EhrPlan['homes'] }
  }
  const way = { ...shelf, base: 'http://the-ehr.example/fhir' }
  const asEhr = { asService: () => way, asStaff: () => ({ ...way, base: 'http://as-staff.example/fhir' }) }
  const open = () => createHomes({ ...deps, ehr: asEhr, planOf, clientOf: () => ({ iss: BASE }) })
  return { homes: open(), another: open(), ehr, store }
}

describe('where a type lives', () => {
  test('is decided at its first use, and stays so whatever the EHR learns or loses', async () => {
    const { homes, another, ehr } = await openHomes()
    ehr.says = 'portal'
    expect(await homes.homeOf('fernwood', 'Task')).toBe('portal')
    ehr.says = 'ehr'
    expect(await homes.homeOf('fernwood', 'Task')).toBe('portal')
    expect(await another.homeOf('fernwood', 'Task')).toBe('portal')
    expect(await homes.homeOf('fernwood', 'Consent')).toBe('ehr')
    expect(await homes.homeOf('harbor', 'Task')).toBe('ehr')
    ehr.says = 'portal'
    expect(await another.homeOf('fernwood', 'Consent')).toBe('ehr')
    expect(ehr.asked).toBe(3)
  })

  test('is one answer for all who ask first at the same time', async () => {
    const { homes, another, ehr, store } = await openHomes()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => {
        ehr.says = n % 2 === 0 ? 'ehr' : 'portal'
        return (n % 3 === 0 ? homes : another).homeOf('fernwood', 'Appointment')
      }),
    )
    const rows = await store.db.selectFrom('home').select(['type', 'home']).execute()
    expect(rows).toEqual([{ type: 'Appointment', home: answers[0] }])
    expect(new Set(answers).size).toBe(1)
  })

  test('is known while the EHR is away, once it was decided; before that the refusal is the EHR’s', async () => {
    const { homes, ehr } = await openHomes()
    ehr.says = 'portal'
    await homes.homeOf('fernwood', 'Task')
    ehr.says = new Problem('ehr-unavailable')
    expect(await homes.homeOf('fernwood', 'Task')).toBe('portal')
    expect(await codeOf(homes.homeOf('fernwood', 'Consent'))).toBe('ehr-unavailable')
    ehr.says = 'portal'
    expect(await homes.homeOf('fernwood', 'Consent')).toBe('portal')
  })

  test('is not decided for ever by a token that is refused today', async () => {
    const { homes, ehr, store } = await openHomes()
    Object.assign(ehr, { says: 'portal', isOpen: true })
    expect(await codeOf(homes.homeOf('fernwood', 'Consent'))).toBe('ehr-unavailable')
    expect(await store.db.selectFrom('home').selectAll().execute()).toEqual([])
    Object.assign(ehr, { says: 'ehr', isOpen: false })
    expect(await homes.homeOf('fernwood', 'Consent')).toBe('ehr')
  })

  test('gives the way there: the shelf, the service’s or a staff member’s own', async () => {
    const { homes, ehr } = await openHomes()
    ehr.says = 'portal'
    expect((await homes.handleFor('fernwood', 'Task')).base).toBe(BASE)
    ehr.says = 'ehr'
    expect((await homes.handleFor('fernwood', 'Consent')).base).toBe('http://the-ehr.example/fhir')
    expect((await homes.handleFor('fernwood', 'Consent', 'token-1')).base).toBe(
      'http://as-staff.example/fhir',
    )
  })
})

describe('the Consent that mirrors access', () => {
  const whose = (patientId: string) => ({ patientId, practiceSlug: 'fernwood' })

  test('is on the shelf where the EHR has no place for it, and moves when it has', async () => {
    const service = await openService({ ehr: 'read-only' })
    const tab = await service.launch(PEOPLE.carmen)
    for (const allowPortal of [true, false]) {
      service.clock.now += 1
      await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal }))
    }
    await service.wiring.worker.drain()
    const { homes } = service.wiring
    expect(await homes.homeOf('fernwood', 'Consent')).toBe('portal')
    const query = portalConsentQuery(whose(PEOPLE.carmen))
    const found = await homes.shelfOf('fernwood').search('Consent', query)
    expect(found.entry?.map(({ resource }) => resource)).toMatchObject([
      { status: 'inactive', patient: { reference: `Patient/${PEOPLE.carmen}` }, meta: { versionId: '2' } },
    ])
    expect(service.emr.fhir.search('Consent', `patient=${PEOPLE.carmen}`)).toEqual([])
  })

  test('follows into the chart: what was on the shelf is there, and is changed there from then on', async () => {
    const service = await openService()
    const { store, homes } = service.wiring
    const patient = PEOPLE.carmen
    const row = {
      practice_id: 'fernwood',
      type: 'Consent',
      home: 'portal',
      decided_at: 1,
      moving_since: null,
    } as const
    await store.db.insertInto('home').values(row).execute()
    const tab = await service.launch(patient)
    const save = async (allowPortal: boolean) => {
      service.clock.now += 1
      await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal }))
      await service.wiring.worker.drain()
    }
    const ours = () =>
      service.emr.fhir
        .search('Consent', `patient=${patient}`)
        .filter((one) => JSON.stringify(one).includes(`fernwood.${patient}`))
    await save(true)
    expect(ours()).toEqual([])
    const lines: string[] = []
    const terminal = {
      log: (line: string) => void lines.push(line),
      error: (line: string) => void lines.push(line),
    }
    expect(
      await runMove(service.wiring, { practice: 'fernwood', type: 'Consent', to: 'ehr' }, terminal),
    ).toBe(0)
    expect(ours()).toMatchObject([{ status: 'active' }])
    expect(await homes.homeOf('fernwood', 'Consent')).toBe('ehr')
    await save(false)
    expect(ours()).toMatchObject([{ status: 'inactive' }])
    expect(lines.join('\n')).toContain('Consent of fernwood now lives in the EMR')
  })
})

describe('homes:move says in a sentence why it does not move', () => {
  const services: Partial<Record<'full' | 'read-only', ReturnType<typeof openService>>> = {}

  test.each([
    ['read-only', { practice: 'fernwood', type: 'Task', to: 'ehr' }, 'cannot be home to Task'],
    ['full', { practice: 'fernwood', type: 'Task', to: 'ehr' }, 'it needs system/Task.crus'],
    ['full', { practice: 'fernwood', type: 'Consent', to: 'portal' }, 'stays there'],
    ['full', { practice: 'nowhere', type: 'Consent', to: 'ehr' }, 'has no practice nowhere'],
  ] as const)('%s EHR, %j: %s', async (ehr, task, sentence) => {
    const { wiring } = await (services[ehr] ??= openService({ ehr }))
    const errors: string[] = []
    const terminal = { log: () => {}, error: (line: string) => void errors.push(line) }
    expect(await runMove(wiring, task, terminal)).toBe(1)
    expect(errors).toEqual([expect.stringContaining(sentence)])
  })
})
