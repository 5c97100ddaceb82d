import { type Answer, type Call, call, cookieHeader, type Jar, keep } from './http.ts'
import { PRACTICE, type Service } from './service.ts'

/** Somebody signed in, as their browser would send it. */
export type SignedIn = { card: Call; home: Call; cardUrl: string; homeUrl: string; signInUrl: string }

export const USERNAME = 'bench-patient'
export const PASSWORD = 'lantern gravel orbit mustard 41'

/** Walks the public way in once: launch, allow, create, activate. Any refusal ends the bench with its words. */
export async function walk(service: Service, fhirBase: string): Promise<SignedIn> {
  const staff: Jar = new Map()
  const patient: Jar = new Map()
  const api = `${service.url}/${PRACTICE}/api`
  const launched = await launch(service, fhirBase, staff)
  const access = `${api}/staff/launches/${launched}/patients/p1`
  await write(staff, 'PUT', `${access}/access`, { allowPortal: true })
  const issued = await write(staff, 'POST', `${access}/invitations`, {})
  const { slipUrl } = JSON.parse(issued.body) as { slipUrl: string }
  const opened = await write(new Map(), 'POST', `${api}/slip`, { token: new URL(slipUrl).hash.slice(1) })
  const { portalId, code } = JSON.parse(opened.body) as { portalId: string; code: string }
  const who = { portalId, code, firstInitial: 'A', lastInitial: 'D', birthDate: '1980-05-17' }
  const confirmed = await write(patient, 'POST', `${api}/portal/activation`, who)
  const { ticket } = JSON.parse(confirmed.body) as { ticket: string }
  const choice = { ticket, username: USERNAME, password: PASSWORD }
  await write(patient, 'POST', `${api}/portal/activation/credentials`, choice)
  return {
    card: { headers: cookieHeader(staff) },
    cardUrl: `${access}/access`,
    home: { headers: cookieHeader(patient) },
    homeUrl: `${api}/portal/home`,
    signInUrl: `${api}/portal/session`,
  }
}

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
async function launch(service: Service, fhirBase: string, jar: Jar): Promise<string> {
  const query = new URLSearchParams({ iss: fhirBase, launch: 'bench' })
  let url = `${service.url}/${PRACTICE}/launch?${query}`
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
