import { expect, test } from 'vitest'
import { createHost, openEmbedded } from '../../support/host.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService } from '../../support/service.ts'
import { openDesk, readTopics, readTrail, type Desk } from './desk.ts'

const EMR = 'fernwood-emr'
/** Ids are often addresses. */
const INTRANET = 'https://intranet.example/pages:1'
const HOSTS = [
  { id: EMR, name: 'Fernwood EMR', origins: ['https://emr.example'], jwks: 'https://emr.example/jwks.json' },
  {
    id: INTRANET,
    name: 'Intranet',
    origins: ['https://intranet.example', 'https://intra.example'],
    jwks: 'https://intranet.example/jwks.json',
    permissions: ['access.read'],
  },
]

async function openPractice(hosts: object[] = HOSTS) {
  const service = await openService({ practice: { hosts } })
  return { service, desk: await openDesk(service) }
}

const stop = (desk: Desk, host: string, stopped = true) =>
  desk.put(`hosts/${encodeURIComponent(host)}`, { stopped })

test('administrators see the pages that the file names, in its order, and when each was last used', async () => {
  const { service, desk } = await openPractice()
  const rows = [
    { practice_id: 'fernwood', id: EMR, last_used_at: 1234, stopped_at: null, stopped_by: null },
    { practice_id: 'fernwood', id: 'gone', last_used_at: 5, stopped_at: null, stopped_by: null },
    { practice_id: 'harbor', id: INTRANET, last_used_at: 6, stopped_at: 7, stopped_by: null },
  ]
  await service.store.db.insertInto('host').values(rows).execute()
  expect(await expectOk(desk.get('hosts'))).toEqual({
    hosts: [
      {
        id: EMR,
        name: 'Fernwood EMR',
        origins: ['https://emr.example'],
        permissions: ['access.read', 'access.manage', 'credentials.manage'],
        lastUsedAt: 1234,
        stoppedAt: null,
      },
      {
        id: INTRANET,
        name: 'Intranet',
        origins: ['https://intranet.example', 'https://intra.example'],
        permissions: ['access.read'],
        lastUsedAt: null,
        stoppedAt: null,
      },
    ],
  })
})

test('a file that names none is an empty list', async () => {
  const { desk } = await openPractice([])
  expect(await expectOk(desk.get('hosts'))).toEqual({ hosts: [] })
})

test.each([EMR, INTRANET])('%s is stopped and let in again, in one practice only', async (host) => {
  const { service, desk } = await openPractice()
  const harbor = await openDesk(service, { slug: 'harbor' })
  const stoppedAt = service.clock.now
  const after = (value: number | null) =>
    HOSTS.map(({ id }) => ({ id, stoppedAt: id === host ? value : null }))
  expect(await expectOk(stop(desk, host))).toMatchObject({ hosts: after(stoppedAt) })
  service.clock.now += 1000
  // A second press changes nothing, not even the time.
  expect(await expectOk(stop(desk, host))).toMatchObject({ hosts: after(stoppedAt) })
  expect(await expectOk(harbor.get('hosts'))).toMatchObject({
    hosts: HOSTS.map(({ id }) => ({ id, stoppedAt: null })),
  })
  expect(await service.store.db.selectFrom('host').select('stopped_by').execute()).toEqual([
    { stopped_by: 'Practitioner/prac-admin' },
  ])
  for (let press = 0; press < 2; press++)
    expect(await expectOk(stop(desk, host, false))).toMatchObject({ hosts: after(null) })
  const trail = await readTrail(service, 'host.stopped', 'host.resumed')
  expect(trail).toEqual(
    ['host.stopped', 'host.resumed'].map((action) => ({
      actor: 'Practitioner/prac-admin',
      action,
      outcome: 'success',
      patient: null,
      detail: { host },
    })),
  )
  expect((await readTopics(service)).filter((topic) => topic === 'staff')).toHaveLength(2)
})

test.each(['host', 'person'])(
  'a %s that an administrator stops: the card is refused at its next call, and goes on when let back in',
  async (what) => {
    const host = await createHost()
    const service = await openService({ hosts: [host] })
    const card = await openEmbedded(service, host)
    const desk = await openDesk(service)
    const { people } = (await expectOk(desk.get('people'))) as { people: { id: string; fhirUser: string }[] }
    const park = people.find(({ fhirUser }) => fhirUser.endsWith('prac-park'))?.id
    const read = () => card.call('GET', `${card.chart}/access`)
    const path = what === 'host' ? `hosts/${host.id}` : `people/${park}/stopped`
    await expectOk(read())
    await expectOk(desk.put(path, { stopped: true }))
    expect(await expectRefusal(await read(), 'not-permitted')).toMatchObject({ reason: 'stopped' })
    await expectOk(desk.put(path, { stopped: false }))
    await expectOk(read())
    const { hosts } = (await expectOk(desk.get('hosts'))) as { hosts: { id: string }[] }
    const used = { lastUsedAt: service.clock.now, stoppedAt: null }
    expect(hosts.find(({ id }) => id === host.id)).toMatchObject(used)
  },
)

test('of two who stop a host at once, one is in the trail', async () => {
  const { service, desk } = await openPractice()
  const answers = await Promise.all([stop(desk, EMR), stop(desk, EMR)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(await readTrail(service, 'host.stopped')).toHaveLength(1)
})

test('a page that the file does not name is said so, and other bodies are refused', async () => {
  const { service, desk } = await openPractice()
  await service.store.db
    .insertInto('host')
    .values({ practice_id: 'fernwood', id: 'gone', last_used_at: 5, stopped_at: null, stopped_by: null })
    .execute()
  await expectRefusal(await stop(desk, 'gone'), 'not-found')
  await expectRefusal(await stop(desk, 'https://nobody.example'), 'not-found')
  for (const body of [{}, { stopped: 1 }, { stopped: true, name: 'x' }])
    await expectRefusal(await desk.put(`hosts/${EMR}`, body), 'invalid-request')
})
