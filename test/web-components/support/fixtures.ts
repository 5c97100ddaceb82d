import type { AccessCard, LineId, ReadinessLine } from '../../../src/access/schema.ts'
import type { SessionView } from '../../../src/accounts/schema.ts'
import type { SetupTicket, Slip } from '../../../src/credentials/schema.ts'
import type { PracticeView } from '../../../src/practices/schema.ts'
import type { Home } from '../../../src/profile/schema.ts'
import type { LaunchView } from '../../../src/staff/schema.ts'

export const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export const fernwood: PracticeView = {
  slug: 'fernwood',
  name: 'Fernwood Family Practice',
  address: ['120 Wharf Road, Floor 2', 'Fernwood, OR 97000'],
  phone: '(555) 010-0100',
  hours: { en: 'Monday to Friday, 8 to 5', es: 'de lunes a viernes, de 8 a 5' },
  timeZone: 'America/Los_Angeles',
  languages: ['en', 'es'],
  portalOpen: true,
  portalUrl: 'https://portal.fernwood.example/fernwood/portal/',
  activationMode: 'strong',
  passwordMinLength: 15,
}

/** A session that ends by idleness in a quarter of an hour. */
export const sessionFor = (username: string): SessionView => ({
  accountId: 'PA7F3K92QD',
  username,
  idleEndsAt: Date.now() + 15 * 60_000,
  endsAt: Date.now() + 8 * HOUR_MS,
})

export const maria: Home = {
  firstName: 'Maria',
  accountId: 'PA7F3K92QD',
  username: 'maria.nunez',
  lastSignInAt: null,
  chart: 'shown',
  profile: {
    name: 'Maria Núñez Łukasiewicz',
    firstName: 'Maria',
    birthDate: '1985-07-02',
    gender: 'female',
    language: 'es',
    mrn: '004420',
    phones: [{ use: 'home', value: '(555) 010-0142' }],
    emails: ['maria.nunez@mail.example'],
    address: ['18 Alder Court', 'Fernwood, OR 97000'],
  },
}

export const ticketForWalter = (): SetupTicket => ({
  ticket: 't'.repeat(43),
  firstName: 'Walter',
  suggestedUsername: 'walter.okafor',
  validUntil: Date.now() + 15 * 60_000,
})

export const launchView = (changes: Partial<LaunchView> = {}): LaunchView => ({
  launch: 'L1',
  patient: '12',
  staff: { name: 'Jo Park', fhirUser: 'Practitioner/1' },
  permissions: ['access.read', 'access.manage', 'credentials.manage'],
  needPatientBanner: true,
  intent: null,
  styleUrl: null,
  endsAt: Date.now() + 8 * HOUR_MS,
  ...changes,
})

const BLOCKING: readonly LineId[] = [
  'portal-on',
  'portal-address',
  'allowed',
  'birth-date',
  'name',
  'alive',
  'active',
  'not-merged',
  'age',
]

/** The lines of a card: everything that blocks is done except what `missing` names, with its reason. */
export const lines = (missing: Partial<Record<LineId, string>> = {}): ReadinessLine[] => [
  ...BLOCKING.map((id): ReadinessLine => {
    const reason = missing[id] ?? null
    return {
      id,
      done: reason === null,
      need: 'blocks',
      reason,
      value: id === 'birth-date' ? '1948-03-14' : null,
    }
  }),
  { id: 'phone', done: true, need: 'advised', reason: null, value: '(555) 010-0142' },
  { id: 'contact-email', done: false, need: 'mail', reason: 'missing', value: null },
  { id: 'mail-sender', done: false, need: 'mail', reason: 'missing', value: null },
]

export const cardOf = (state: AccessCard['state'], changes: Partial<AccessCard> = {}): AccessCard => ({
  patient: {
    id: '12',
    name: 'Walter James Okafor',
    firstName: 'Walter',
    birthDate: '1948-03-14',
    age: 78,
    gender: 'male',
    mrn: '004417',
    language: 'en',
  },
  state,
  lines: lines(),
  allowed: null,
  invitation: null,
  account: null,
  may: { allow: true, create: true },
  ...changes,
})

const account = {
  accountId: 'PA7F3K92QD',
  username: 'walter.okafor',
  activeSince: Date.now() - 9 * DAY_MS,
  lastSignInAt: Date.now() - HOUR_MS,
}
const invitation = (state: 'live' | 'expired' | 'ended', leftMs: number): AccessCard['invitation'] => ({
  id: 'i1',
  issuedAt: Date.now() - DAY_MS,
  issuedBy: 'J. Park',
  validUntil: Date.now() + leftMs,
  state,
})

/** The card in each state that staff can meet. */
export const CARDS: Record<string, AccessCard> = {
  'not ready': cardOf('not-ready', { lines: lines({ allowed: 'not-asked', 'birth-date': 'not-full' }) }),
  'almost ready': cardOf('not-ready', { lines: lines({ allowed: 'not-asked' }) }),
  'look only': cardOf('not-ready', {
    lines: lines({ allowed: 'not-asked' }),
    may: { allow: false, create: false },
  }),
  ready: cardOf('ready'),
  invited: cardOf('invited', { invitation: invitation('live', 14 * DAY_MS) }),
  expired: cardOf('invited', { invitation: invitation('expired', -DAY_MS) }),
  'five wrong tries': cardOf('invited', { invitation: invitation('ended', DAY_MS) }),
  active: cardOf('active', { account }),
  suspended: cardOf('suspended', { account, lines: lines({ allowed: 'withdrawn' }) }),
  deceased: cardOf('stopped', { lines: lines({ alive: 'deceased' }), may: { allow: false, create: false } }),
}

export const slipForWalter: Slip = {
  firstName: 'Walter',
  patientName: 'Walter James Okafor',
  portalUrl: fernwood.portalUrl,
  activateUrl: `${fernwood.portalUrl}activate#id=482913&code=K7RM4XWD`,
  qr: ['1010', '0110', '1111', '0001'],
  portalId: '482913',
  code: 'K7RM4XWD',
  accountId: 'PA7F3K92QD',
  validUntil: Date.parse('2026-12-15T20:00:00Z'),
  practice: {
    name: fernwood.name,
    address: fernwood.address,
    phone: fernwood.phone,
    timeZone: fernwood.timeZone,
  },
  language: 'es',
}
