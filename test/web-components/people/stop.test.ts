import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { PeopleView } from '../../../src/staff/schema.ts'
import { PEOPLE, peopleView, personOf, withStop } from '../support/admin-fixtures.ts'
import { button, LAUNCH, missing, openPage, said } from '../support/admin-stage.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/people'
const stop = (id: string) => `PUT staff/launches/L1/people/${id}/stopped`
const confirm = () => page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()

async function openPeople(view: PeopleView = peopleView()) {
  stage.on(READ, () => ({ body: view }))
  await openPage(stage, 'people')
  await expect.element(page.getByRole('heading', { name: 'Roles' })).toBeVisible()
}

describe('stopping somebody', () => {
  test('names person and effect, and does nothing until it is confirmed', async () => {
    await openPeople()
    stage.on(stop('1'), () => ({ body: withStop(peopleView(), '1', true) }))
    await button('Stop Jo Park').click()
    const dialog = page.getByRole('dialog', { name: 'Stop Jo Park?' })
    const effect = "Jo Park can't use Portico any more, from this moment. The role stays noted."
    await expect.element(dialog.getByText(effect)).toBeVisible()
    expect(focused()?.textContent.trim()).toBe('Cancel')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(stage.asked(stop('1'))).toEqual([])
    expect(focused()?.getAttribute('aria-label')).toBe('Stop Jo Park')
    await button('Stop Jo Park').click()
    await confirm()
    await said("Jo Park can't use Portico any more.")
    expect(stage.asked(stop('1')).map(({ body }) => body)).toEqual([{ stopped: true }])
    await vi.waitFor(() => expect(focused()?.id).toBe('person-1'))
    await expect.element(page.getByText('Stopped', { exact: true })).toBeVisible()
    await expect.element(page.getByRole('combobox', { name: 'Role for Jo Park' })).toHaveValue('front-desk')
  })

  test('is taken back with one press', async () => {
    await openPeople()
    stage.on(stop('1'), (body) => ({
      body: withStop(peopleView(), '1', (body as { stopped: boolean }).stopped),
    }))
    await button('Stop Jo Park').click()
    await confirm()
    await button('Undo').click()
    await said('Jo Park can use Portico again.')
    expect(stage.asked(stop('1')).map(({ body }) => body)).toEqual([{ stopped: true }, { stopped: false }])
    expect(button('Undo').elements()).toEqual([])
    missing(/^Stopped$/)
  })

  test('who waits for a role waits no longer, and comes back to it', async () => {
    await openPeople()
    stage.on(stop('21'), (body) => ({
      body: withStop(peopleView(), '21', (body as { stopped: boolean }).stopped),
    }))
    await button('Stop Sam Osei').click()
    await confirm()
    await said('2 people are waiting for a role')
    await vi.waitFor(() => expect(focused()?.id).toBe('person-22'))
    await button('Let back in: Sam Osei').click()
    await said('3 people are waiting for a role')
    await vi.waitFor(() => expect(focused()?.id).toBe('person-21'))
    expect(stage.asked(stop('21')).map(({ body }) => body)).toEqual([{ stopped: true }, { stopped: false }])
  })

  test('is offered neither for the reader nor for the file’s administrators', async () => {
    await openPeople()
    await expect.element(button('Stop Jo Park')).toBeVisible()
    const names = page.getByRole('button', { name: /^Stop / }).elements()
    expect(names.map((one) => one.getAttribute('aria-label'))).toEqual([
      'Stop Sam Osei',
      'Stop Practitioner/22',
      'Stop Łucja Brzęczyszczykiewicz-Núñez',
      'Stop Jo Park',
    ])
  })

  test('whom the file has made an administrator since can be let back in', async () => {
    await openPeople(
      peopleView({ people: [personOf('8', { locked: true, stoppedAt: 1 }), ...PEOPLE.slice(3, 5)] }),
    )
    await expect.element(button('Let back in: Person 8')).toBeVisible()
  })

  test('what the reader may do is read anew afterwards', async () => {
    await openPeople()
    stage.on(stop('1'), () => ({ body: withStop(peopleView(), '1', true) }))
    const before = stage.asked(LAUNCH).length
    await button('Stop Jo Park').click()
    await confirm()
    await vi.waitFor(() => expect(stage.asked(LAUNCH)).toHaveLength(before + 1))
  })
})

describe('refusals', () => {
  const refusals: [string, Answer, string][] = [
    ['gone', { status: 404, code: 'not-found' }, 'This is not there any more.'],
    [
      'an administrator by the file',
      { status: 409, code: 'locked-by-file' },
      'The configuration file fixes some of this now.',
    ],
    [
      'the last who manages people',
      { status: 409, code: 'last-administrator' },
      'Somebody must be able to manage people.',
    ],
    [
      'more than the reader may pass on',
      { status: 403, code: 'not-permitted', extra: { permission: 'audit.read' } },
      'You can pass on only what you may do yourself.',
    ],
    [
      'the reader may not manage people any more',
      { status: 403, code: 'not-permitted', extra: { permission: 'staff.manage' } },
      "Your role doesn't allow this any more.",
    ],
    ['offline', 'offline', "We can't reach the portal."],
  ]
  test.each(refusals)(
    '%s: said in words with focus; nothing says that it was done',
    async (_, answer, words) => {
      await openPeople(withStop(peopleView(), '1', true))
      stage.on(stop('1'), () => answer)
      await button('Let back in: Jo Park').click()
      await said(words)
      await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
      await expect.element(button('Let back in: Jo Park')).toBeVisible()
      missing('Jo Park can use Portico again.')
    },
  )

  test('a second press while one is on its way asks nothing else', async () => {
    await openPeople(withStop(peopleView(), '1', true))
    stage.on(stop('1'), () => 'never')
    await button('Let back in: Jo Park').click()
    await button('Let back in: Jo Park').click()
    expect(stage.asked(stop('1'))).toHaveLength(1)
  })

  test('whoever is stopped themself reads so, and sees nobody any more', async () => {
    await openPeople()
    stage.on(stop('1'), () => ({ status: 403, code: 'not-permitted', extra: { reason: 'stopped' } }))
    await button('Stop Jo Park').click()
    await confirm()
    await said(/[Aa]n administrator .*stopped/i)
    missing('Sam Osei')
  })
})
