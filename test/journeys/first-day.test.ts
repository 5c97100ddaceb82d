import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { createEmptyDatabase } from '../support/store.ts'
import { startDemo, type Demo } from './demo.ts'
import * as day from './first-day.ts'
import { expectSound } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser

beforeAll(async () => {
  const store = await createEmptyDatabase()
  ;[demo, browser] = await Promise.all([startDemo({ store }), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('a temporary password', () => {
  test('survives a phone that dies on the change page twice, and ends when the patient has one of their own', async () => {
    await day.firstDayByPassword(demo, browser, {
      patient: PEOPLE.walter,
      firstName: 'Walter',
      identity: IDENTITY.walter,
      username: 'walter.o',
    })
  })

  test('opens three visits and no more; a new one ends the older at once', async () => {
    const desk = await day.sitDown(browser, walk.fernwood(demo))
    const card = await walk.openCard(desk.emr, desk.clinic, PEOPLE.aged91)
    await walk.allow(card)
    const first = { username: 'edith', password: await day.createTemporaryPassword(desk, card, 'edith') }
    for (let visit = 1; visit <= 3; visit++) {
      const phone = await day.takePhone(browser)
      await day.comeWithWords(phone, desk.clinic, first)
      await phone.context().close()
    }
    const phone = await day.takePhone(browser)
    await walk.signIn(phone, desk.clinic, first)
    await phone.getByText("That username and password don't go together.").waitFor()
    await card.reload()
    await card.getByText('was used 3 times and never changed').waitFor()

    const second = await renewPassword(desk, card)
    await walk.typeSignIn(phone, { username: 'edith', password: second })
    await phone.getByRole('heading', { name: 'Choose your own password' }).waitFor()
    const third = await renewPassword(desk, card)
    // The visit that was open with the older words is over too.
    await phone.getByLabel('New password', { exact: true }).fill(GOOD_PASSWORD)
    await phone.getByRole('button', { name: 'Save my password' }).click()
    await phone.getByText('That page waited too long.').waitFor()
    await walk.typeSignIn(phone, { username: 'edith', password: third })
    await phone.getByRole('heading', { name: 'Choose your own password' }).waitFor()
    await desk.context.close()
    await phone.context().close()
  })
})

/** What a mail scanner does with a link; some run the page, too. */
async function scanLink(link: string) {
  for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(link, { method })).status).toBe(200)
  const scanner = await day.takePhone(browser)
  await scanner.goto(link)
  await scanner.getByText('You opened the link from our e-mail.').waitFor()
  await scanner.context().close()
}

/** A new temporary password for the same username, from the card of somebody who is invited. */
async function renewPassword(desk: day.Desk, card: Awaited<ReturnType<typeof walk.openCard>>) {
  await card.getByRole('button', { name: 'New password…' }).click()
  const opened = desk.context.waitForEvent('page')
  await card.getByRole('dialog').getByRole('button', { name: 'Make new password' }).click()
  const words = (await opened).getByRole('article').first().locator('.words')
  const password = (await words.innerText()).trim().split(/\s+/).join(' ')
  await card
    .getByText(/^Waiting for/)
    .first()
    .waitFor()
  return password
}

describe('an invitation by mail', () => {
  test('goes to the address that was just filled in; scanners open its link and nothing happens', async () => {
    const address = 'gloria@mail.example'
    const desk = await day.sitDown(browser, walk.fernwood(demo))
    const card = await walk.openCard(desk.emr, desk.clinic, PEOPLE.noContact)
    await day.allowMail(card, address)
    await walk.createCredentials(desk.context, card)
    const link = await day.linkFor(demo, address)
    await scanLink(link)

    await card.getByRole('button', { name: 'Resend e-mail' }).click()
    await card.getByText(`We e-mailed a link to ${address}.`).first().waitFor()
    const newer = await day.linkFor(demo, address, 2)
    for (let scan = 0; scan < 2; scan++) await scanLink(newer)
    const phone = await day.takePhone(browser)
    const gloria = { firstInitial: 'G', lastInitial: 'W', birthDate: '1951-12-31' }
    await phone.goto(link)
    await walk.typePerson(phone, gloria)
    await phone
      .getByText(/didn't match|has ended/)
      .first()
      .waitFor()
    await day.activateByLink(phone, newer, {
      patient: PEOPLE.noContact,
      firstName: 'Gloria',
      identity: gloria,
      username: 'gloria',
    })
    await walk.expectActive(card, 'Gloria')
    await desk.context.close()
    await phone.context().close()
  })

  test('waits while the mail server is down, and then goes out once', async () => {
    const address = 'rosa@mail.example'
    await refuseMail('temporary')
    const desk = await day.sitDown(browser, walk.fernwood(demo))
    const card = await walk.openCard(desk.emr, desk.clinic, PEOPLE.rosa)
    await day.allowMail(card, address)
    await walk.createCredentials(desk.context, card)
    await card.reload()
    await card.getByText(`Waiting to be sent to ${address}`).waitFor()
    expect(await day.mailsTo(demo, address)).toEqual([])
    await refuseMail(false)
    await day.linkFor(demo, address)
    await expect
      .poll(
        async () => {
          await card.getByRole('button', { name: 'Check again' }).click()
          return card.getByText(`Sent to ${address}`).isVisible()
        },
        { timeout: 15_000 },
      )
      .toBe(true)
    expect(await day.mailsTo(demo, address)).toHaveLength(1)
    await desk.context.close()
  })

  test('that came back is said on the card and in the outbox, and goes again or onto paper', async () => {
    const address = 'rosa@mail.example'
    await refuseMail('permanent')
    const desk = await day.sitDown(browser, walk.fernwood(demo), 'Administrator')
    const card = await walk.openCard(desk.emr, desk.clinic, PEOPLE.rosa)
    await card.getByRole('button', { name: 'Resend e-mail' }).click()
    await expect
      .poll(
        async () => {
          await card.getByRole('button', { name: 'Check again' }).click()
          return card.getByText('Came back:').isVisible()
        },
        { timeout: 15_000 },
      )
      .toBe(true)
    await refuseMail(false)
    await card.getByRole('link', { name: 'E-mail', exact: true }).click()
    await card.getByRole('heading', { name: 'E-mail outbox' }).waitFor()
    await card
      .getByRole('button', { name: /^Print instead/ })
      .first()
      .waitFor()
    await expectSound(card, 'E-mail')
    const opened = desk.context.waitForEvent('page')
    await card
      .getByRole('button', { name: /^Print instead/ })
      .first()
      .click()
    await card.getByRole('dialog').getByRole('button', { name: 'Print instead' }).click()
    await (await opened).getByRole('article').first().waitFor()
    expect(await day.mailsTo(demo, address)).toHaveLength(1)
    await desk.context.close()
  })
})

const refuseMail = (refuse: 'temporary' | 'permanent' | false) =>
  fetch(`${demo.mail}/api/refuse`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refuse }),
  })
