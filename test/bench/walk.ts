import { type Answer, type Call, call, cookieHeader, type Jar, keep } from './http.ts'
import { PRACTICE, type Service } from './service.ts'
import type { Slip } from '../../src/credentials/schema.ts'
import { readLetter } from '../support/letter.ts'

/** Somebody signed in, as their browser would send it. */
export type SignedIn = { card: Call; home: Call; cardUrl: string; homeUrl: string }
export type Credentials = { signInUrl: string; username: string; password: string }

const LETTER = { kind: 'activation', slip: true, mail: false }
const PASSWORD = 'lantern gravel orbit mustard 41'

/** Walks a patient through the public way in: launch, allow, create, activate. A refusal ends the bench with its words. */
export async function walk(
  service: Service,
  fhirBase: string,
  patientId: string,
): Promise<SignedIn & Credentials> {
  const staff: Jar = new Map()
  const patient: Jar = new Map()
  const api = `${service.url}/${PRACTICE}/api`
  const launched = await launch(service, { iss: fhirBase, launch: patientId }, staff)
  const access = `${api}/staff/launches/${launched}/patients/${patientId}`
  await write(staff, 'PUT', `${access}/access`, { allowPortal: true })
  const issued = await write(staff, 'POST', `${access}/invitations`, LETTER)
  const { slipUrl } = JSON.parse(issued.body) as { slipUrl: string }
  const opened = await write(new Map(), 'POST', `${api}/slip`, { token: new URL(slipUrl).hash.slice(1) })
  const { portalId, code } = readLetter(JSON.parse(opened.body) as Slip)
  const who = { portalId, code, firstInitial: 'A', lastInitial: 'D', birthDate: '1980-05-17' }
  const confirmed = await write(patient, 'POST', `${api}/portal/activation`, who)
  const { ticket } = JSON.parse(confirmed.body) as { ticket: string }
  const username = `bench-${patientId}`
  const choice = { ticket, username, password: PASSWORD }
  await write(patient, 'POST', `${api}/portal/activation/credentials`, choice)
  return {
    card: { headers: cookieHeader(staff) },
    cardUrl: `${access}/access`,
    home: { headers: cookieHeader(patient) },
    homeUrl: `${api}/portal/home`,
    signInUrl: `${api}/portal/session`,
    username,
    password: PASSWORD,
  }
}

/** A home that shows the chart; without it the service has answered, but not done the work. */
export const isHome = ({ status, body }: Answer) => status === 200 && body.includes('"chart":"shown"')
export const isSession = ({ status }: Answer) => status === 201

/** A write as our own page sends it. */
export const asPage = (url: string, method: string, body: unknown, jar: Jar = new Map()): Call => ({
  method,
  body,
  headers: {
    origin: new URL(url).origin,
    'sec-fetch-site': 'same-origin',
    'idempotency-key': crypto.randomUUID(),
    ...cookieHeader(jar),
  },
})

async function write(jar: Jar, method: string, url: string, body: unknown): Promise<Answer> {
  const answer = await call(url, asPage(url, method, body, jar))
  if (answer.status >= 300) throw new Error(`${method} ${url} answered ${answer.status}: ${answer.body}`)
  keep(jar, answer)
  return answer
}

/** Follows the EHR launch through authorization and back; answers the launch's id. */
async function launch(service: Service, query: Record<string, string>, jar: Jar): Promise<string> {
  let url = `${service.url}/${PRACTICE}/launch?${new URLSearchParams(query)}`
  for (let hops = 0; hops < 5; hops++) {
    const answer = await call(url, { headers: url.startsWith(service.url) ? cookieHeader(jar) : {} })
    keep(jar, answer)
    if (answer.location === undefined)
      throw new Error(`the launch stopped at ${url}: ${answer.status} ${answer.body}`)
    url = new URL(answer.location, url).href
    const [, id] = /\/staff\/l\/([^/]+)\/$/.exec(url) ?? []
    if (id !== undefined) return id
  }
  throw new Error('the launch went round in circles')
}
