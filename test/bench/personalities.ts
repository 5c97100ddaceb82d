import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Slip } from '../../src/credentials/schema.ts'
import { PERSONALITY_NAMES, type PersonalityName } from '../../src/sandbox/personalities/personality.ts'
import { readLetter } from '../support/letter.ts'
import { freePorts } from '../support/ports.ts'
import { startNode } from './child.ts'
import { atMost, type Figure } from './figure.ts'
import { type Answer, call, cookieHeader, type Jar, keep } from './http.ts'
import { longestQueue } from './reads.ts'
import { asPage } from './walk.ts'

const PATIENT = 'walter-okafor'
const WHO = { firstInitial: 'W', lastInitial: 'O', birthDate: '1948-03-14' }
const PASSWORD = 'lantern gravel orbit mustard 41'
/** Requests that are answered at once could pass for one after another. */
const SLOW_MS = 40
/** What goes on in the background after a write is over by then. */
const QUIET_MS = 2500

/** At most so many requests to the EHR after one another, by screen; where writing takes more, the EHR is why. */
const LIMITS: Record<PersonalityName, Record<Screen, number>> = {
  full: { card: 1, 'card-save': 2, home: 1 },
  openemr: { card: 1, 'card-save': 4, home: 1 },
  millennium: { card: 1, 'card-save': 2, home: 1 },
  'read-only': { card: 1, 'card-save': 1, home: 1 },
}
type Screen = 'card' | 'card-save' | 'home'

/** How many EHR round trips follow one another on a screen, with each of the EMRs that the sandbox plays. */
export async function countRoundTrips(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const ehr of PERSONALITY_NAMES) {
    const demo = await startDemo(ehr)
    try {
      const screens = await openScreens(demo)
      await sleep(QUIET_MS)
      for (const [screen, open] of Object.entries(screens) as [Screen, () => Promise<Answer>][])
        figures.push(
          atMost(`round-trips-${screen}-${ehr}`, await roundTrips(demo, open), LIMITS[ehr][screen]),
        )
    } finally {
      await demo.stop()
    }
  }
  return figures
}

type Demo = { service: string; emr: string; stop: () => Promise<void> }

async function startDemo(ehr: PersonalityName): Promise<Demo> {
  const port = await freePorts(3)
  const child = startNode('src/sandbox/main.ts', ['--base-port', String(port), '--ehr', ehr, '--json'], {
    LOG_LEVEL: 'silent',
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { service, emr } = JSON.parse(line) as { service: string; emr: string }
  return { service, emr, stop: child.stop }
}

/** Walks a patient in, then gives each screen as one request of it. */
async function openScreens({ service, emr }: Demo): Promise<Record<Screen, () => Promise<Answer>>> {
  const staff: Jar = new Map()
  const patient: Jar = new Map()
  const api = `${service}/fernwood/api`
  const access = `${api}/staff/launches/${await launch(service, emr, staff)}/patients/${PATIENT}`
  const write = async (jar: Jar, method: string, url: string, body: unknown) => {
    const answer = right(await call(url, asPage(url, method, body, jar)))
    keep(jar, answer)
    return answer
  }
  await write(staff, 'PUT', `${access}/access`, { allowPortal: true })
  const letter = { kind: 'activation', slip: true, mail: false }
  const issued = await write(staff, 'POST', `${access}/invitations`, letter)
  const { slipUrl } = JSON.parse(issued.body) as { slipUrl: string }
  const token = new URL(slipUrl).hash.slice(1)
  const { portalId, code } = readLetter(
    JSON.parse((await write(new Map(), 'POST', `${api}/slip`, { token })).body) as Slip,
  )
  const confirmed = await write(patient, 'POST', `${api}/portal/activation`, { ...WHO, portalId, code })
  const { ticket } = JSON.parse(confirmed.body) as { ticket: string }
  const choice = { ticket, username: 'walter.okafor', password: PASSWORD }
  await write(patient, 'POST', `${api}/portal/activation/credentials`, choice)
  const contacts = { mobilePhone: { from: null, to: '(555) 010-0199' } }
  return {
    card: () => call(`${access}/access`, { headers: cookieHeader(staff) }),
    home: () => call(`${api}/portal/home`, { headers: cookieHeader(patient) }),
    'card-save': () => call(`${access}/access`, asPage(`${access}/access`, 'PUT', { contacts }, staff)),
  }
}

/** Logs in to the EMR, opens Portico there, and follows the redirects of both; answers the launch's id. */
async function launch(service: string, emr: string, staff: Jar): Promise<string> {
  const inEmr: Jar = new Map()
  const headers = { origin: emr, 'content-type': 'application/x-www-form-urlencoded' }
  keep(inEmr, await call(`${emr}/login`, { method: 'POST', headers, body: 'role=front-desk&next=/' }))
  const order = { patient: PATIENT, user: 'front-desk' }
  const prepared = right(await call(`${emr}/sandbox/launches`, { method: 'POST', body: order }))
  let { url } = JSON.parse(prepared.body) as { url: string }
  for (let hops = 0; hops < 6; hops++) {
    const jar = url.startsWith(service) ? staff : inEmr
    const answer = await call(url, { headers: cookieHeader(jar) })
    keep(jar, answer)
    if (answer.location === undefined) throw new Error(`the launch stopped at ${url}: ${answer.status}`)
    url = new URL(answer.location, url).href
    const [, id] = /\/staff\/l\/([^/]+)\/$/.exec(url) ?? []
    if (id !== undefined) return id
  }
  throw new Error('the launch went round in circles')
}

/** Opens the screen on a slow EHR and looks at what that was asked meanwhile. */
async function roundTrips({ emr }: Demo, open: () => Promise<Answer>): Promise<number> {
  const lever = (path: string, body: object) => call(`${emr}/sandbox/${path}`, { method: 'POST', body })
  const seen = async () => {
    const { body } = await call(`${emr}/sandbox/requests`)
    return (JSON.parse(body) as { requests: Seen[] }).requests
  }
  for (const target of ['fhir', 'api', 'token'])
    await lever('misbehave', { kind: 'slow', target, delayMs: SLOW_MS })
  const before = (await seen()).length
  right(await open())
  const during = (await seen()).slice(before)
  await lever('behave', {})
  return longestQueue(during.flatMap(({ from, to }) => (to === null ? [] : [{ from, to }])))
}

type Seen = { from: number; to: number | null }

function right(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(`answered ${answer.status}: ${answer.body.slice(0, 500)}`)
  return answer
}
