import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { PEOPLE } from '../support/people.ts'
import { comeIn, editInEmr, factOf, fillIn, GLORIA, typeMobile } from './any-ehr.ts'
import { startDemo, type Demo } from './demo.ts'
import * as day from './first-day.ts'
import { expectSound } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo({ ehr: 'millennium' }), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('at an EMR in the manner of Millennium', () => {
  test('what is filled in stands in the chart, the trusted e-mail gets the mail, and the patient comes in', async () => {
    const clinic = walk.fernwood(demo)
    const desk = await day.sitDown(browser, clinic)
    const card = await walk.openCard(desk.emr, clinic, GLORIA.patient)
    await fillIn(card, GLORIA)
    const chart = await desk.context.newPage()
    await walk.openPatient(chart, clinic, GLORIA.patient)
    await factOf(chart, 'Phone').getByText(GLORIA.phone).waitFor()
    await factOf(chart, 'E-mail').getByText(GLORIA.email).waitFor()
    await comeIn(demo, browser, desk, card, GLORIA)
    await desk.context.close()
  })

  test('what somebody changes in the EMR meanwhile is shown beside what is typed, field by field, and stays until staff choose', async () => {
    const clinic = walk.fernwood(demo)
    const desk = await day.sitDown(browser, clinic)
    const card = await walk.openCard(desk.emr, clinic, PEOPLE.piotr)
    await typeMobile(card, '(555) 010-0804')
    await card.getByLabel('Home phone').fill('(555) 010-0805')
    await card.getByRole('button', { name: 'Change… Contact e-mail' }).click()
    await card.getByLabel('Contact e-mail', { exact: true }).fill('piotr.new@mail.example')
    await editInEmr(desk.emr, { 'Mobile phone': '(555) 010-0899', 'E-mail': 'piotr.theirs@mail.example' })

    await card.getByRole('button', { name: 'Save', exact: true }).click()
    await card.getByText('Someone changed these a minute ago.').waitFor()
    for (const both of [
      '(555) 010-0899',
      '(555) 010-0804',
      'piotr.theirs@mail.example',
      'piotr.new@mail.example',
    ])
      await card.getByText(both).first().waitFor()
    await expectSound(card, 'two conflicts')
    const chart = await desk.context.newPage()
    await walk.openPatient(chart, clinic, PEOPLE.piotr)
    expect(await factOf(chart, 'Phone').innerText()).not.toContain('(555) 010-0805')
    expect(await factOf(chart, 'E-mail').innerText()).toContain('piotr.theirs@mail.example')

    await card
      .getByRole('button', { name: /^Use mine/ })
      .first()
      .click()
    await card.getByRole('button', { name: /^Keep theirs/ }).click()
    await card.getByRole('button', { name: 'Save', exact: true }).click()
    await card.getByText('Saved.', { exact: true }).waitFor()
    await chart.reload()
    const phones = await factOf(chart, 'Phone').innerText()
    expect(phones).toContain('(555) 010-0804')
    expect(phones).toContain('(555) 010-0805')
    expect(await factOf(chart, 'E-mail').innerText()).toContain('piotr.theirs@mail.example')
    await desk.context.close()
  })

  test('an administrator reads what works with it and what is done in another way', async () => {
    const office = await day.sitDown(browser, walk.fernwood(demo), 'Administrator')
    const page = await day.openPage(office, PEOPLE.carmen, 'This EMR', 'This EMR')
    await page.getByText('Everything works with this EMR').first().waitFor()
    await page.getByText('Only what changed is written to the patient’s record.').first().waitFor()
    await expectSound(page, 'This EMR')
    await office.context.close()
  })
})
