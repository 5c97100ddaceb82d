import type { ToDoList } from '../../../src/desk/schema.ts'
import type { HostView } from '../../../src/embedding/schema.ts'
import type { OutboxMail, OutboxView, PracticeSettings, SettingsView } from '../../../src/settings/schema.ts'
import type {
  HistoryEntry,
  HistoryView,
  PeopleView,
  Permission,
  StaffPerson,
  StaffRole,
} from '../../../src/staff/schema.ts'
import { DAY_MS, MAIL } from './fixtures.ts'
import { launchView } from './launch-view.ts'
import { toDoOf } from './to-do.ts'

const MINUTE_MS = 60_000
export const EVERYTHING: Permission[] = [
  'access.read',
  'access.manage',
  'credentials.manage',
  'settings.manage',
  'audit.read',
  'staff.manage',
]

/** Somebody who may do everything. */
export const administrator = (changes: Parameters<typeof launchView>[0] = {}) =>
  launchView({
    staff: { name: 'D. Reyes', fhirUser: 'Practitioner/9', role: 'Administrator' },
    permissions: EVERYTHING,
    ...changes,
  })

const values: Omit<PracticeSettings, 'mailPassword'> = {
  name: 'Fernwood Family Practice',
  address: ['120 Wharf Road, Floor 2', 'Fernwood, OR 97000'],
  phone: '(555) 010-0100',
  helpLine: null,
  hours: { en: 'Monday to Friday, 8 to 5', es: 'de lunes a viernes, de 8 a 5' },
  logo: null,
  timeZone: 'America/Los_Angeles',
  languages: ['en', 'es'],
  portalOpen: true,
  portalAddress: null,
  activationMode: 'strong',
  invitationDays: 30,
  adultAge: 18,
  requiredLines: [],
  usernameFromEmail: true,
  mailTemporaryPasswords: false,
  mailFrom: 'Fernwood Family Practice <portal@fernwood.example>',
  mailHost: 'mail.fernwood.example',
  mailPort: 587,
  mailSecurity: 'starttls',
  mailUser: 'portal@fernwood.example',
}

export const settingsView = (
  changes: Partial<typeof values> = {},
  more: Partial<SettingsView> = {},
): SettingsView => ({
  version: 3,
  values: { ...values, ...changes },
  mailPasswordSet: true,
  locked: [],
  portalAddresses: ['https://portal.fernwood.example', 'https://fernwood.example'],
  portalUrl: 'https://portal.fernwood.example/fernwood/portal/',
  ...more,
})

export const mailOf = (changes: Partial<OutboxMail> = {}): OutboxMail => ({
  id: 'm1',
  kind: 'invitation',
  to: 'walter.okafor@mail.example',
  subject: 'Walter, your patient portal is ready',
  state: 'failed',
  createdAt: Date.now() - 90 * MINUTE_MS,
  at: Date.now() - 20 * MINUTE_MS,
  attempts: 5,
  fault: 'sign-in',
  kept: true,
  ...changes,
})

/** One in each state, newest first as the service tells them. */
export const MAILS: OutboxMail[] = [
  mailOf({
    id: 'sent',
    state: 'sent',
    to: 'maria.nunez@mail.example',
    attempts: 1,
    fault: null,
    kept: false,
    createdAt: Date.now() - 5 * MINUTE_MS,
    at: Date.now() - 4 * MINUTE_MS,
  }),
  mailOf({
    id: 'fresh',
    state: 'waiting',
    to: 'ana.lima@mail.example',
    attempts: 0,
    fault: null,
    createdAt: Date.now() - 6 * MINUTE_MS,
    at: Date.now() - 1,
  }),
  mailOf({
    id: 'waiting',
    kind: 'reminder',
    state: 'waiting',
    to: 'jun.sato@mail.example',
    attempts: 2,
    fault: 'not-reached',
    createdAt: Date.now() - 30 * MINUTE_MS,
    at: Date.now() + 4 * MINUTE_MS,
  }),
  mailOf(),
  mailOf({
    id: 'gone',
    kind: 'welcome',
    to: 'old.address@mail.example',
    fault: 'recipient',
    kept: false,
    createdAt: Date.now() - 9 * DAY_MS,
    at: Date.now() - 8 * DAY_MS,
    attempts: 1,
  }),
  mailOf({
    id: 'printed',
    to: 'rosa.diaz@mail.example',
    fault: null,
    kept: false,
    createdAt: Date.now() - 10 * DAY_MS,
    at: Date.now() - 9 * DAY_MS,
  }),
]

export const outboxView = (mails: OutboxMail[] = MAILS, changes: Partial<OutboxView> = {}): OutboxView => ({
  mails,
  counts: {
    failed: mails.filter(({ state, fault }) => state === 'failed' && fault !== null).length,
    waiting: mails.filter(({ state }) => state === 'waiting').length,
    sent: mails.filter(({ state }) => state === 'sent').length,
  },
  before: null,
  ...changes,
})

export const ROLES: StaffRole[] = [
  {
    id: 'front-desk',
    name: 'Front desk',
    preset: 'front-desk',
    permissions: ['access.read', 'access.manage', 'credentials.manage'],
    version: 1,
    people: 1,
  },
  {
    id: 'clinician',
    name: 'Clinician',
    preset: 'clinician',
    permissions: ['access.read'],
    version: 1,
    people: 0,
  },
  {
    id: 'administrator',
    name: 'Administrator',
    preset: 'administrator',
    permissions: EVERYTHING,
    version: 1,
    people: 1,
  },
  { id: 'r4', name: 'Billing', preset: null, permissions: [], version: 2, people: 0 },
]

export const personOf = (id: string, changes: Partial<StaffPerson> = {}): StaffPerson => ({
  id,
  name: `Person ${id}`,
  fhirUser: `Practitioner/${id}`,
  role: null,
  locked: false,
  stoppedAt: null,
  firstSeenAt: Date.now() - 40 * MINUTE_MS,
  lastSeenAt: Date.now() - 5 * MINUTE_MS,
  ...changes,
})

export const PEOPLE: StaffPerson[] = [
  personOf('21', { name: 'Sam Osei' }),
  personOf('22', { name: null }),
  personOf('23', { name: 'Łucja Brzęczyszczykiewicz-Núñez', firstSeenAt: Date.now() - 3 * DAY_MS }),
  personOf('1', { name: 'Jo Park', role: 'front-desk', lastSeenAt: Date.now() - DAY_MS }),
  personOf('9', { name: 'D. Reyes', role: 'administrator' }),
  personOf('8', { name: 'M. Adeyemi', locked: true }),
]

export const peopleView = (changes: Partial<PeopleView> = {}): PeopleView => ({
  people: PEOPLE,
  roles: ROLES,
  ...changes,
})

/** The same people after somebody got a role, or lost it. */
export const withRole = (view: PeopleView, id: string, role: string | null): PeopleView => ({
  people: view.people.map((person) => (person.id === id ? { ...person, role } : person)),
  roles: view.roles,
})

/** The same people after somebody was stopped, or let back in. */
export const withStop = (view: PeopleView, id: string, stopped: boolean): PeopleView => ({
  people: view.people.map((person) =>
    person.id === id ? { ...person, stoppedAt: stopped ? Date.now() : null } : person,
  ),
  roles: view.roles,
})

/** One in use, one that was never used and is stopped. */
export const HOST_PAGES: HostView[] = [
  {
    id: 'https://emr.example/pages',
    name: 'Fernwood EMR',
    origins: ['https://emr.example', 'https://emr-standby.fernwood-family-practice.example:8443'],
    permissions: ['access.read', 'access.manage', 'credentials.manage'],
    lastUsedAt: Date.now() - 5 * MINUTE_MS,
    stoppedAt: null,
  },
  {
    id: 'intranet',
    name: 'Intranet',
    origins: ['https://intranet.example'],
    permissions: ['access.read'],
    lastUsedAt: null,
    stoppedAt: Date.now() - DAY_MS,
  },
]

export const hostsView = (hosts: HostView[] = HOST_PAGES) => ({ body: { hosts } })

let entries = 0
export const entryOf = (action: string, changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id: `e${(entries += 1)}`,
  at: Date.now() - 10 * MINUTE_MS,
  by: 'Jo Park',
  actor: 'staff',
  action,
  outcome: 'success',
  detail: {},
  ...changes,
})

export const historyView = (list: HistoryEntry[] = [], before: string | null = null): HistoryView => ({
  entries: list,
  before,
})

export const TRAIL: HistoryEntry[] = [
  entryOf('session.started', { by: null, actor: 'patient' }),
  entryOf('session.refused', { by: null, actor: 'anonymous', outcome: 'refused' }),
  entryOf('invitation.mailed', { by: null, actor: 'portico' }),
  entryOf('invitation.issued', { detail: { ticket: 't1', kind: 'activation', mailed: true } }),
  entryOf('contacts.changed', { detail: { fields: 'mobilePhone,trustedEmail' } }),
  entryOf('settings.changed', {
    by: 'D. Reyes',
    detail: { key: 'mailPort', before: 587, after: 465 },
    at: Date.now() - DAY_MS,
  }),
  entryOf('settings.changed', {
    by: 'D. Reyes',
    detail: { key: 'languages', before: '["en"]', after: '["en","es"]' },
    at: Date.now() - DAY_MS,
  }),
  entryOf('settings.changed', {
    by: 'D. Reyes',
    detail: { key: 'mailPassword', before: null, after: 'replaced' },
    at: Date.now() - DAY_MS,
  }),
  entryOf('role.changed', {
    by: 'D. Reyes',
    detail: { role: 'r4', name: 'Billing', before: '', after: 'access.read audit.read' },
    at: Date.now() - 4 * DAY_MS,
  }),
  entryOf('staff.role-given', {
    by: null,
    detail: {
      person: 'Practitioner/1',
      before: null,
      after: 'Front desk',
      roleBefore: null,
      role: 'front-desk',
    },
    at: Date.now() - 4 * DAY_MS,
  }),
  entryOf('something.new', { at: Date.now() - 4 * DAY_MS }),
]

/** Three patients whose charts staff have to change by hand, the oldest first. */
export const toDoList = (): ToDoList => ({
  todos: [
    toDoOf({ createdAt: Date.now() - 2 * DAY_MS }),
    toDoOf({
      id: 't2',
      patient: { id: '13', name: 'Rosa Delgado' },
      changes: [{ field: 'mobilePhone', from: '(555) 010-0166', to: null }],
      createdBy: null,
      checkedAt: null,
      chartUrl: null,
    }),
    toDoOf({
      id: 't3',
      patient: { id: '14', name: 'Wilhelmina Featherstonehaugh-Montgomery' },
      changes: [{ field: 'contactEmail', from: MAIL, to: 'wilhelmina.featherstonehaugh@mail.example' }],
    }),
  ],
})
