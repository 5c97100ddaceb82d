import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { HARBOR_PEOPLE, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
import * as day from './first-day.ts'
import { expectSound, listen } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

test('Portico in the EMR’s window has the chart mended over it, and goes back when it is done', async () => {
  const { context, emr } = await day.sitDown(browser, walk.fernwood(demo))
  const complaints = await listen(context)
  await walk.openPatient(emr, walk.fernwood(demo), PEOPLE.yearOnly)
  const frame = await walk.openPorticoHere(emr)
  await frame.getByRole('button', { name: /^Open in the EMR/ }).click()
  const form = emr.getByRole('dialog', { name: /^Demographics of/ })
  await form.getByLabel('Birth date').fill('1962-05-06')
  await expectSound(emr, 'the EMR’s demographics over the app')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'hidden' })

  await frame.getByRole('button', { name: 'Check again' }).click()
  await frame.getByRole('button', { name: /^Open in the EMR/ }).waitFor({ state: 'hidden' })
  await frame.getByRole('button', { name: 'Back to the EMR' }).click()
  await emr.getByRole('button', { name: 'Open Portico here' }).waitFor()
  await emr.getByText('DOB 05/06/1962').first().waitFor()
  expect(emr.frames().some((one) => one.url().startsWith(demo.service))).toBe(false)
  expect(complaints).toEqual([])
  await context.close()
})

test('in a tab of its own Portico knows no way back and shows none', async () => {
  const { context, emr } = await day.sitDown(browser, walk.fernwood(demo))
  const card = await walk.openCard(emr, walk.fernwood(demo), PEOPLE.noBirthDate)
  await card.getByText('Full birth date').waitFor()
  await card.waitForTimeout(1200)
  expect(await card.getByRole('button', { name: /the EMR/ }).count()).toBe(0)
  await context.close()
})

test('a note on the chart says where the patient stands and opens Portico', async () => {
  const clinic = walk.harbor(demo)
  const { context, emr } = await day.sitDown(browser, clinic)
  await walk.openPatient(emr, clinic, HARBOR_PEOPLE.ingrid)
  const notes = emr.getByRole('region', { name: 'Notes on this chart' })
  await notes.getByText('Portal access: not set up').waitFor()
  await expectSound(emr, 'a chart with a note')
  const opened = context.waitForEvent('page')
  await notes.getByRole('button', { name: 'Open Portico' }).click()
  const card = await opened
  await walk.allow(card)
  await walk.createCredentials(context, card)

  await walk.openPatient(emr, clinic, HARBOR_PEOPLE.ingrid)
  await notes.getByText('Portal access: invited today').waitFor()
  await context.close()
})
