import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import {
  administrator,
  EVERYTHING,
  historyView,
  outboxView,
  peopleView,
  settingsView,
} from '../support/admin-fixtures.ts'
import { CARDS, fernwood } from '../support/fixtures.ts'
import { launchView } from '../support/launch-view.ts'
import { expectSound, focused, openStage, show, type Look } from '../support/stage.ts'

const stage = openStage()
const BASE = '/fernwood/staff/l/L1/'
const LAUNCH = 'GET staff/launches/L1'
const SETTINGS = 'GET staff/launches/L1/settings'
const link = (name: string) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name })
const heading = (name: string) => page.getByRole('heading', { level: 1, name })
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()

function answerEverything(launch = administrator()) {
  stage.on(LAUNCH, () => ({ body: launch }))
  stage.on('GET staff/launches/L1/patients/12/access', () => ({ body: CARDS['ready'] }))
  stage.on(SETTINGS, () => ({ body: settingsView() }))
  stage.on('GET staff/launches/L1/people', () => ({ body: peopleView() }))
  stage.on('GET staff/launches/L1/outbox', () => ({ body: outboxView() }))
  stage.on('GET staff/launches/L1/history', () => ({ body: historyView() }))
}

const open = (path = '', look: Look = {}) => show('portico-staff', BASE + path, look)

describe('the navigation', () => {
  test.each([
    ['everything', EVERYTHING, ['Patient', 'E-mail', 'People', 'History', 'Settings', 'This EMR']],
    ['the trail', ['access.read', 'audit.read'], ['Patient', 'History']],
    ['settings', ['access.read', 'settings.manage'], ['Patient', 'E-mail', 'Settings', 'This EMR']],
    ['people', ['access.read', 'staff.manage'], ['Patient', 'People']],
  ] as const)('shows who may look after %s exactly those pages', async (_name, permissions, names) => {
    answerEverything(administrator({ permissions: [...permissions] }))
    await open()
    await expect.element(link('Patient')).toHaveAttribute('aria-current', 'page')
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link').elements()
    expect(links.map((one) => one.textContent.trim())).toEqual(names)
  })

  test('who works with the card alone sees no navigation', async () => {
    answerEverything(launchView())
    await open()
    await said('Everything is in place for Walter.')
    expect(page.getByRole('navigation').elements()).toEqual([])
  })

  test('leads from page to page without a reload: address, title, heading and current page follow', async () => {
    answerEverything()
    await open()
    await said('Everything is in place for Walter.')
    expect(document.title).toBe('Patient portal · Fernwood Family Practice')
    for (const [name, title, path] of [
      ['E-mail', 'E-mail outbox', 'outbox'],
      ['People', 'People and rights', 'people'],
      ['History', 'History', 'history'],
      ['Settings', 'Portal settings', 'settings'],
    ] as const) {
      await link(name).click()
      await expect.element(heading(title)).toBeVisible()
      await vi.waitFor(() => expect(focused()?.tagName).toBe('H1'))
      expect(location.pathname).toBe(BASE + path)
      expect(document.title).toBe(`${name} · Fernwood Family Practice`)
      await expect.element(link(name)).toHaveAttribute('aria-current', 'page')
      await expect.element(link('Patient')).not.toHaveAttribute('aria-current')
    }
    expect(stage.asked(LAUNCH)).toHaveLength(1)
    await link('Patient').click()
    await said('Everything is in place for Walter.')
    expect(location.pathname).toBe(BASE)
  })

  test('Back and Forward move between pages', async () => {
    answerEverything()
    await open()
    await link('History').click()
    await expect.element(heading('History')).toBeVisible()
    history.back()
    await said('Everything is in place for Walter.')
    history.forward()
    await expect.element(heading('History')).toBeVisible()
  })

  test('an address leads straight to its page, and to its part', async () => {
    answerEverything()
    await open('settings#mail')
    await expect.element(page.getByRole('heading', { level: 2, name: 'E-mail' })).toBeVisible()
    await vi.waitFor(() => expect(focused()?.id).toBe('mail-title'))
    expect(stage.asked('GET staff/launches/L1/patients/12/access')).toEqual([])
  })

  test('speaks the other language on every page', async () => {
    answerEverything()
    await open('history')
    await page.getByRole('button', { name: 'Ver en español' }).click()
    await expect.element(heading('Historial')).toBeVisible()
    await expect
      .element(page.getByRole('navigation', { name: 'Páginas' }).getByRole('link', { name: 'Ajustes' }))
      .toBeVisible()
    expect(document.title).toBe('Historial · Fernwood Family Practice')
  })
})

describe('who is here', () => {
  test.each([
    ['a role', { role: 'Front desk' }, ['access.read', 'access.manage'], 'Jo Park, front desk'],
    ['a role of the practice’s own', { role: 'RN lead' }, ['access.read'], 'Jo Park, RN lead'],
    ['the file makes an administrator', { role: null }, EVERYTHING, 'Jo Park, administrator'],
    ['no role', { role: null }, ['access.read'], 'Jo Park'],
  ] as const)('stands beside the name: %s', async (_name, { role }, permissions, text) => {
    answerEverything(
      launchView({
        staff: { name: 'Jo Park', fhirUser: 'Practitioner/1', role },
        permissions: [...permissions],
      }),
    )
    await open()
    await expect.element(page.getByText(text, { exact: true })).toBeVisible()
  })

  test('a role that we name is said in the reader’s language', async () => {
    answerEverything(launchView())
    await open('', { language: 'es' })
    await said('Jo Park, recepción')
  })

  test('who has no role reads that they can look, and who can change that', async () => {
    const staff = { name: 'Sam Osei', fhirUser: 'Practitioner/21', role: null }
    answerEverything(launchView({ staff, permissions: ['access.read'] }))
    await open()
    await said('You can look.')
    await said('An administrator can give you a role.')
    await said('Everything is in place for Walter.')
  })

  test('who has a role reads nothing of the kind', async () => {
    answerEverything(launchView())
    await open()
    await said('Everything is in place for Walter.')
    expect(page.getByText('You can look.').elements()).toEqual([])
  })
})

describe('a page that is not there', () => {
  test('or not this reader’s says so and asks the service nothing', async () => {
    answerEverything(launchView())
    await open('settings')
    await said("This page isn't part of your role.")
    expect(stage.asked(SETTINGS)).toEqual([])
    await page.getByRole('link', { name: 'Back to the patient' }).click()
    await said('Everything is in place for Walter.')
  })

  test('an address that nobody knows says so', async () => {
    answerEverything()
    await open('nothing/here')
    await said('There is no page here.')
    await expectSound()
  })

  test('a right that was taken away meanwhile: the page goes, the navigation follows', async () => {
    answerEverything()
    await open('people')
    await said('3 people are waiting for a role')
    stage.on(LAUNCH, () => ({ body: launchView() }))
    stage.on('PUT staff/launches/L1/people/21', () => ({ status: 403, code: 'not-permitted' }))
    await page
      .getByRole('group', { name: 'Role for Sam Osei' })
      .getByRole('button', { name: 'Clinician' })
      .click()
    await said("This page isn't part of your role.")
    expect(page.getByRole('navigation').getByRole('link').elements()).toEqual([])
  })
})

describe('what was typed', () => {
  async function typeSomething() {
    answerEverything()
    await open('settings')
    await page.getByLabelText('Practice name').fill('Fernwood Clinic')
  }

  test.each(['Escape', 'Stay here'])('is kept by %s, and the page stays', async (way) => {
    await typeSomething()
    await link('People').click()
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await expect.element(question).toBeVisible()
    await said('1 change would be lost.')
    if (way === 'Escape') await userEvent.keyboard('{Escape}')
    else await page.getByRole('button', { name: way }).click()
    await expect.element(question).not.toBeInTheDocument()
    await expect.element(page.getByLabelText('Practice name')).toHaveValue('Fernwood Clinic')
    expect(location.pathname).toBe(`${BASE}settings`)
  })

  test('is given up when the reader says so', async () => {
    await typeSomething()
    await link('People').click()
    await page.getByRole('button', { name: 'Leave without saving' }).click()
    await expect.element(heading('People and rights')).toBeVisible()
  })

  test('asks before Back as well, with the address put back', async () => {
    answerEverything()
    await open('history')
    await link('Settings').click()
    await page.getByLabelText('Practice name').fill('Fernwood Clinic')
    history.back()
    await expect.element(page.getByRole('dialog', { name: 'Leave without saving?' })).toBeVisible()
    expect(location.pathname).toBe(`${BASE}settings`)
    await page.getByRole('button', { name: 'Leave without saving' }).click()
    await expect.element(heading('History')).toBeVisible()
    expect(location.pathname).toBe(`${BASE}history`)
  })

  test('asks before signing out; saved work does not', async () => {
    await typeSomething()
    stage.on('DELETE staff/launches/L1', () => ({ status: 204, body: null }))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Stay here' }).click()
    expect(stage.asked('DELETE staff/launches/L1')).toEqual([])
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await said("You're signed out of Portico.")
  })

  test('on the patient’s card asks just the same', async () => {
    answerEverything()
    stage.on('GET staff/launches/L1/patients/12/access', () => ({ body: CARDS['almost ready'] }))
    await open()
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    await link('Settings').click()
    await page.getByRole('button', { name: 'Stay here' }).click()
    await expect.element(page.getByRole('switch', { name: 'Allow patient portal' })).toBeChecked()
  })

  test('asks the browser to ask before the tab closes, and only then', async () => {
    await typeSomething()
    const leaving = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    expect(leaving()).toBe(true)
    await page.getByRole('button', { name: 'Discard' }).click()
    await vi.waitFor(() => expect(leaving()).toBe(false))
  })
})

describe('around the pages', () => {
  test('a saved name of the practice is read anew', async () => {
    answerEverything()
    await open('settings')
    await page.getByLabelText('Practice name').fill('Fernwood Clinic')
    stage.on('PUT staff/launches/L1/settings', () => ({ body: settingsView({ name: 'Fernwood Clinic' }) }))
    stage.on('GET practice', () => ({ body: { ...fernwood, name: 'Fernwood Clinic' } }))
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect.element(page.getByRole('banner').getByText('Fernwood Clinic')).toBeVisible()
    await vi.waitFor(() => expect(document.title).toBe('Settings · Fernwood Clinic'))
  })

  test('a sign-out that did not arrive says so and keeps the page', async () => {
    answerEverything()
    stage.on('DELETE staff/launches/L1', () => 'offline')
    await open('history')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await said("We can't reach the portal.")
    await expect.element(heading('History')).toBeVisible()
  })
})
