import { html } from 'lit'
import type { LaunchView } from '../../src/staff/schema.ts'
import type { Client } from '../client.ts'
import type { AdminId, AdminWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import type { AdminPage, StaffPage } from './staff-route.ts'

/** What each page is called, in the navigation and in the title. */
export const PAGE_NAMES: Record<Exclude<StaffPage, 'unknown'>, AdminId> = {
  patient: 'nav.patient',
  todos: 'nav.toDos',
  outbox: 'nav.outbox',
  people: 'nav.people',
  history: 'nav.history',
  settings: 'nav.settings',
  report: 'nav.report',
}

/** Fetched when somebody first opens them. */
export const PAGE_ELEMENTS: Record<AdminPage, () => Promise<unknown>> = {
  todos: () => import('../desk/to-do-page.ts'),
  outbox: () => import('../outbox/outbox.ts'),
  people: () => import('../people/people.ts'),
  history: () => import('../history/history.ts'),
  settings: () => import('../settings/settings.ts'),
  report: () => import('../report/report.ts'),
}

type PageContext = {
  client: Client
  words: AdminWords
  launch: LaunchView
  practice: string
  /** Opens the chart of the patient in context; null where the EMR around us does not offer that. */
  openChart: (() => void) | null
}

export function adminPage(page: AdminPage, { client, words, launch, practice, openChart }: PageContext) {
  const { staff, permissions } = launch
  switch (page) {
    case 'todos':
      return html`<portico-to-do-page
        data-page
        .client=${client}
        .words=${words}
        .launch=${launch.launch}
        .patient=${launch.patient}
        .may=${permissions.includes('access.manage')}
        .openChart=${openChart}
      ></portico-to-do-page>`
    case 'outbox':
      return html`<portico-outbox
        data-page
        .client=${client}
        .words=${words}
        .launch=${launch.launch}
        ?may-print=${permissions.includes('credentials.manage')}
      ></portico-outbox>`
    case 'people':
      return html`<portico-people
        data-page
        .client=${client}
        .words=${words}
        .launch=${launch.launch}
        .me=${staff.fhirUser}
      ></portico-people>`
    case 'history':
      return html`<portico-history
        data-page
        .client=${client}
        .words=${words}
        .launch=${launch.launch}
      ></portico-history>`
    case 'settings':
      return html`<portico-settings
        data-page
        .client=${client}
        .words=${words}
        .launch=${launch.launch}
        .practice=${practice}
      ></portico-settings>`
    case 'report':
      return html`<portico-report
        data-page
        .client=${client}
        .words=${words}
        .launch=${launch.launch}
      ></portico-report>`
  }
}

/** An address that is no page, or not this reader's. */
export const noPage = (words: AdminWords, base: string, page: StaffPage) =>
  html`<h1 class="hidden-visually" tabindex="-1">${words.msg('staff.title')}</h1>
    ${notice({
      mood: 'info',
      title: words.msg(page === 'unknown' ? 'page.unknown' : 'page.notYours'),
      text: page === 'unknown' ? '' : words.msg('page.notYoursText'),
      actions: html`<a class="button" href=${base}>${words.msg('page.toPatient')}</a>`,
    })}`
