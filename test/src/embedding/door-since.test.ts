import { randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { HOUR_MS } from '../../../src/clock.ts'
import { createHost, createPage, openEmbedded } from '../../support/host.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import { readTopics, readTrail } from '../administration/desk.ts'

const ORIGIN = 'https://emr.example'
const EVIL = 'https://evil.example'
const host = await createHost()

describe('what the configuration file says counts from the next call on', () => {
  const keys = `k:${randomBytes(32).toString('base64url')}`
  const reopen = async (entry: object, practice: Record<string, unknown> = {}) => {
    const before = await openService({ hosts: [host], keys })
    const { token } = await openEmbedded(before, host)
    const changed = { ...host, entry: { ...host.entry, ...entry } }
    const after = await openService({ hosts: [changed], keys, store: before.store, practice })
    return { after, page: createPage(after, token.access_token, ORIGIN) }
  }

  test('a host that may less does less, whatever its token says', async () => {
    const { page } = await reopen({ permissions: ['access.read'] })
    expect(await expectOk(page.call('GET', `${page.api}/context`))).toMatchObject({
      permissions: ['access.read'],
    })
    await expectOk(page.call('GET', `${page.chart}/access`))
    const answer = await page.call('PUT', `${page.chart}/access`, { allowPortal: true })
    expect(await expectRefusal(answer, 'not-permitted')).toMatchObject({ permission: 'access.manage' })
  })

  test('a page whose origin was taken out is stopped', async () => {
    const { page } = await reopen({ origins: ['https://new.example'] })
    for (const path of [`${page.api}/context`, `${page.chart}/access`])
      expect(await expectRefusal(await page.call('GET', path), 'not-permitted')).toMatchObject({
        reason: 'stopped',
      })
  })

  test('whom it makes an administrator is not stopped; a new token forgets the stop and says so', async () => {
    const fhirUser = 'Practitioner/prac-park'
    const { after, page } = await reopen({}, { administrators: [fhirUser] })
    const { db } = after.store
    await db.updateTable('staff_member').set({ stopped_at: 1 }).execute()
    await expectOk(page.call('GET', `${page.chart}/access`))
    expect(await readTrail(after, 'staff.resumed')).toEqual([])
    await openEmbedded(after, host)
    await openEmbedded(after, host)
    expect(await readTrail(after, 'staff.resumed')).toMatchObject([
      { actor: 'portico', outcome: 'success', detail: { person: fhirUser, by: 'file' } },
    ])
    expect((await readTopics(after)).filter((topic) => topic === 'staff')).toHaveLength(1)
    expect(await db.selectFrom('staff_member').select('stopped_at').execute()).toEqual([{ stopped_at: null }])
  })
})

describe('a token that is used for what it is not good for', () => {
  const misuses = (fresh: TestService) => readTrail(fresh, 'host-token.misused')

  test('is in the trail with its host and patient, and accuses nobody', async () => {
    const fresh = await openService({ hosts: [host] })
    const page = await openEmbedded(fresh, host)
    await expectRefusal(
      await page.call('GET', `${page.api}/context`, undefined, { origin: EVIL }),
      'cross-site',
    )
    fresh.clock.now += 1000
    await expectRefusal(await page.call('GET', `${page.api}/patients/x/access`), 'not-permitted')
    const misused = { actor: 'anonymous', action: 'host-token.misused', outcome: 'refused' }
    expect(await misuses(fresh)).toEqual(
      ['other-origin', 'other-patient'].map((reason) => ({
        ...misused,
        patient: PEOPLE.walter,
        detail: { host: host.id, reason },
      })),
    )
  })

  test('does not fill the trail', async () => {
    const fresh = await openService({ hosts: [host] })
    const page = await openEmbedded(fresh, host)
    const context = async () => page.call('GET', `${page.api}/context`, undefined, { origin: EVIL })
    await Promise.all(Array.from({ length: 310 }, context))
    expect(await misuses(fresh)).toHaveLength(300)
    const counted = () => fresh.store.db.selectFrom('throttle').selectAll().execute()
    const full = await counted()
    await expectRefusal(await context(), 'cross-site')
    expect(await counted()).toEqual(full)
    fresh.clock.now += HOUR_MS
    const later = await openEmbedded(fresh, host)
    await expectRefusal(
      await later.call('GET', `${later.api}/context`, undefined, { origin: EVIL }),
      'cross-site',
    )
    expect(await misuses(fresh)).toHaveLength(301)
  })

  test('is told of the page first, then of the patient, then of the stopped host, then of the person', async () => {
    const fresh = await openService({ hosts: [host] })
    const page = await openEmbedded(fresh, host)
    const { db } = fresh.store
    await db.updateTable('host').set({ stopped_at: 1 }).execute()
    await db.updateTable('staff_member').set({ stopped_at: 1 }).execute()
    const read = (patient: string, origin = ORIGIN) =>
      page.call('GET', `${page.api}/patients/${patient}/access`, undefined, { origin })
    await expectRefusal(await read(PEOPLE.maria, EVIL), 'cross-site')
    expect(await expectRefusal(await read(PEOPLE.maria), 'not-permitted')).toMatchObject({
      reason: 'other-patient',
    })
    const detail = async () => (await expectRefusal(await read(PEOPLE.walter), 'not-permitted'))['detail']
    expect(await detail()).toMatch('this page')
    await db.updateTable('host').set({ stopped_at: null }).execute()
    expect(await detail()).toMatch('your use')
  })
})

test('the context and live events do not wait for the EMR', async () => {
  const service = await openService({ hosts: [host] })
  const page = await openEmbedded(service, host)
  const asked = vi.spyOn(service.emr, 'fetch')
  onTestFinished(() => asked.mockRestore())
  await expectOk(page.call('GET', `${page.api}/context`))
  expect((await page.call('HEAD', `${page.api}/events?for=x`)).status).toBe(200)
  expect(asked).not.toHaveBeenCalled()
  await expectOk(page.call('GET', `${page.chart}/access`))
  expect(asked).toHaveBeenCalled()
})
