import { beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { HistoryEntry } from '../../../src/staff/schema.ts'
import { entryOf, historyView, TRAIL } from '../support/admin-fixtures.ts'
import { button, missing, openPage, said } from '../support/admin-stage.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/history'
const DAY_MS = 86_400_000
const queries: string[] = []

/** The stage answers by path; what was asked for is in the query. */
function watchQueries() {
  const answered = window.fetch
  window.fetch = (input, init) => {
    const { pathname, search } = new URL(new Request(input, init).url)
    if (pathname.endsWith('/history')) queries.push(search)
    return answered(input, init)
  }
}

beforeEach(() => {
  queries.length = 0
  watchQueries()
})

async function openHistory(entries: HistoryEntry[] = TRAIL, before: string | null = null) {
  stage.on(READ, () => ({ body: historyView(entries, before) }))
  await openPage(stage, 'history')
}

describe('whose trail', () => {
  test('is first that of the patient in context, then of the whole practice', async () => {
    await openHistory([entryOf('access.allowed')])
    await said('Allowed the patient portal')
    await expect.element(page.getByRole('radio', { name: 'This patient' })).toBeChecked()
    stage.on(READ, () => ({
      body: historyView([
        entryOf('role.added', { detail: { name: 'Nurses', before: null, after: 'access.read' } }),
      ]),
    }))
    await page.getByRole('radio', { name: 'Whole practice' }).click()
    await said('Added a role')
    missing('Allowed the patient portal')
    expect(queries).toEqual(['?patient=current', ''])
  })

  test('older entries come below, from where the last ended', async () => {
    await openHistory([entryOf('launch.started')], '7.e7')
    stage.on(READ, () => ({ body: historyView([entryOf('launch.ended', { at: Date.now() - 9 * DAY_MS })]) }))
    await button('Show older').click()
    await said('Signed out of Portico')
    await said('Opened Portico from the EMR')
    expect(queries).toEqual(['?patient=current', '?patient=current&before=7.e7'])
    expect(button('Show older').elements()).toEqual([])
  })

  test('an answer that comes after another was asked for is dropped', async () => {
    let late: (answer: Response) => void = () => {}
    const answered = window.fetch
    window.fetch = (input, init) =>
      new URL(new Request(input, init).url).search === '?patient=current'
        ? new Promise((resolve) => {
            late = resolve
          })
        : answered(input, init)
    await openHistory([entryOf('role.removed', { detail: { name: 'Nurses', before: '', after: null } })])
    await page.getByRole('radio', { name: 'Whole practice' }).click()
    await said('Deleted a role')
    late(Response.json(historyView([entryOf('access.allowed')])))
    await new Promise((done) => setTimeout(done, 50))
    missing('Allowed the patient portal')
  })

  test('with nothing in it says so', async () => {
    await openHistory([])
    await said('Nothing has happened here yet.')
  })
})

describe('an entry', () => {
  test('stands under its day, with time and name', async () => {
    const at = Date.now()
    await openHistory([
      entryOf('launch.started', { at }),
      entryOf('launch.started', { at: at - DAY_MS }),
      entryOf('launch.started', { at: Date.parse('2026-03-02T20:00Z') }),
    ])
    const days = page.getByRole('heading', { level: 2 })
    await vi.waitFor(() =>
      expect(days.elements().map((one) => one.textContent)).toEqual([
        'Today',
        'Yesterday',
        'Monday, March 2, 2026',
      ]),
    )
    await said('12:00 PM')
    expect(page.getByText('Jo Park').elements().length).toBeGreaterThanOrEqual(3)
  })

  test.each([
    ['patient', 'Patient'],
    ['portico', 'Portico'],
    ['anonymous', 'Someone who was not signed in'],
    ['staff', 'Someone at the practice'],
  ] as const)('without a name says what kind of somebody it was: %s', async (actor, words) => {
    await openHistory([entryOf('session.started', { by: null, actor })])
    await expect.element(page.getByRole('listitem').getByText(words, { exact: true })).toBeVisible()
  })

  test('that nobody has worded yet is shown as the trail has it', async () => {
    await openHistory([entryOf('something.new', { detail: { id: 'x' } })])
    await said('something.new')
  })

  test.each([
    ['refused', 'Refused'],
    ['failed', 'Not done'],
  ] as const)('that was %s says so', async (outcome, words) => {
    await openHistory([entryOf('access.allowed', { outcome })])
    await expect.element(page.getByText(words, { exact: true })).toBeVisible()
  })

  const titles: [string, HistoryEntry['detail'], string][] = [
    ['host-token.issued', { host: 'Fernwood EMR' }, 'Fernwood EMR showed the card'],
    ['host-token.refused', { host: 'Fernwood EMR', reason: 'replayed' }, 'Fernwood EMR asked for the card'],
    ['host-token.refused', { reason: 'unknown-host' }, 'A page asked for the card'],
    [
      'host-token.misused',
      { host: 'Fernwood EMR', reason: 'other-patient' },
      'Tried to use the card of Fernwood EMR where it does not belong',
    ],
    ['host.stopped', { host: 'Fernwood EMR' }, 'Stopped Fernwood EMR'],
    ['host.resumed', { host: 'Fernwood EMR' }, 'Let Fernwood EMR back in'],
    ['staff.stopped', { person: 'Jo Park' }, 'Stopped Jo Park'],
    ['staff.resumed', { person: 'Jo Park' }, 'Let Jo Park back in'],
    ['staff.stopped', {}, 'Stopped someone'],
    ['launch.refused', { reason: 'stopped' }, 'Tried to open Portico'],
    ['access.read', {}, 'Looked at the access card'],
    ['access.read', { via: 'cds-hooks' }, 'The EMR asked how things stand with the portal'],
    ['provenance.failed', {}, 'The EMR did not note who changed the chart'],
    ['invitation.issued', { kind: 'temporary-password' }, 'Made a temporary password'],
    ['todo.opened', {}, 'Left a change to be typed into the EMR'],
    ['todo.closed', { how: 'done' }, 'Said that a change is in the EMR now'],
    ['todo.closed', { how: 'withdrawn' }, 'Took a change back that was to go into the EMR'],
    ['todo.closed', { how: 'chart' }, 'Found in the chart what was to be typed in'],
    ['todos.read', {}, 'Looked at what is to do in the EMR'],
  ]
  test.each(titles)('%s %o is called what it was', async (action, detail, words) => {
    await openHistory([entryOf(action, { detail })])
    await expect.element(page.getByRole('listitem')).toBeVisible()
    expect(page.getByRole('listitem').element().querySelector('strong')?.textContent).toBe(words)
  })

  const details: [string, HistoryEntry['detail'], string][] = [
    ['settings.changed', { key: 'mailPort', before: 587, after: 465 }, 'E-mail · Port: from 587 to 465'],
    [
      'settings.changed',
      { key: 'portalOpen', before: true, after: false },
      'Portal · Patient portal: from On to Off',
    ],
    [
      'settings.changed',
      { key: 'helpLine', before: null, after: '(555) 010-0199' },
      "Practice · Help line: from the practice's own number to (555) 010-0199",
    ],
    [
      'settings.changed',
      { key: 'languages', before: '["en"]', after: '["es","en"]' },
      'Languages · Languages for patients: from English to Spanish, English',
    ],
    [
      'settings.changed',
      { key: 'hours', before: null, after: '{"en":"9 to 5"}' },
      'Practice · Help line hours: from nothing to English: 9 to 5',
    ],
    [
      'settings.changed',
      { key: 'logo', before: null, after: 'picture' },
      'Practice · Logo: from nothing to a picture',
    ],
    [
      'settings.changed',
      { key: 'mailPassword', before: null, after: 'replaced' },
      'E-mail · Password: replaced',
    ],
    [
      'role.changed',
      { role: 'r4', name: 'Money', nameBefore: 'Billing', before: '', after: 'access.read audit.read' },
      'Name of the role: from Billing to Money Money: from Look, not change to See access, History',
    ],
    ['role.added', { role: 'r4', name: 'Money', before: null, after: 'access.read' }, 'Money: See access'],
    ['role.removed', { role: 'r4', name: 'Money', before: 'access.read', after: null }, 'Money'],
    [
      'staff.role-given',
      { person: 'Practitioner/1', before: null, after: 'Front desk' },
      'Practitioner/1: from No role, can look to Front desk',
    ],
    ['mail.printed', { mail: 'm1', kind: 'invitation' }, 'Invitation'],
    ['contacts.changed', { fields: 'mobilePhone,trustedEmail' }, 'Mobile phone, Trusted e-mail'],
    [
      'contacts.changed',
      { fields: 'mobilePhone', via: 'service' },
      'Mobile phone Portico wrote it in their name',
    ],
    ['todo.opened', { fields: 'homePhone' }, 'Home phone'],
    ['todo.closed', { how: 'chart', fields: 'homePhone,contactEmail' }, 'Home phone, Contact e-mail'],
    ['host-token.issued', { host: 'Fernwood EMR' }, ''],
    [
      'host-token.refused',
      { host: null, reason: 'unknown-host' },
      'The configuration file names no such page.',
    ],
    ['host-token.refused', { host: 'X', reason: 'signature' }, 'What it sent could not be trusted.'],
    ['host-token.misused', { host: 'X', reason: 'other-origin' }, 'It came from another page.'],
    ['host-token.misused', { host: 'X', reason: 'other-patient' }, 'It asked for another patient.'],
    ['launch.refused', { reason: 'stopped' }, 'This person is stopped.'],
    ['refusal.recorded', { reason: 'declined', askAgainOn: '2027-02-01' }, 'Does not want it'],
    ['test-mail.sent', { fault: 'sign-in' }, 'The server says the username or password is wrong.'],
    ['launch.started', { launch: 'L1' }, ''],
  ]
  test.each(details)('%s %o is told in words', async (action, detail, words) => {
    await openHistory([entryOf(action, { detail })])
    const row = page.getByRole('listitem')
    await expect.element(row).toBeVisible()
    const spoken = [...row.element().querySelectorAll('.change')].map((line) => {
      const copy = line.cloneNode(true) as Element
      for (const hidden of copy.querySelectorAll('[aria-hidden]')) hidden.remove()
      return copy.textContent.replace(/\s+/g, ' ').trim()
    })
    expect(spoken.join(' ')).toBe(words)
  })
})

describe('refusals', () => {
  const refusals: [string, Answer, string][] = [
    ['offline', 'offline', "We can't reach the portal."],
    ['busy', { status: 503, code: 'busy' }, "It's busy for a moment."],
  ]
  test.each(refusals)('%s: said in words, and asked again on request', async (_name, answer, words) => {
    stage.on(READ, () => answer)
    await openPage(stage, 'history')
    await said(words)
    stage.on(READ, () => ({ body: historyView(TRAIL) }))
    await button('Try again').click()
    await said('Signed in to the portal')
  })

  test('older entries that do not come leave what is there', async () => {
    await openHistory([entryOf('launch.started')], '7.e7')
    stage.on(READ, () => 'offline')
    await button('Show older').click()
    await said("We can't reach the portal.")
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    await said('Opened Portico from the EMR')
  })

  test('a launch that is over takes the trail off the page', async () => {
    await openHistory([entryOf('launch.started')], '7.e7')
    stage.on(READ, () => ({ status: 401, code: 'ehr-session-ended' }))
    await button('Show older').click()
    await said('Your EMR session has ended.')
    missing('Opened Portico')
  })
})
