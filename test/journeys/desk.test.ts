import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { GOOD_PASSWORD, HARBOR_PEOPLE, IDENTITY, PEOPLE } from '../support/people.ts'
import { createEmptyDatabase } from '../support/store.ts'
import { startDemo, type Demo } from './demo.ts'
import * as day from './first-day.ts'
import { withStore } from './interrupted.ts'
import { expectSound } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser
let store: string

beforeAll(async () => {
  store = await createEmptyDatabase()
  ;[demo, browser] = await Promise.all([startDemo({ store }), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('letters', () => {
  test('without e-mail: one that got too old is said to be, and a new one gets the patient in', async () => {
    const desk = await day.sitDown(browser, walk.fernwood(demo))
    const { card, letter } = await walk.inviteFrom(desk.emr, desk.clinic, PEOPLE.piotr)
    await withStore(store, (db) =>
      db.db
        .updateTable('ticket')
        .set({ expires_at: Date.now() - 1000 })
        .where('kind', '=', 'activation')
        .execute(),
    )
    const phone = await day.takePhone(browser)
    await phone.goto(`${desk.clinic.portal}activate`)
    await walk.typeLetter(phone, letter)
    await walk.typePerson(phone, IDENTITY.piotr)
    await phone.getByText("didn't match our records").first().waitFor()
    await card.reload()
    await card.getByText('The letter for Piotr is too old to use.').waitFor()
    const newer = await walk.createNewLetter(desk.context, card)
    await walk.activate(phone, desk.clinic, newer, IDENTITY.piotr, 'piotr')
    await walk.expectActive(card, 'Piotr')
    await desk.context.close()
    await phone.context().close()
  })

  test('show themselves once: the same address says so and offers the way on, and a window that was blocked opens by hand', async () => {
    const desk = await day.sitDown(browser, walk.fernwood(demo))
    const card = await walk.openCard(desk.emr, desk.clinic, PEOPLE.twinB)
    await walk.allow(card)
    // As a pop-up blocker does it.
    await card.evaluate(() => {
      const open = window.open.bind(window)
      window.open = () => {
        window.open = (address, ...more) => {
          document.title = String(address)
          return open(address, ...more)
        }
        return null
      }
    })
    await card.getByRole('button', { name: 'Create credentials' }).click()
    await card.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click()
    await card.getByText("Your browser kept the letter's window closed.").waitFor()
    const opened = desk.context.waitForEvent('page')
    await card.getByRole('button', { name: 'Open the letter' }).click()
    await walk.readLetter(await opened)
    const address = await card.title()
    const again = await desk.context.newPage()
    await again.goto(address)
    await again.getByText('This slip was already shown.').waitFor()
    await again.getByText('Make a new letter; the old one stops working.').waitFor()
    await desk.context.close()
  })

  test('in classic mode hold a portal ID alone, from the moment that an administrator says so', async () => {
    const office = await day.sitDown(browser, walk.harbor(demo), 'Administrator')
    const page = await day.openPage(office, HARBOR_PEOPLE.grace, 'Settings', 'Portal settings')
    await page.getByRole('radio', { name: 'Portal ID, initials and birth date' }).check()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved. It holds from now on.').first().waitFor()

    const desk = await day.sitDown(browser, walk.harbor(demo))
    const card = await walk.openCard(desk.emr, desk.clinic, HARBOR_PEOPLE.ingrid)
    await walk.allow(card)
    await card.getByRole('button', { name: 'Create credentials' }).click()
    const opened = desk.context.waitForEvent('page')
    await card.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click()
    const codes = (await opened).getByRole('article').first().locator('.code')
    await codes.first().waitFor()
    expect(await codes.count()).toBe(1)
    const portalId = (await codes.first().innerText()).replace(/\s/g, '')

    const phone = await day.takePhone(browser)
    await phone.goto(`${desk.clinic.portal}activate`)
    await phone.getByLabel('Portal ID').fill(portalId)
    expect(await phone.getByLabel('Activation code').count()).toBe(0)
    await phone.getByRole('button', { name: 'Continue' }).click()
    await walk.typePerson(phone, { firstInitial: 'I', lastInitial: 'S', birthDate: '1974-06-11' })
    await walk.typeKey(phone, { username: 'ingrid', password: GOOD_PASSWORD })
    await walk.expectIn(phone, 'Ingrid')
    await walk.expectActive(card, 'Ingrid')
    for (const context of [office.context, desk.context, phone.context()]) await context.close()
  })
})

describe('two people at the desk', () => {
  test.for([
    { etags: true, patient: PEOPLE.sameNameA },
    { etags: false, patient: PEOPLE.sameNameB },
  ])(
    'who edit one patient at once see both values and overwrite nothing (ETags: $etags)',
    async ({ etags, patient }) => {
      await demo.sandbox('etags', { on: etags })
      const [jo, office] = [
        await day.sitDown(browser, walk.fernwood(demo)),
        await day.sitDown(browser, walk.fernwood(demo), 'Administrator'),
      ]
      const [one, other] = [
        await walk.openCard(jo.emr, jo.clinic, patient),
        await walk.openCard(office.emr, office.clinic, patient),
      ]
      for (const card of [one, other]) await change(card, 'Home or mobile phone')
      await one.getByLabel('Home phone').fill('(555) 010-0901')
      // Before the other's value is known here: what is seen before it is typed over is no conflict.
      await other.getByLabel('Home phone').fill('(555) 010-0902')
      await other.getByLabel('Mobile phone').fill('(555) 010-0903')
      await save(one)
      await other.getByRole('button', { name: 'Save', exact: true }).click()
      await other.getByText('Someone changed this phone number a minute ago.').waitFor()
      await other.getByText('(555) 010-0901').waitFor()
      await other.getByRole('button', { name: 'Use mine' }).click()
      await save(other)
      const chart = await office.context.newPage()
      await walk.openPatient(chart, office.clinic, patient)
      await chart.getByText('(555) 010-0902').first().waitFor()
      await chart.getByText('(555) 010-0903').first().waitFor()
      expect(await chart.getByText('(555) 010-0901').count()).toBe(0)
      await demo.sandbox('behave')
      await jo.context.close()
      await office.context.close()
    },
  )
})

async function change(card: Page, line: string) {
  for (const fold of await card.locator('details:not([open]) > summary').all()) await fold.click()
  await card.getByRole('button', { name: `Change… ${line}` }).click()
}

async function save(card: Page) {
  await card.getByRole('button', { name: 'Save', exact: true }).click()
  await card.getByText('Saved.', { exact: true }).waitFor()
}

describe('roles', () => {
  test('are given with one press, and taken away in the middle of what somebody does', async () => {
    const office = await day.sitDown(browser, walk.fernwood(demo), 'Administrator')
    const doctor = await day.sitDown(browser, walk.fernwood(demo), 'Physician')
    const card = await walk.openCard(doctor.emr, doctor.clinic, PEOPLE.carmen)
    await card.getByText('You can look').first().waitFor()
    expect(await card.getByRole('switch').count()).toBe(0)

    const people = await day.openPage(office, PEOPLE.carmen, 'People', 'People and rights')
    await people.getByText('1 person is waiting for a role').waitFor()
    await people
      .getByRole('group', { name: /^Role for .*Osei/ })
      .getByRole('button', { name: 'Front desk' })
      .click()
    await people
      .getByText(/Osei has the role/)
      .first()
      .waitFor()
    await card.reload()
    await walk.allow(card)
    await card.getByRole('button', { name: 'Create credentials' }).click()
    await card.getByRole('dialog').getByLabel('Print the letter').waitFor()

    await people
      .getByRole('combobox', { name: /^Role for .*Osei/ })
      .selectOption({ label: 'No role, can look' })
    await people.getByRole('button', { name: 'Take it away' }).click()
    await people
      .getByText(/Osei has no role now/)
      .first()
      .waitFor()
    await card.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click()
    await card.getByText('You can look but not change this.').first().waitFor()
    await office.context.close()
    await doctor.context.close()
  })
})

describe('settings', () => {
  test('that the file fixes are shown as locked; the others hold at once and stand in the history', async () => {
    const office = await day.sitDown(browser, walk.harbor(demo), 'Administrator')
    const page = await day.openPage(office, HARBOR_PEOPLE.grace, 'Settings', 'Portal settings')
    await page.getByText('Set in the configuration file').first().waitFor()
    expect(await page.getByLabel('Mail server').count()).toBe(0)
    await page.getByLabel('Practice name').fill('Harbor Clinic by the Sea')
    await page.getByText('1 change').first().waitFor()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved. It holds from now on.').first().waitFor()
    const phone = await day.takePhone(browser)
    await phone.goto(walk.harbor(demo).portal)
    await phone.getByText('Harbor Clinic by the Sea').first().waitFor()
    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.getByText('Harbor Clinic by the Sea').first().waitFor()
    await expectSound(page, 'History')
    await office.context.close()
    await phone.context().close()
  })

  test('a test mail tells in words what the server said', async () => {
    const office = await day.sitDown(browser, walk.fernwood(demo), 'Administrator')
    const page = await day.openPage(office, PEOPLE.carmen, 'Settings', 'Portal settings')
    await page.getByRole('button', { name: 'Send me a test e-mail' }).click()
    await page.getByRole('dialog').getByLabel('Your e-mail address').fill('robin@mail.example')
    await page.getByRole('dialog').getByRole('button', { name: 'Send test e-mail' }).click()
    await page.getByText('The server took the test e-mail.').waitFor()
    expect(await day.mailsTo(demo, 'robin@mail.example')).toHaveLength(1)
    await office.context.close()
  })
})

describe('"not now"', () => {
  test('keeps the reason and the day to ask again, and is over when the patient is invited', async () => {
    const desk = await day.sitDown(browser, walk.fernwood(demo))
    const card = await walk.openCard(desk.emr, desk.clinic, PEOPLE.mononym)
    await card.getByRole('button', { name: 'Not now…' }).click()
    const dialog = card.getByRole('dialog')
    await dialog.getByRole('radio', { name: /doesn't want it/ }).check()
    await dialog.getByRole('button', { name: 'Ask again later' }).click()
    await card
      .getByText(/^Not now for/)
      .first()
      .waitFor()
    await card.reload()
    await card
      .getByText(/^Not now for/)
      .first()
      .waitFor()
    await card.getByRole('button', { name: 'Ask now' }).click()
    await walk.allow(card)
    await walk.createCredentials(desk.context, card)
    await desk.context.close()
  })
})

describe('in Spanish', () => {
  test('the whole first day, at the desk and on the phone', async () => {
    const desk = await day.sitDown(browser, walk.fernwood(demo), 'Front desk', 'es-US')
    await walk.openPatient(desk.emr, desk.clinic, PEOPLE.andres)
    const opened = desk.context.waitForEvent('page')
    await desk.emr.getByRole('button', { name: 'Open Portico', exact: true }).click()
    const card = await opened
    await card.getByRole('switch', { name: 'Permitir el portal' }).check()
    await card.getByRole('button', { name: 'Guardar', exact: true }).click()
    await card.getByText('Todo está listo para Andrés.').waitFor()
    await card.getByRole('button', { name: 'Crear acceso' }).click()
    const window = desk.context.waitForEvent('page')
    await card.getByRole('dialog').getByRole('button', { name: 'Crear acceso' }).click()
    const letter = await walk.readLetter(await window)
    await letter.page.getByRole('heading', { name: 'Andrés, su portal de paciente está listo.' }).waitFor()
    await card.getByText(/^Esperando a Andrés/).waitFor()

    const phone = await day.takePhone(browser, 'es-US')
    await phone.goto(`${desk.clinic.portal}activate`)
    await walk.typeLetter(phone, letter, 'es')
    await walk.typePerson(phone, { firstInitial: 'A', lastInitial: 'N', birthDate: '1985-02-11' }, 'es')
    await walk.typeKey(phone, { username: 'andres', password: GOOD_PASSWORD }, 'es')
    await walk.expectIn(phone, 'Andrés', 'es')
    await walk.goHome(phone, 'Andrés', 'es')
    await walk.signOut(phone, 'es')
    for (const page of [card, letter.page, phone])
      expect(await page.locator('html').getAttribute('lang')).toBe('es')
    await desk.context.close()
    await phone.context().close()
  })
})
