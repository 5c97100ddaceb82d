import type { Bundle, Patient } from '@medplum/fhirtypes'
import { setTimeout as sleep } from 'node:timers/promises'
import { TRUSTED_EMAIL } from '../../fhir-profiles/canonicals.ts'
import type { Slip } from '../../src/credentials/schema.ts'
import { createBrowser } from '../support/browser.ts'
import { readLetter } from '../support/letter.ts'
import { GOOD_PASSWORD } from '../support/people.ts'
import { expectOk } from '../support/service.ts'
import type { Demo } from './demo.ts'

/** Something that the service answered with a success, and the id under which its trail must know it. */
export type Deed = { action: string; requestId: string }

const LETTER = { kind: 'activation', slip: true, mail: false }

/** How far one patient came before the end or a kill; only what was acknowledged is written down. */
export type Career = {
  patient: string
  email: string
  username: string
  deeds: Deed[]
  letter?: { portalId: string; code: string }
  /** Set before the answer is known: from then on the letter may be used up. */
  chose: boolean
  accountId?: string
  phone?: Browser
  cutOff: boolean
}

type Browser = ReturnType<typeof createBrowser>

const PATIENTS = 300
/** Each their own: tries are limited by initials and birth date, and a kill leaves a counted try behind. */
const birthDateOf = (patient: string) =>
  new Date(Date.UTC(1950, 0, 1 + Number(patient.replace('career-', '')))).toISOString().slice(0, 10)
const identityOf = (patient: string) => ({
  firstInitial: 'A',
  lastInitial: 'L',
  birthDate: birthDateOf(patient),
})
const API = '/fernwood/api/portal'

/** Patients for `--data`, each with an address that only they read, so that activation sends mail. */
export const careerPatients = (): Bundle<Patient> => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: Array.from({ length: PATIENTS }, (_, number) => ({ resource: toPatient(number) })),
})

const toPatient = (number: number): Patient => ({
  resourceType: 'Patient',
  id: `career-${number}`,
  name: [{ given: ['Ada'], family: 'Lane' }],
  birthDate: birthDateOf(`career-${number}`),
  telecom: [
    { system: 'email', value: emailOf(number), extension: [{ url: TRUSTED_EMAIL, valueBoolean: true }] },
  ],
})

const emailOf = (number: number) => `career-${number}@mail.example`

export type Careers = Awaited<ReturnType<typeof createCareers>>

/** The walk without a browser, over and over with the next patient, by as many as call `run`. */
export async function createCareers(demo: Demo) {
  const cookie = await logIn(demo)
  const all: Career[] = []

  /** From chart to second sign-in, until done or until the service dies under it. */
  async function pursue(career: Career) {
    try {
      await visitDesk(demo, cookie, career)
      await activate(demo, career)
      await signIn(demo, career)
    } catch (error) {
      // A refusal is no connection that broke: it fails the test.
      if (!(error instanceof TypeError)) throw error
      career.cutOff = true
    }
  }

  return {
    all,
    /** Settles when `signal` says so, or when a career met anything but success and a dead service. */
    async run(signal: AbortSignal) {
      while (!signal.aborted && all.length < PATIENTS) {
        const number = all.length
        const career: Career = {
          patient: `career-${number}`,
          email: emailOf(number),
          username: `lane${number}`,
          deeds: [],
          chose: false,
          cutOff: false,
        }
        all.push(career)
        await pursue(career)
        if (career.cutOff) await untilUp(demo, signal)
      }
    },
    /** What of a career the service no longer knows. */
    whatIsLost: (career: Career) => whatIsLost(demo, cookie, career),
  }
}

/** Staff: launch, allow, invite, open the slip. */
async function visitDesk(demo: Demo, cookie: string, career: Career) {
  const { browser, api } = await launch(demo, cookie, career)
  await done(career, 'access.allowed', browser.put(`${api}/access`, { allowPortal: true, allowEmail: true }))
  const { slipUrl } = await done(career, 'invitation.issued', browser.post(`${api}/invitations`, LETTER))
  const token = new URL(String(slipUrl)).hash.slice(1)
  const slip = await done(career, 'slip.opened', browser.post('/fernwood/api/slip', { token }))
  const { portalId, code } = readLetter(slip as Slip)
  career.letter = { portalId, code }
}

async function launch(demo: Demo, cookie: string, career: Career) {
  const browser = openBrowser(demo)
  const order = { patient: career.patient, user: 'front-desk' }
  const prepared = await fetch(`${demo.emr}/sandbox/launches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  const { url } = (await prepared.json()) as { url: string }
  const begun = await browser.get(url)
  const back = await fetch(begun.headers.get('location') ?? '', { headers: { cookie }, redirect: 'manual' })
  const landed = await browser.get(back.headers.get('location') ?? '')
  const path = landed.headers.get('location')
  if (!path) throw new Error(`The launch ended with ${back.status} and ${landed.status}`)
  write(career, 'launch.started', landed)
  return { browser, api: `/fernwood/api/staff/launches/${path.split('/')[4]}/patients/${career.patient}` }
}

/** The patient: letter, password. */
async function activate(demo: Demo, career: Career) {
  const phone = openBrowser(demo)
  const setUp = await done(
    career,
    'activation.confirmed',
    phone.post(`${API}/activation`, { ...career.letter, ...identityOf(career.patient) }),
  )
  career.chose = true
  const key = { ticket: setUp['ticket'], username: career.username, password: GOOD_PASSWORD }
  const session = await done(career, 'account.activated', phone.post(`${API}/activation/credentials`, key))
  career.accountId = String(session['accountId'])
  career.phone = phone
}

const signIn = (demo: Demo, career: Career) =>
  done(
    career,
    'session.started',
    openBrowser(demo).post(`${API}/session`, { username: career.username, password: GOOD_PASSWORD }),
  )

async function whatIsLost(demo: Demo, cookie: string, career: Career): Promise<string[]> {
  const did = (action: string) => career.deeds.some((deed) => deed.action === action)
  const lost: string[] = []
  if (did('access.allowed')) {
    const { browser, api } = await launch(demo, cookie, career)
    const card = await expectOk(browser.get(`${api}/access`))
    if (card['allowed'] === null) lost.push('permission')
  }
  if (career.letter && !career.chose) {
    const answer = await openBrowser(demo).post(`${API}/activation`, {
      ...career.letter,
      ...identityOf(career.patient),
    })
    if (!answer.ok) lost.push('letter')
  }
  if (career.phone) {
    if (!(await career.phone.get(`${API}/session`)).ok) lost.push('session')
    const again = { username: career.username, password: GOOD_PASSWORD }
    if (!(await openBrowser(demo).post(`${API}/session`, again)).ok) lost.push('account')
  }
  return lost
}

/** The body of an acknowledged step: written down once it is here whole. */
async function done(career: Career, action: string, answer: Promise<Response>) {
  const response = await answer
  const body = await expectOk(response)
  write(career, action, response)
  return body
}

const write = (career: Career, action: string, { headers }: Response) =>
  career.deeds.push({ action, requestId: headers.get('x-request-id') ?? '' })

async function untilUp(demo: Demo, signal: AbortSignal) {
  const isUp = () =>
    fetch(`${demo.service}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!signal.aborted && !(await isUp())) await sleep(40)
}

const openBrowser = (demo: Demo) =>
  createBrowser((request) => fetch(request, { redirect: 'manual' }), demo.service)

/** Logs in to the EMR; gives the cookie. */
async function logIn(demo: Demo) {
  const form = new URLSearchParams({ role: 'front-desk', next: '/' })
  const headers = { origin: demo.emr }
  const answer = await fetch(`${demo.emr}/login`, { method: 'POST', headers, body: form, redirect: 'manual' })
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}
