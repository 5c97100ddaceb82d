import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { PEOPLE } from '../support/people.ts'
import { changeMobile, comeIn, factOf, fillIn, GLORIA, openEmbedded } from './any-ehr.ts'
import { startDemo, type Demo } from './demo.ts'
import * as day from './first-day.ts'
import { expectSound } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo({ ehr: 'openemr' }), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('at OpenEMR', () => {
  test('Portico waits for the EMR’s administrator, says so in plain words, and opens once it is enabled there', async () => {
    const clinic = walk.fernwood(demo)
    await demo.sandbox('client', { enabled: false })
    const desk = await day.sitDown(browser, clinic)
    await walk.openPatient(desk.emr, clinic, PEOPLE.walter)
    await desk.emr.getByText('Portico is not switched on in the EMR yet.').waitFor()
    await expectSound(desk.emr, 'a card that is not enabled')
    const opened = desk.context.waitForEvent('page')
    await desk.emr.locator('.apps').getByRole('button', { name: 'Open Portico', exact: true }).click()
    const refused = await opened
    // The EMR's own page: it sends nobody on to an app that is not enabled.
    await refused.getByText('An administrator of this EMR has not enabled this app yet.').waitFor()
    expect(await desk.emr.getByRole('button', { name: 'Enable Portico' }).count()).toBe(0)

    const office = await day.sitDown(browser, clinic, 'Administrator')
    await office.emr.getByText('Portico is not enabled.').waitFor()
    await office.emr.getByRole('button', { name: 'Enable Portico' }).click()
    await office.emr.getByText('Portico is enabled.').waitFor()
    const card = await walk.openCard(desk.emr, clinic, PEOPLE.walter)
    // This EMR says that no banner is needed; in a tab of its own nobody else says whose card it is.
    await card.getByRole('region', { name: 'Patient', exact: true }).getByText('Okafor').first().waitFor()
    for (const { context } of [desk, office]) await context.close()
  })

  test('what a front desk without a provider number fills in stands in the chart’s own columns, and the patient comes in', async () => {
    const clinic = walk.fernwood(demo)
    const desk = await day.sitDown(browser, clinic)
    const card = await walk.openCard(desk.emr, clinic, GLORIA.patient)
    await fillIn(card, GLORIA)
    await expectSound(card, 'a card that is saved at OpenEMR')
    const chart = await desk.context.newPage()
    await walk.openPatient(chart, clinic, GLORIA.patient)
    await expect.poll(() => factOf(chart, 'Phone').innerText()).toContain(GLORIA.phone)
    expect(await factOf(chart, 'E-mail').innerText()).toContain(GLORIA.email)
    expect(await factOf(chart, 'Trusted e-mail').innerText()).toBe(GLORIA.trustedEmail)
    expect(await factOf(chart, 'Allow Patient Portal').innerText()).toBe('YES')
    expect(await factOf(chart, 'Allow Email').innerText()).toBe('YES')

    await comeIn(demo, browser, desk, card, GLORIA)

    for (const fold of await card.locator('details:not([open]) > summary').all()) await fold.click()
    await card.getByRole('switch', { name: 'Allow patient portal' }).uncheck()
    await card.getByRole('button', { name: 'Save', exact: true }).click()
    await card.getByText('Saved.', { exact: true }).waitFor()
    await chart.reload()
    expect(await factOf(chart, 'Allow Patient Portal').innerText()).toBe('NO')
    expect(await factOf(chart, 'Allow Email').innerText()).toBe('YES')
    await desk.context.close()
  })

  test('the card in the EMR’s own page writes there, too, with the rights of whoever is logged in', async () => {
    const clinic = walk.fernwood(demo)
    const { context, emr } = await day.sitDown(browser, clinic)
    const card = await openEmbedded(emr, clinic, PEOPLE.piotr)
    await changeMobile(card, '(555) 010-0802')
    await card.getByText('Saved.', { exact: true }).waitFor()
    await expect.poll(() => factOf(emr, 'Phone').innerText()).toContain('(555) 010-0802')
    await expectSound(emr, 'OpenEMR’s page with the card')
    await context.close()
  })
})
