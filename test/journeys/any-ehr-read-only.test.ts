import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { PEOPLE } from '../support/people.ts'
import { changeMobile, comeIn, editInEmr, factOf, fillIn, GLORIA, openEmbedded } from './any-ehr.ts'
import { startDemo, type Demo } from './demo.ts'
import * as day from './first-day.ts'
import { expectSound } from './sound.ts'
import * as walk from './walk.ts'

const CANNOT = 'This EMR does not let Portico change the chart.'

let demo: Demo
let browser: Browser

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo({ ehr: 'read-only' }), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('at an EMR that lets nothing be written', () => {
  test('what is saved becomes a to-do that closes itself once staff have typed it in, and the patient comes in', async () => {
    const clinic = walk.fernwood(demo)
    const desk = await day.sitDown(browser, clinic)
    const { emr } = desk
    const card = await walk.openCard(emr, clinic, GLORIA.patient)
    await card.getByText(CANNOT).first().waitFor()
    await fillIn(card, GLORIA)
    await expectSound(card, 'a card with something to do in the EMR')
    expect(await factOf(emr, 'Phone').innerText()).not.toContain(GLORIA.phone)

    await card.getByRole('link', { name: /^To do/ }).click()
    await card.getByRole('heading', { name: 'To do in the EMR' }).waitFor()
    await card.getByRole('heading', { name: 'Gloria Whitfield' }).waitFor()
    await expectSound(card, 'To do')

    const chart = await openFromToDo(desk, card)
    await copyOver(card, `Copy Mobile phone: ${GLORIA.phone}`, chart, 'Mobile phone')
    await editInEmr(chart, { 'E-mail': GLORIA.email })
    expect(await factOf(chart, 'Phone').innerText()).toContain(GLORIA.phone)
    expect(await factOf(chart, 'E-mail').innerText()).not.toContain(GLORIA.trustedEmail)
    await card.getByRole('link', { name: 'Patient', exact: true }).click()
    await card.getByText('Everything is in place').first().waitFor()
    await expect.poll(() => toDoOn(card).getByRole('listitem').count()).toBe(0)
    await expect.poll(() => card.getByRole('link', { name: /^To do/ }).innerText()).toBe('To do')

    await comeIn(demo, browser, desk, card, GLORIA)
    await desk.context.close()
  })

  test('the card in the EMR’s own page keeps the same list, and says that the chart shows it as soon as it does', async () => {
    const clinic = walk.fernwood(demo)
    const { context, emr } = await day.sitDown(browser, clinic)
    const card = await openEmbedded(emr, clinic, PEOPLE.piotr)
    await changeMobile(card, '(555) 010-0806')
    await card.getByText('Saved on the to-do list.').first().waitFor()
    await toDoOn(card).getByText('(555) 010-0806', { exact: true }).waitFor()
    await expectSound(emr, 'the EMR’s page with something to do in it')
    await editInEmr(emr, { 'Mobile phone': '(555) 010-0806' })
    await card.getByText('The chart shows it now: Mobile phone.').waitFor()
    expect(await toDoOn(card).getByRole('listitem').count()).toBe(0)
    await context.close()
  })

  test('is settled by hand as well, by anybody on the list of the practice, in Spanish', async () => {
    const clinic = walk.fernwood(demo)
    const desk = await day.sitDown(browser, clinic, 'Front desk', 'es-US')
    await walk.openPatient(desk.emr, clinic, PEOPLE.andres)
    const opened = desk.context.waitForEvent('page')
    await desk.emr.getByRole('button', { name: 'Open Portico', exact: true }).click()
    const card = await opened
    await card.getByText('Conviene tener').first().waitFor()
    for (const fold of await card.locator('details:not([open]) > summary').all()) await fold.click()
    await card.getByText('Este sistema no deja que Portico cambie el expediente.').first().waitFor()
    await card.getByRole('button', { name: /^Cambiar… Teléfono/ }).click()
    await card.getByLabel('Celular').fill('(555) 010-0807')
    await card.getByRole('button', { name: 'Guardar', exact: true }).click()
    await toDoOn(card).getByText('Por hacer en el sistema').waitFor()
    await expectSound(card, 'en español')
    await card.getByRole('link', { name: /^Por hacer/ }).click()
    await card.getByRole('button', { name: 'Listo…: Andrés Núñez' }).click()
    await card.getByRole('dialog').getByText('¿Ya está en el expediente de Andrés Núñez?').waitFor()
    await card.getByRole('dialog').getByRole('button', { name: 'Sí, está listo' }).click()
    await card.getByText('Listo: Andrés Núñez, Celular.').waitFor()
    expect(await card.getByRole('heading', { name: 'Andrés Núñez' }).count()).toBe(0)
    await desk.context.close()
  })
})

const toDoOn = (card: Page | ReturnType<Page['locator']>) => card.locator('portico-to-dos')

/** The way into the chart that the to-do offers. */
async function openFromToDo({ context }: day.Desk, card: Page): Promise<Page> {
  const opened = context.waitForEvent('page')
  await card.getByRole('link', { name: /^Open the chart in the EMR/ }).click()
  const chart = await opened
  await chart.getByRole('heading', { name: 'Demographics' }).waitFor()
  return chart
}

/** Copies a value of the to-do and pastes it into the EMR's own form, which stays open. */
async function copyOver(card: Page, copy: string, chart: Page, field: string) {
  await card.bringToFront()
  await card.getByRole('button', { name: copy }).click()
  await card.getByRole('button', { name: /^Copied/ }).waitFor()
  await chart.bringToFront()
  await chart.getByRole('button', { name: 'Edit demographics' }).click()
  await chart.getByRole('dialog').getByLabel(field).focus()
  await chart.keyboard.press('ControlOrMeta+v')
  await chart.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await chart.getByRole('dialog').waitFor({ state: 'hidden' })
}
