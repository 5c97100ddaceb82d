import type { LaunchView } from '../../src/staff/schema.ts'
import {
  administrator,
  historyView,
  hostsView,
  MAILS,
  outboxView,
  peopleView,
  settingsView,
  toDoList,
  TRAIL,
} from '../../test/web-components/support/admin-fixtures.ts'
import type { Answer } from '../../test/web-components/support/answers.ts'
import {
  CARDS,
  cardOf,
  MAIL,
  slipForWalter,
  slipWithPassword,
} from '../../test/web-components/support/fixtures.ts'
import { hostReport, silentReport } from '../../test/web-components/support/report-fixture.ts'
import { launchView } from '../../test/web-components/support/launch-view.ts'
import { deskFor } from './desk.ts'
import { find, press, type } from './hands.ts'
import type { Answers, Scene } from './scene.ts'

const BASE = '/fernwood/staff/l/L1/'

/** What the administrators' pages ask. */
const PAGES: Answers = {
  'GET settings': () => ({ body: settingsView() }),
  'PUT settings': (body) => ({ body: settingsView((body as { values?: object }).values) }),
  'POST settings/portal-check': () => ({ body: { state: 'unreachable', certificateUntil: null } }),
  'POST settings/test-mail': () => ({ body: { state: 'refused', fault: 'sign-in', answer: '535 5.7.8' } }),
  'GET people': () => ({ body: peopleView() }),
  'GET hosts': () => hostsView(),
  'GET todos': () => ({ body: toDoList() }),
  'PUT todos/t1': () => ({ body: { todos: toDoList().todos.slice(1) } }),
  'GET outbox': () => ({ body: outboxView(MAILS, { before: 'x' }) }),
  'GET history': () => ({ body: historyView(TRAIL, 'x') }),
  'GET report': () => ({ body: hostReport() }),
  'GET events': () => 'never',
  'DELETE ': () => ({ status: 204, body: null }),
}

const staff = (
  name: string,
  launch: () => LaunchView,
  { page = '', card = CARDS['ready'], answers = {}, act }: Part = {},
): Scene => ({
  tag: 'portico-staff',
  name,
  path: BASE + page,
  answers: (look) => ({
    'GET ': () => ({ body: launch() }),
    ...PAGES,
    ...deskFor(card ?? cardOf('ready'), look),
    ...answers,
  }),
  act: act ?? (() => find(page === '' ? '.headline' : 'h1:not(.hidden-visually)')),
})
type Part = {
  page?: string
  card?: (typeof CARDS)[string] | undefined
  answers?: Answers
  act?: Scene['act']
}

const everything = Object.keys(settingsView().values)
const notice = () => find('[data-notice]')

const slip = (name: string, answer: () => Answer, act = () => find('h1')): Scene => ({
  tag: 'portico-slip',
  name,
  path: `/fernwood/slip#${'a'.repeat(43)}`,
  answers: () => ({ 'POST slip': answer }),
  act,
})

/** The staff app by launch, and the letter's window. */
export const staffScenes: Scene[] = [
  staff('the card alone', () => launchView(), { card: CARDS['not ready'] }),
  staff('the card of an administrator', administrator),
  staff('no role yet', () => launchView({ staff: { ...launchView().staff, role: null } }), {
    card: CARDS['look only'],
  }),
  staff('launch over', () => launchView(), {
    answers: { 'GET ': () => ({ status: 401, code: 'launch-ended' }) },
    act: notice,
  }),
  staff('signed out', () => launchView(), {
    act: async () => {
      await press('.tools .quiet:last-child')
      return find('.notice.good')
    },
  }),
  staff('the card with something to do', () => launchView({ todos: 3 }), { card: CARDS['to do in the EMR'] }),
  staff('to do', () => launchView({ todos: 3 }), { page: 'todos', act: () => find('.todo') }),
  staff('to do, asked', () => administrator({ todos: 3 }), {
    page: 'todos',
    act: async () => {
      await press('.settle .button')
      return find('dialog[open]')
    },
  }),
  staff('to do, nothing', administrator, {
    page: 'todos',
    answers: { 'GET todos': () => ({ body: { todos: [] } }) },
    act: () => find('.state'),
  }),
  staff('to do, look only', () => launchView({ todos: 3, permissions: ['access.read'] }), {
    page: 'todos',
    act: () => find('.todo'),
  }),
  staff('settings', administrator, { page: 'settings' }),
  staff('settings with a fault', administrator, {
    page: 'settings',
    act: async () => {
      await type('#mailPort', 'x')
      await press('[type=submit]')
      return find('[aria-invalid=true]')
    },
  }),
  staff('settings, fixed by the file', administrator, {
    page: 'settings',
    answers: { 'GET settings': () => ({ body: settingsView({}, { locked: everything }) }) },
  }),
  staff('people', administrator, { page: 'people' }),
  staff('outbox', administrator, { page: 'outbox' }),
  staff('outbox, empty', administrator, {
    page: 'outbox',
    answers: { 'GET outbox': () => ({ body: outboxView([]) }) },
  }),
  staff('history', administrator, { page: 'history' }),
  staff('history, not permitted', administrator, {
    page: 'history',
    answers: { 'GET history': () => ({ status: 403, code: 'not-permitted' }) },
  }),
  staff('this EMR', administrator, { page: 'report', act: () => find('.headline') }),
  staff('this EMR, silent', administrator, {
    page: 'report',
    answers: { 'GET report': () => ({ body: silentReport() }) },
    act: () => find('.headline'),
  }),
  slip(
    'letter',
    () => ({ body: { ...slipForWalter, mailedTo: MAIL } }),
    () => find('article'),
  ),
  slip(
    'temporary password',
    () => ({ body: slipWithPassword }),
    () => find('article'),
  ),
  slip('already shown', () => ({ status: 410, code: 'slip-opened' })),
]
