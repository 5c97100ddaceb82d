import { expect, test } from 'vitest'
import { recordAudit } from '../../../src/audit/record.ts'
import { IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import { openDesk, readTrail, type Desk } from './desk.ts'

type Entry = { id: string; by: string | null; actor: string; action: string; outcome: string; detail: object }
type View = { entries: Entry[]; before: string | null }

const history = async (desk: Desk, query = '') => (await expectOk(desk.get(`history${query}`))) as View

/** One line a minute, `count` of them; the newest first. */
async function fill(
  service: TestService,
  count: number,
  rest: { patientId?: string; sameInstant?: boolean } = {},
) {
  const start = service.clock.now - count * 60_000
  await service.store.transaction(async (tx) => {
    for (let number = 0; number < count; number++)
      await recordAudit(
        tx,
        {
          practiceId: 'fernwood',
          actor: 'portico',
          action: 'line.written',
          detail: { number },
          patientId: rest.patientId ?? null,
        },
        rest.sameInstant ? start : start + number * 60_000,
      )
  })
}

test('the trail names staff, never patients, and says what happened', async () => {
  const service = await openService()
  const frontDesk = await openDesk(service, { user: 'front-desk' })
  await expectOk(frontDesk.browser.put(`${frontDesk.tab.api}/access`, { allowPortal: true }))
  const wrong = { portalId: '123456', code: 'AAAAAAAA', ...IDENTITY.walter }
  await service.openBrowser().post('/fernwood/api/portal/activation', wrong)
  service.clock.now += 1000
  const actor = 'account/0199'
  const signedIn = { practiceId: 'fernwood', actor, action: 'session.started', patientId: PEOPLE.walter }
  await recordAudit(service.store.db, signedIn, service.clock.now)
  const { entries } = await history(await openDesk(service))
  const shown = entries.map(({ by, actor: who, action, outcome }) => ({ by, actor: who, action, outcome }))
  expect(shown).toEqual(
    expect.arrayContaining([
      { by: 'Jo Park', actor: 'staff', action: 'access.allowed', outcome: 'success' },
      { by: null, actor: 'anonymous', action: 'activation.refused', outcome: 'refused' },
      { by: null, actor: 'patient', action: 'session.started', outcome: 'success' },
    ]),
  )
  expect(JSON.stringify(entries)).not.toMatch(/Walter|Okafor|0199"|prac-/)
})

test('a slip that was opened counts for who made it', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const { id } = await service.store.db.selectFrom('staff_member').select('id').executeTakeFirstOrThrow()
  const opened = {
    practiceId: 'fernwood',
    actor: `staff/${id}`,
    action: 'slip.opened',
    detail: { account: 'a' },
  }
  await recordAudit(service.store.db, opened, service.clock.now)
  const { entries } = await history(desk)
  expect(entries.find(({ action }) => action === 'slip.opened')).toMatchObject({
    by: 'Robin Vega',
    actor: 'staff',
    detail: { account: 'a' },
  })
})

test('people and pages that an entry is about are called by their names, as long as these are known', async () => {
  const host = {
    id: 'emr',
    name: 'Fernwood EMR',
    origins: ['https://emr.example'],
    jwks: 'https://emr.example/k',
  }
  const service = await openService({ practice: { hosts: [host] } })
  const desk = await openDesk(service)
  const lines = [
    { action: 'staff.stopped', detail: { person: 'Practitioner/prac-admin' } },
    { action: 'staff.resumed', detail: { person: 'Practitioner/left' } },
    { action: 'host.stopped', detail: { host: 'emr' } },
    { action: 'host.resumed', detail: { host: 'gone' } },
  ]
  for (const line of lines)
    await recordAudit(
      service.store.db,
      { practiceId: 'fernwood', actor: 'portico', ...line },
      service.clock.now,
    )
  const { entries } = await history(desk)
  const told = Object.fromEntries(entries.map(({ action, detail }) => [action, detail]))
  expect(told).toMatchObject({
    'staff.stopped': { person: 'Robin Vega' },
    'staff.resumed': { person: 'Practitioner/left' },
    'host.stopped': { host: 'Fernwood EMR' },
    'host.resumed': { host: 'gone' },
  })
})

test.each([{ sameInstant: false }, { sameInstant: true }])(
  'it comes in pages, newest first, none twice and none left out: %j',
  async (how) => {
    const service = await openService()
    const desk = await openDesk(service)
    await fill(service, 120, how)
    const seen: Entry[] = []
    let before: string | null = ''
    for (let pages = 0; before !== null && pages < 9; pages++) {
      const page: View = await history(desk, before ? `?before=${before}` : '')
      expect(page.entries.length).toBeLessThanOrEqual(50)
      seen.push(...page.entries)
      before = page.before
      // What is written meanwhile comes first and moves nothing.
      await fill(service, 1)
    }
    expect(before).toBeNull()
    const ofFilled = seen.filter(({ action }) => action === 'line.written')
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
    const numbers = ofFilled.map(({ detail }) => (detail as { number: number }).number)
    expect(numbers.toSorted((a, b) => a - b).slice(-119)).toEqual(
      Array.from({ length: 119 }, (_, n) => n + 1),
    )
  },
)

test('one patient’s history is theirs alone', async () => {
  const service = await openService()
  await fill(service, 2, { patientId: PEOPLE.maria })
  await fill(service, 3, { patientId: PEOPLE.walter })
  const desk = await openDesk(service, { patient: PEOPLE.maria })
  const { entries } = await history(desk, '?patient=current')
  expect(entries.filter(({ action }) => action === 'line.written')).toHaveLength(2)
  expect(entries.map(({ action }) => action)).toContain('launch.started')
  await expectRefusal(await desk.get(`history?patient=${PEOPLE.walter}`), 'invalid-request')
})

test('another practice’s trail is not in it', async () => {
  const service = await openService()
  await fill(service, 3)
  const { entries } = await history(await openDesk(service, { slug: 'harbor' }))
  expect(entries.filter(({ action }) => action === 'line.written')).toEqual([])
})

test('looking at the history stands in it, once per page', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  await history(desk)
  await history(desk, '?patient=current')
  const looks = await readTrail(service, 'history.read')
  expect(looks.map(({ actor, patient }) => ({ actor, patient }))).toEqual(
    expect.arrayContaining([
      { actor: 'Practitioner/prac-admin', patient: null },
      { actor: 'Practitioner/prac-admin', patient: PEOPLE.walter },
    ]),
  )
  expect(looks).toHaveLength(2)
})

test.each(['?before=yesterday', '?before=1.x%27', '?page=2', '?before=1.a.b'])(
  '%s is refused',
  async (query) => {
    const service = await openService()
    await expectRefusal(await (await openDesk(service)).get(`history${query}`), 'invalid-request')
  },
)
