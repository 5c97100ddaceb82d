import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
import { firstDayByMail, firstDayByPassword } from './first-day.ts'
import {
  countDeeds,
  expectWholeAudit,
  ONE_WALK,
  openContext,
  WALK_MS,
  walkInterrupted,
  withStore,
} from './interrupted.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser
let folder: string
let store: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-restarts-'))
  store = `sqlite:${join(folder, 'portico.sqlite')}`
  ;[demo, browser] = await Promise.all([startDemo({ store }), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('the walk with a service that comes and goes', () => {
  test(
    'restarted between every two steps: every page goes on where it stood, and every step happens once',
    async () => {
      const walter = {
        patient: PEOPLE.walter,
        firstName: 'Walter',
        identity: IDENTITY.walter,
        username: 'walter',
      }
      await walkInterrupted(demo, browser, walter, () => demo.sandbox('restart-service'))
      expect(await withStore(store, (db) => countDeeds(db, PEOPLE.walter))).toMatchObject(ONE_WALK)
    },
    WALK_MS,
  )

  test(
    'killed right after every step that it acknowledged: nothing is lost, and every step happens once',
    async () => {
      const maria = { patient: PEOPLE.maria, firstName: 'Maria', identity: IDENTITY.maria, username: 'maria' }
      await walkInterrupted(demo, browser, maria, () => demo.sandbox('kill-service'))
      await withStore(store, async (db) => {
        expect(await countDeeds(db, PEOPLE.maria)).toMatchObject(ONE_WALK)
        await expectWholeAudit(db)
      })
    },
    WALK_MS,
  )
})

describe('the first day with a service that is started anew between every two steps', () => {
  const interrupt = () => demo.sandbox('restart-service')

  test(
    'by mail: what was filled in, the invitation and the link outlive it',
    async () => {
      await firstDayByMail(
        demo,
        browser,
        {
          patient: PEOPLE.noContact,
          firstName: 'Gloria',
          identity: { firstInitial: 'G', lastInitial: 'W', birthDate: '1951-12-31' },
          username: 'gloria.w',
        },
        interrupt,
      )
    },
    WALK_MS,
  )

  test(
    'by temporary password: so do the five words and the page where they are changed',
    async () => {
      const luca = { patient: PEOPLE.twinB, firstName: 'Luca', identity: IDENTITY.luca, username: 'luca' }
      await firstDayByPassword(demo, browser, luca, interrupt)
    },
    WALK_MS,
  )
})

describe('impatient people', () => {
  test('who press while the service is away are told so; pressing again makes one letter and one account', async () => {
    const clinic = walk.fernwood(demo)
    const desk = await openContext(browser)
    const emr = await desk.newPage()
    await walk.logIn(emr, clinic)
    const card = await walk.openCard(emr, clinic, PEOPLE.piotr)
    const phone = await (await openContext(browser)).newPage()

    await card.getByRole('switch', { name: 'Allow patient portal' }).check()
    await whileAway(demo, async () => {
      await card.getByRole('button', { name: 'Save' }).click()
      await card.getByText("We can't reach the portal.").waitFor()
      expect(await card.getByRole('switch', { name: 'Allow patient portal' }).isChecked()).toBe(true)
    })
    await card.getByRole('button', { name: 'Try now' }).click()
    await card.getByText('Everything is in place').first().waitFor()

    await card.getByRole('button', { name: 'Create credentials' }).click()
    const create = { name: 'Create credentials', disabled: false }
    await card.getByRole('dialog').getByRole('button', create).waitFor()
    await whileAway(demo, async () => {
      await card.getByRole('dialog').getByRole('button', create).click()
      await card.getByRole('dialog').getByText("We can't reach the portal.").waitFor()
    })
    await card.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    const letter = await walk.createCredentials(desk, card)

    await phone.goto(`${clinic.portal}activate`)
    await walk.typeLetter(phone, letter)
    await walk.typePerson(phone, IDENTITY.piotr)
    await phone.getByLabel('Username').waitFor()
    await whileAway(demo, async () => {
      await walk.typeKey(phone, { username: 'piotr', password: GOOD_PASSWORD })
      await phone.getByText("We can't reach the portal.").waitFor()
      expect(await phone.getByLabel('Password', { exact: true }).inputValue()).toBe(GOOD_PASSWORD)
    })
    await phone.getByRole('button', { name: 'Finish and sign in' }).click()
    await walk.expectIn(phone, 'Piotr')
    expect(await withStore(store, (db) => countDeeds(db, PEOPLE.piotr))).toMatchObject(ONE_WALK)
    await desk.close()
    await phone.context().close()
  })

  test('who click twice on Create and on Finish make one letter and one account', async () => {
    const clinic = walk.fernwood(demo)
    const desk = await openContext(browser)
    const emr = await desk.newPage()
    await walk.logIn(emr, clinic)
    const card = await walk.openCard(emr, clinic, PEOPLE.twinA)
    await walk.allow(card)
    await card.getByRole('button', { name: 'Create credentials' }).click()
    const opened = desk.waitForEvent('page')
    await card.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).dblclick()
    const letter = await walk.readLetter(await opened)
    await card
      .getByText(/^Waiting for/)
      .first()
      .waitFor()
    expect(desk.pages()).toHaveLength(3)

    const phone = await (await openContext(browser)).newPage()
    await phone.goto(`${clinic.portal}activate`)
    await walk.typeLetter(phone, letter)
    await walk.typePerson(phone, IDENTITY.lena)
    await phone.getByLabel('Username').fill('lena')
    await phone.getByLabel('Password', { exact: true }).fill(GOOD_PASSWORD)
    await phone.getByRole('button', { name: 'Finish and sign in' }).dblclick()
    await walk.expectIn(phone, 'Lena')
    expect(await withStore(store, (db) => countDeeds(db, PEOPLE.twinA))).toMatchObject(ONE_WALK)
    await desk.close()
    await phone.context().close()
  })
})

/** Kills the service, does `work` as soon as nobody answers, and waits until it is back. */
async function whileAway(demo: Demo, work: () => Promise<void>) {
  const back = demo.sandbox('kill-service')
  const answers = () =>
    fetch(`${demo.service}/healthz`).then(
      () => true,
      () => false,
    )
  while (await answers());
  await work()
  await back
}
