import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../web-components/shell/staff.ts'
import { admin } from '../../web-components/i18n/admin.en.ts'
import { admin as administracion } from '../../web-components/i18n/admin.es.ts'
import { staff } from '../../web-components/i18n/staff.en.ts'
import { staff as personal } from '../../web-components/i18n/staff.es.ts'
import {
  historyView,
  hostsView,
  mailOf,
  outboxView,
  peopleView,
  settingsView,
  TRAIL,
  withRole,
  withStop,
} from './support/admin-fixtures.ts'
import { openPage } from './support/admin-stage.ts'
import { expectNoOverflow, expectSound, type Look, openStage } from './support/stage.ts'

const stage = openStage()
const EN = { ...staff, ...admin }
const ES = { ...personal, ...administracion }
const SETTINGS = 'GET staff/launches/L1/settings'
const PEOPLE = 'GET staff/launches/L1/people'
const OUTBOX = 'GET staff/launches/L1/outbox'
const HISTORY = 'GET staff/launches/L1/history'
const everything = Object.keys(settingsView().values)

type Scene = { name: string; open: (look: Look) => Promise<void> }

const wordsOf = ({ language }: Look) => (language === 'es' ? ES : EN)
const press = (name: string) => page.getByRole('button', { name }).first().click()
const seen = (text: string) => expect.element(page.getByText(text).first()).toBeVisible()

const scenes: Scene[] = [
  {
    name: 'settings with changes, faults and a check',
    open: async (look) => {
      const words = wordsOf(look)
      stage.on(SETTINGS, () => ({ body: settingsView({ requiredLines: ['phone'] }) }))
      stage.on('POST staff/launches/L1/settings/portal-check', () => ({
        body: { state: 'unreachable', certificateUntil: null },
      }))
      await openPage(stage, 'settings', look)
      await page.getByLabelText(words['setting.mailPort'], { exact: true }).fill('x')
      await press(words['settings.save'])
      await press(words['check.button'])
      await seen(words['check.unreachable'])
      await seen(words['fault.mailPort'])
    },
  },
  {
    name: 'settings, fixed by the file',
    open: async (look) => {
      stage.on(SETTINGS, () => ({ body: settingsView({}, { locked: everything }) }))
      await openPage(stage, 'settings', look)
      await seen(wordsOf(look)['settings.locked'])
    },
  },
  {
    name: 'settings, saved by somebody else meanwhile',
    open: async (look) => {
      const words = wordsOf(look)
      stage.on(SETTINGS, () => ({ body: settingsView() }))
      await openPage(stage, 'settings', look)
      await page.getByLabelText(words['setting.mailPort'], { exact: true }).fill('2525')
      stage.on('PUT staff/launches/L1/settings', () => ({ status: 409, code: 'conflict' }))
      stage.on(SETTINGS, () => ({ body: settingsView({ mailPort: 465 }) }))
      await press(words['settings.save'])
      await seen(words['settings.useTheirs'])
    },
  },
  {
    name: 'settings, a test e-mail that was refused',
    open: async (look) => {
      const words = wordsOf(look)
      stage.on(SETTINGS, () => ({ body: settingsView() }))
      stage.on('POST staff/launches/L1/settings/test-mail', () => ({
        body: { state: 'refused', fault: 'sign-in', answer: `535 ${'x'.repeat(80)}` },
      }))
      await openPage(stage, 'settings', look)
      await press(words['test.open'])
      await press(words['test.send'])
      await seen(words['test.toMissing'])
      await expectSound()
      await page.getByLabelText(words['test.to']).fill('d.reyes@mail.example')
      await press(words['test.send'])
      await seen(words['test.refused'])
    },
  },
  {
    name: 'people, a role to confirm and one to change',
    open: async (look) => {
      const words = wordsOf(look)
      stage.on(PEOPLE, () => ({ body: peopleView() }))
      stage.on('PUT staff/launches/L1/people/21', () => ({
        body: withRole(peopleView(), '21', 'clinician'),
      }))
      await openPage(stage, 'people', look)
      await press(words['role.clinician'])
      await seen(words['people.undo'])
      await page.getByRole('combobox').last().selectOptions('')
      await page.getByText(words['roles.change'], { exact: true }).first().click()
      await press(words['roles.add'])
      await seen(words['roles.new'])
    },
  },
  {
    name: 'people, somebody stopped and a page to stop',
    open: async (look) => {
      const words = wordsOf(look)
      const stopped = withStop(withStop(peopleView(), '1', true), '22', true)
      stage.on(PEOPLE, () => ({ body: stopped }))
      await openPage(stage, 'people', { ...look, hosts: hostsView() })
      await seen(words['hosts.neverUsed'])
      await seen(words['stop.stopped'])
      await expectSound()
      await press(words['stop.stopThis'].replace('{name}', 'Fernwood EMR'))
      await expect.element(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'people, a role to delete',
    open: async (look) => {
      const words = wordsOf(look)
      stage.on(PEOPLE, () => ({ body: peopleView() }))
      await openPage(stage, 'people', look)
      await page.getByText(words['roles.change'], { exact: true }).last().click()
      await press(words['roles.remove'])
      await expect.element(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'outbox',
    open: async (look) => {
      stage.on(OUTBOX, () => ({ body: outboxView(undefined, { before: 'x' }) }))
      await openPage(stage, 'outbox', look)
      await seen(wordsOf(look)['admin.older'])
    },
  },
  {
    name: 'outbox, a letter whose window was kept closed',
    open: async (look) => {
      const words = wordsOf(look)
      const open = vi.spyOn(window, 'open').mockReturnValue(null)
      stage.on(OUTBOX, () => ({ body: outboxView([mailOf()]) }))
      stage.on('POST staff/launches/L1/outbox/m1/print', () => ({
        body: { slipUrl: 'https://staff.fernwood.example/fernwood/slip#t', validUntil: 1, mailedTo: null },
      }))
      await openPage(stage, 'outbox', look)
      await page.getByText(words['outbox.print'], { exact: true }).first().click()
      await page.getByRole('dialog').getByRole('button', { name: words['print.confirm'] }).click()
      await seen(words['print.open'])
      open.mockRestore()
    },
  },
  {
    name: 'outbox with nothing in it',
    open: async (look) => {
      stage.on(OUTBOX, () => ({ body: outboxView([]) }))
      await openPage(stage, 'outbox', look)
      await seen(wordsOf(look)['outbox.empty'])
    },
  },
  {
    name: 'history',
    open: async (look) => {
      stage.on(HISTORY, () => ({ body: historyView(TRAIL, 'x') }))
      await openPage(stage, 'history', look)
      await seen(wordsOf(look)['admin.older'])
    },
  },
  {
    name: 'history that does not come',
    open: async (look) => {
      stage.on(HISTORY, () => ({ status: 403, code: 'not-permitted' }))
      await openPage(stage, 'history', look)
      await seen(wordsOf(look)['admin.notPermitted'])
    },
  },
  {
    name: 'the question before something typed is lost',
    open: async (look) => {
      const words = wordsOf(look)
      stage.on(SETTINGS, () => ({ body: settingsView() }))
      await openPage(stage, 'settings', look)
      await page.getByLabelText(words['setting.name']).fill('X')
      await page.getByRole('link', { name: words['nav.people'] }).click()
      await seen(words['leave.title'])
    },
  },
]

describe('no axe rule is broken and nothing scrolls sideways', () => {
  test.each(scenes)('$name', async ({ open }) => {
    await open({ language: 'en', theme: 'light', width: 360 })
    await expectSound()
  })
})

describe('in the longer language nothing scrolls sideways', () => {
  test.each(scenes)('$name', async ({ open }) => {
    await open({ language: 'es', theme: 'dark', width: 360 })
    await expectNoOverflow()
  })
})

describe('in the dark, on a wide screen', () => {
  test.each(
    scenes.filter(({ name }) =>
      /^(settings with|people, a role to confirm|people, somebody|outbox$|history$)/.test(name),
    ),
  )('$name', async ({ open }) => {
    await open({ language: 'en', theme: 'dark', width: 1280 })
    await expectSound()
  })
})
