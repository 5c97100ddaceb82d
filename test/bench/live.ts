import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { openStore } from '../../src/store/open.ts'
import { startSession } from '../../src/store/sessions.ts'
import { startNode } from './child.ts'
import { atMost, type Figure, percentile, reported } from './figure.ts'
import { call } from './http.ts'
import { PRACTICE, residentMegabytes, type Service, startService } from './service.ts'
import { asPage, type SignedIn, walk } from './walk.ts'

const SCREENS = 10_000
/** So many streams one person may have on a node. */
const PER_PERSON = 20
/** Sockets that the service needs for everything else. */
const SPARE_FILES = 500
const SETTLE_MS = 5000
const WARM_UP = 2000
const ROUNDS = 10

/**
 * What a live screen weighs, and how long it takes from a press to every screen that shows the patient: one of them
 * among thousands that show others, and all of them at once.
 */
export async function measureLive(fhirBase: string): Promise<Figure[]> {
  const service = await startService(fhirBase)
  try {
    const [all, one] = [await walk(service, fhirBase, 'p1'), await walk(service, fhirBase, 'p2')]
    const screens = Math.min(SCREENS, (await mostFiles()) - SPARE_FILES)
    const requests = await planStreams(service, { all, one }, screens)
    // What it takes to answer so many requests is not what the screens weigh: these come and go.
    const warmUp = await openScreens(service, requests.slice(0, WARM_UP), { stay: false })
    await warmUp.stop()
    await delay(SETTLE_MS)
    const before = await residentMegabytes(service.pid)
    const clients = await openScreens(service, requests)
    try {
      await delay(SETTLE_MS)
      const after = await residentMegabytes(service.pid)
      const single = await presses(clients, one, 1)
      const everybody = await presses(clients, all, screens)
      return [
        // Fewer than promised is no proof, so it counts as a miss.
        { ...reported('live-screens', screens), limit: SCREENS, ok: screens >= SCREENS },
        atMost('live-screen-kb', ((after - before) * 1000) / screens, 25),
        reported('live-rss-over-idle-ratio', after / before),
        reported('live-press-to-screen-p50-ms', percentile(single, 50)),
        reported('live-press-to-screen-p99-ms', percentile(single, 99)),
        reported('live-press-to-all-screens-p50-ms', percentile(everybody, 50)),
        reported('live-press-to-all-screens-p99-ms', percentile(everybody, 99)),
      ]
    } finally {
      await clients.stop()
    }
  } finally {
    await service.stop()
  }
}

/** Each screen shows a patient of its own and one that all of them show; the first shows one that nobody else does. */
async function planStreams(service: Service, shown: { all: SignedIn; one: SignedIn }, screens: number) {
  const [all, one] = await Promise.all([liveKeyOf(shown.all), liveKeyOf(shown.one)])
  const people = await openSessions(service, shown.all, Math.ceil(screens / PER_PERSON))
  return Array.from({ length: screens }, (_, n) => {
    const { cookie = '', launch = '' } = people[Math.floor(n / PER_PERSON)] ?? {}
    const path = `/${PRACTICE}/api/staff/launches/${launch}/events?for=${n === 0 ? one : `own-${n}`}&for=${all}`
    return `GET ${path} HTTP/1.1\r\nhost: ${new URL(service.url).host}\r\ncookie: ${cookie}\r\n\r\n`
  })
}

async function liveKeyOf({ card, cardUrl }: SignedIn): Promise<string> {
  const { body } = await call(cardUrl.replace(/\/patients\/.*$/, ''), card)
  return (JSON.parse(body) as { liveKey: string }).liveKey
}

/** As many members of staff as the one who was launched, each with a session and a launch. */
async function openSessions(service: Service, { card, cardUrl }: SignedIn, count: number) {
  const store = await openStore(service.databaseUrl)
  const [, launched = ''] = /\/launches\/([^/]+)\//.exec(cardUrl) ?? []
  const name = (card.headers?.['cookie'] ?? '').split('=')[0] ?? ''
  try {
    return await store.transaction(async (tx) => {
      const launch = await tx
        .selectFrom('launch')
        .selectAll()
        .where('id', '=', launched)
        .executeTakeFirstOrThrow()
      const member = await tx
        .selectFrom('staff_member')
        .selectAll()
        .where('id', '=', launch.staff_id)
        .executeTakeFirstOrThrow()
      const people: { cookie: string; launch: string }[] = []
      for (let n = 0; n < count; n++) {
        const own = { ...launch, id: `${launch.id}-${n}`, staff_id: `staff-${n}` }
        const person = {
          ...member,
          id: own.staff_id,
          fhir_user: `Practitioner/bench-${n}`,
          name_sealed: null,
        }
        await tx.insertInto('staff_member').values(person).execute()
        await tx.insertInto('launch').values(own).execute()
        const subject = { practice_id: PRACTICE, kind: 'staff' as const, subject_id: person.id }
        const { token } = await startSession(tx, subject, Date.now())
        people.push({ cookie: `${name}=${token}`, launch: own.id })
      }
      return people
    })
  } finally {
    await store.close()
  }
}

/** The screens, in a process of their own. */
async function openScreens(service: Service, requests: readonly string[], { stay } = { stay: true }) {
  const plan = join(dirname(new URL(service.databaseUrl).pathname), 'screens.json')
  await writeFile(plan, JSON.stringify({ port: Number(new URL(service.url).port), requests, stay }))
  const child = startNode('test/bench/live-clients.ts', [plan])
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the screens ended before they said anything')
    return JSON.parse(value) as { arrivals: number[] }
  }
  await next()
  return {
    stop: child.stop,
    arrivals: async (count: number) => {
      child.stdin.write(`${count}\n`)
      return (await next()).arrivals
    },
  }
}

type Screens = Awaited<ReturnType<typeof openScreens>>

/** Staff change their mind about a patient; answers how long each screen took to hear of it, in milliseconds. */
async function presses(screens: Screens, { card, cardUrl }: SignedIn, count: number): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const arrivals = screens.arrivals(count)
    const pressedAt = performance.timeOrigin + performance.now()
    const { headers, ...asked } = asPage(cardUrl, 'PUT', { allowPortal: round % 2 === 1 })
    const answer = await call(cardUrl, { ...asked, headers: { ...headers, ...card.headers } })
    if (answer.status !== 200) throw new Error(`PUT ${cardUrl} answered ${answer.status}: ${answer.body}`)
    times.push(...(await arrivals).map((at) => at - pressedAt))
  }
  return times
}

/** How many files and sockets a process may have open here. */
async function mostFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const [, , hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(limits) ?? []
  return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard)
}
