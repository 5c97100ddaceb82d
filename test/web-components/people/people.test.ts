import { beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { PeopleView } from '../../../src/staff/schema.ts'
import { PEOPLE, peopleView, personOf, ROLES, withRole } from '../support/admin-fixtures.ts'
import { button, LAUNCH, missing, openPage, said } from '../support/admin-stage.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/people'
const give = (id: string) => `PUT staff/launches/L1/people/${id}`
const roleButtons = (name: string) => page.getByRole('group', { name: `Role for ${name}` })
const select = (name: string) => page.getByRole('combobox', { name: `Role for ${name}` })

async function openPeople(view: PeopleView = peopleView()) {
  stage.on(READ, () => ({ body: view }))
  await openPage(stage, 'people')
  await expect.element(page.getByRole('heading', { name: 'Roles' })).toBeVisible()
}

describe('who waits for a role', () => {
  test('comes first, with one button for each role', async () => {
    await openPeople()
    await expect
      .element(page.getByRole('heading', { level: 2 }).first())
      .toHaveTextContent('3 people are waiting for a role')
    const names = roleButtons('Sam Osei').getByRole('button').elements()
    expect(names.map((one) => one.textContent.trim())).toEqual([
      'Front desk',
      'Clinician',
      'Administrator',
      'Billing',
    ])
    await said('Practitioner/22')
  })

  test('gets one with one press; the next person has focus, and Undo takes it back', async () => {
    await openPeople()
    stage.on(give('21'), (body) => ({
      body: withRole(peopleView(), '21', (body as { role: string | null }).role),
    }))
    await roleButtons('Sam Osei').getByRole('button', { name: 'Front desk' }).click()
    await said('Sam Osei has the role “Front desk” now.')
    await said('2 people are waiting for a role')
    await expect.element(select('Sam Osei')).toHaveValue('front-desk')
    await vi.waitFor(() => expect(focused()?.id).toBe('person-22'))
    expect(stage.asked(give('21')).map(({ body }) => body)).toEqual([{ role: 'front-desk' }])
    await button('Undo').click()
    await said('3 people are waiting for a role')
    expect(stage.asked(give('21'))[1]?.body).toEqual({ role: null })
  })

  test('nobody waits: nothing about it is on the page', async () => {
    await openPeople(peopleView({ people: PEOPLE.filter(({ role }) => role !== null) }))
    missing('waiting for a role')
  })

  test('a second press while one is on its way gives nothing else', async () => {
    await openPeople()
    stage.on(give('21'), () => 'never')
    await roleButtons('Sam Osei').getByRole('button', { name: 'Clinician' }).click()
    await roleButtons('Sam Osei').getByRole('button', { name: 'Administrator' }).click()
    expect(stage.asked(give('21')).map(({ body }) => body)).toEqual([{ role: 'clinician' }])
  })
})

describe('a role that is changed', () => {
  beforeEach(() => stage.on(give('1'), () => ({ body: withRole(peopleView(), '1', 'clinician') })))

  test('says first what the person could do then, and does nothing until it is confirmed', async () => {
    await openPeople()
    await select('Jo Park').selectOptions('clinician')
    await said('Give Jo Park the role “Clinician”? Then Jo Park can:')
    await said('See where a patient stands with the portal.')
    expect(stage.asked(give('1'))).toEqual([])
    await button('Keep as it is').click()
    await expect.element(select('Jo Park')).toHaveValue('front-desk')
    await select('Jo Park').selectOptions('clinician')
    await button('Give this role').click()
    await said('Jo Park has the role “Clinician” now.')
    expect(stage.asked(give('1')).map(({ body }) => body)).toEqual([{ role: 'clinician' }])
    missing('Give this role')
  })

  test('or taken away', async () => {
    await openPeople()
    stage.on(give('1'), () => ({ body: withRole(peopleView(), '1', null) }))
    await select('Jo Park').selectOptions('No role, can look')
    await said('Take the role away? Then Jo Park can look, not change.')
    await button('Take it away').click()
    await said('Jo Park has no role now and can look.')
    expect(stage.asked(give('1')).map(({ body }) => body)).toEqual([{ role: null }])
  })

  test('one’s own, without the right to manage people, warns', async () => {
    await openPeople()
    await said('D. Reyes (you)')
    await select('D. Reyes').selectOptions('clinician')
    await said('This is you: you could not open this page any more.')
    await select('Jo Park').selectOptions('clinician')
    expect(page.getByText(/^This is you/).elements()).toHaveLength(1)
  })

  test('what the reader may do is read anew afterwards', async () => {
    await openPeople()
    const before = stage.asked(LAUNCH).length
    await select('Jo Park').selectOptions('clinician')
    await button('Give this role').click()
    await vi.waitFor(() => expect(stage.asked(LAUNCH)).toHaveLength(before + 1))
  })

  test('an administrator by the file has a lock, not a choice', async () => {
    await openPeople()
    await said('Administrator. Set in the configuration file')
    expect(select('M. Adeyemi').elements()).toEqual([])
  })
})

describe('refusals', () => {
  const refusals: [string, Answer, string][] = [
    [
      'the last administrator',
      { status: 409, code: 'last-administrator' },
      'Somebody must be able to manage people.',
    ],
    [
      'fixed by the file',
      { status: 409, code: 'locked-by-file' },
      'The configuration file fixes some of this now.',
    ],
    ['gone', { status: 404, code: 'not-found' }, 'This is not there any more.'],
    [
      'the role is gone',
      { status: 422, code: 'invalid-request', extra: { issues: [{ pointer: '/role', detail: '' }] } },
      'This is not there any more.',
    ],
    ['offline', 'offline', "We can't reach the portal."],
  ]
  test.each(refusals)('%s: said in words with focus; what was chosen stays', async (_name, answer, words) => {
    await openPeople()
    stage.on(give('1'), () => answer)
    await select('Jo Park').selectOptions('clinician')
    await button('Give this role').click()
    await said(words)
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    await expect.element(select('Jo Park')).toHaveValue('clinician')
  })

  test('a launch that is over takes the people off the page', async () => {
    await openPeople()
    stage.on(give('21'), () => ({ status: 401, code: 'launch-ended' }))
    await roleButtons('Sam Osei').getByRole('button', { name: 'Clinician' }).click()
    await said('Your EMR session has ended.')
    missing('Jo Park')
  })

  test('people who cannot be read can be asked for again', async () => {
    stage.on(READ, () => ({ status: 503, code: 'busy' }))
    await openPage(stage, 'people')
    await said("It's busy for a moment.")
    stage.on(READ, () => ({ body: peopleView({ people: [personOf('5', { role: 'r4' })], roles: ROLES }) }))
    await button('Try again').click()
    await said('Person 5')
  })
})
