import type { AccessCard, Invitation, LineId, ReadinessLine } from '../../../src/access/schema.ts'
import type { SessionView } from '../../../src/accounts/schema.ts'
import type { InvitationOffer, LetterSheet, SetupTicket, Slip } from '../../../src/credentials/schema.ts'
import type { PracticeView } from '../../../src/practices/schema.ts'
import type { Home } from '../../../src/profile/schema.ts'
import { BY_HAND, toDoOf } from './to-do.ts'

export const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export const fernwood: PracticeView = {
  slug: 'fernwood',
  name: 'Fernwood Family Practice',
  address: ['120 Wharf Road, Floor 2', 'Fernwood, OR 97000'],
  phone: '(555) 010-0100',
  hours: { en: 'Monday to Friday, 8 to 5', es: 'de lunes a viernes, de 8 a 5' },
  logo: null,
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
  restricted: false,
  firstName: null,
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
  help('phone', 'advised', '(555) 010-0142'),
  help('contact-email', 'advised', null),
  help('trusted-email', 'mail', null),
  help('allow-email', 'mail', null),
  help('mail-sender', 'mail', null),
]

/** A line that stops no letter; done where there is a value. */
const help = (id: LineId, need: ReadinessLine['need'], value: string | null): ReadinessLine => ({
  id,
  done: value !== null,
  need,
  reason: value === null ? 'missing' : null,
  value,
})

export const MAIL = 'walter.okafor@mail.example'
/** The lines of a patient whom a mail reaches. */
const mailLines = (missing: Partial<Record<LineId, string>> = {}): ReadinessLine[] =>
  lines(missing).map((line) => {
    if (line.id === 'contact-email' || line.id === 'trusted-email')
      return { ...line, done: true, reason: null, value: MAIL }
    return line.id === 'allow-email' || line.id === 'mail-sender'
      ? { ...line, done: true, reason: null }
      : line
  })

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
  contacts: { homePhone: '(555) 010-0142', mobilePhone: null, contactEmail: null, trustedEmail: null },
  todos: [],
  emailAllowed: false,
  allowed: null,
  refused: null,
  invitation: null,
  account: null,
  may: { allow: true, create: true, edit: 'chart', settings: false },
  ...changes,
})

/** The same for a patient whom a mail reaches. */
export const cardWithMail = (state: AccessCard['state'], changes: Partial<AccessCard> = {}): AccessCard =>
  cardOf(state, {
    lines: mailLines(),
    contacts: { homePhone: '(555) 010-0142', mobilePhone: null, contactEmail: MAIL, trustedEmail: MAIL },
    emailAllowed: true,
    ...changes,
  })

/** Looks only. */
export const LOOK_ONLY: AccessCard['may'] = { allow: false, create: false, edit: 'no', settings: false }

const account = {
  accountId: 'PA7F3K92QD',
  username: 'walter.okafor',
  activeSince: Date.now() - 9 * DAY_MS,
  lastSignInAt: Date.now() - HOUR_MS,
}
export const invitationOf = (changes: Partial<Invitation> = {}): Invitation => ({
  id: 'i1',
  kind: 'activation',
  issuedAt: Date.now() - DAY_MS,
  issuedBy: 'J. Park',
  validUntil: Date.now() + 14 * DAY_MS,
  state: 'live',
  openedAt: null,
  mail: null,
  ...changes,
})
const mailed = (state: 'waiting' | 'sent' | 'failed', fault: string | null = null): Invitation => ({
  ...invitationOf({ mail: { to: MAIL, state, at: Date.now() - 60_000, fault } }),
})

/** "Not now", so many days from now in the practice's zone. */
const refusedFor = (days: number): AccessCard['refused'] => ({
  reason: 'declined',
  askAgainOn: new Intl.DateTimeFormat('en-CA', { timeZone: fernwood.timeZone }).format(
    Date.now() + days * DAY_MS,
  ),
  due: days <= 0,
  at: Date.now() - 40 * DAY_MS,
  by: 'J. Park',
})

/** The card in each state that staff can meet. */
export const CARDS: Record<string, AccessCard> = {
  'not ready': cardOf('not-ready', { lines: lines({ allowed: 'not-asked', 'birth-date': 'not-full' }) }),
  'almost ready': cardOf('not-ready', { lines: lines({ allowed: 'not-asked' }) }),
  'look only': cardOf('not-ready', { lines: lines({ allowed: 'not-asked' }), may: LOOK_ONLY }),
  'everything missing': cardOf('not-ready', {
    lines: [
      ...lines({ allowed: 'not-asked', 'portal-on': 'portal-off' }).filter(
        ({ id }) => !['phone', 'contact-email', 'trusted-email'].includes(id),
      ),
      help('phone', 'blocks', null),
      help('contact-email', 'blocks', null),
      help('trusted-email', 'blocks', null),
    ],
    contacts: { homePhone: null, mobilePhone: null, contactEmail: null, trustedEmail: null },
    may: { allow: true, create: true, edit: 'chart', settings: true },
  }),
  ready: cardOf('ready'),
  'ready, with e-mail': cardWithMail('ready'),
  'chart not to be changed here': cardOf('ready', {
    may: { allow: true, create: true, edit: 'no', settings: false },
  }),
  'chart to be changed by hand': cardOf('ready', { may: BY_HAND }),
  'to do in the EMR': cardOf('ready', { may: BY_HAND, todos: [toDoOf()] }),
  'to do in the EMR, look only': cardOf('active', { account, may: LOOK_ONLY, todos: [toDoOf()] }),
  'not now': cardOf('ready', { refused: refusedFor(30) }),
  'ask again today': cardOf('ready', { refused: refusedFor(0) }),
  invited: cardOf('invited', { invitation: invitationOf() }),
  'invited, mail waiting': cardWithMail('invited', { invitation: mailed('waiting') }),
  'invited, mail sent': cardWithMail('invited', {
    invitation: { ...mailed('sent'), openedAt: Date.now() - 30_000 },
  }),
  'invited, mail came back': cardWithMail('invited', { invitation: mailed('failed', 'recipient') }),
  'temporary password': cardWithMail('invited', { invitation: invitationOf({ kind: 'temporary-password' }) }),
  expired: cardOf('invited', {
    invitation: invitationOf({ state: 'expired', validUntil: Date.now() - DAY_MS }),
  }),
  'five wrong tries': cardOf('invited', {
    invitation: invitationOf({ state: 'ended', validUntil: Date.now() + DAY_MS }),
  }),
  'temporary password, three times used': cardOf('invited', {
    invitation: invitationOf({ kind: 'temporary-password', state: 'ended' }),
  }),
  active: cardOf('active', { account }),
  suspended: cardOf('suspended', { account, lines: lines({ allowed: 'withdrawn' }) }),
  deceased: cardOf('stopped', { lines: lines({ alive: 'deceased' }), may: LOOK_ONLY }),
}

/** What Create asks with: a mail is possible, a mailed password is not. */
export const offerForWalter = (changes: Partial<InvitationOffer> = {}): InvitationOffer => ({
  mailTo: MAIL,
  mailBar: null,
  passwordMailBar: 'password-not-mailed',
  suggestedUsername: 'walter.okafor',
  activationUntil: Date.now() + 30 * DAY_MS,
  temporaryPasswordUntil: Date.now() + 7 * DAY_MS,
  activationMode: 'strong',
  ...changes,
})

/** Another number than the help line, which the text below the letter gives. */
const from = { name: fernwood.name, address: fernwood.address, phone: '(555) 010-0190' }
const to = { name: 'Walter James Okafor', address: ['18 Alder Court', 'Fernwood, OR 97000'] }
const address = 'portal.fernwood.example/fernwood/portal'

export const sheetInEnglish: LetterSheet = {
  language: 'en',
  from,
  to,
  date: 'December 1, 2026',
  title: 'Walter, your patient portal is ready.',
  text: 'See what we have on file about you, from home.',
  steps: [
    { lead: 'Scan the square', rest: " with your phone's camera. Or type the address below into a browser." },
    { lead: 'Enter your portal ID and code', rest: ', your initials, and your birth date.' },
    { lead: 'Choose how you will sign in.', rest: ' Pick a username and a password that only you know.' },
  ],
  facts: [
    { label: 'Portal address', value: address, form: 'address' },
    { label: 'Portal ID', value: '482913', form: 'digits' },
    { label: 'Activation code', value: 'K7RM4XWD', form: 'code' },
  ],
  qr: { caption: 'Scan to begin', label: "QR code that opens the portal's activation page" },
  until: 'Please use it by Tuesday, December 15, 2026.',
  help: {
    title: 'Need a hand?',
    text: "Call (555) 010-0100, Monday to Friday, 8 to 5. Bring this letter and we'll do it together.",
  },
  privacy: { title: 'Keep it private', text: 'We never ask for your code by phone or e-mail.' },
  account: 'Account ID: PA 7F3K 92QD',
}

const sheetInSpanish: LetterSheet = {
  ...sheetInEnglish,
  language: 'es',
  date: '1 de diciembre de 2026',
  title: 'Walter, su portal de paciente está listo.',
  text: 'Vea desde su casa los datos que tenemos de usted.',
  steps: [
    {
      lead: 'Escanee el cuadro',
      rest: ' con la cámara de su teléfono. O escriba la dirección de abajo en un navegador.',
    },
    { lead: 'Escriba su número del portal y su código', rest: ', sus iniciales y su fecha de nacimiento.' },
    { lead: 'Elija cómo va a entrar.', rest: ' Escoja un usuario y una contraseña que solo usted sepa.' },
  ],
  facts: [
    { label: 'Dirección del portal', value: address, form: 'address' },
    { label: 'Número del portal', value: '482913', form: 'digits' },
    { label: 'Código de activación', value: 'K7RM4XWD', form: 'code' },
  ],
  qr: { caption: 'Escanee para empezar', label: 'Código QR que abre la página de activación' },
  until: 'Úselo antes del final del martes, 15 de diciembre de 2026.',
  help: {
    title: '¿Necesita ayuda?',
    text: 'Llame al (555) 010-0100, de lunes a viernes, de 8 a 5. Traiga esta carta y lo hacemos juntos.',
  },
  privacy: {
    title: 'No comparta esta carta',
    text: 'Nunca le pediremos el código por teléfono ni por correo.',
  },
  account: 'Cuenta: PA 7F3K 92QD',
}

/** The patient reads Spanish, the practice English. */
export const slipForWalter: Slip = {
  kind: 'activation',
  firstName: 'Walter',
  patientName: 'Walter James Okafor',
  sheets: [sheetInSpanish, sheetInEnglish],
  qr: ['1010', '0110', '1111', '0001'],
  logo: null,
  pdfs: {
    letter: btoa('%PDF letter'),
    letterLarge: btoa('%PDF large'),
    a4: btoa('%PDF a4'),
    a4Large: btoa('x'),
  },
  mailText: {
    subject: 'Your patient portal is ready',
    text: `Hello Walter,\n\nOpen ${address} and enter 482 913 and K7RM 4XWD.\n`,
  },
  validUntil: Date.parse('2026-12-15T20:00:00Z'),
  mailedTo: null,
}

/** A temporary password: five words, in the practice's language only. */
export const slipWithPassword: Slip = {
  ...slipForWalter,
  kind: 'temporary-password',
  sheets: [
    {
      ...sheetInEnglish,
      facts: [
        { label: 'Portal address', value: address, form: 'address' },
        { label: 'Username', value: MAIL, form: 'username' },
        { label: 'Temporary password', value: 'copper kettle moonlight drifting sandal', form: 'words' },
      ],
      qr: null,
    },
  ],
  qr: null,
}
