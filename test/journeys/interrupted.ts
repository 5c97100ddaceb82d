import { expect } from 'vitest'
import type { Browser } from 'playwright'
import { verifyAudit } from '../../src/audit/verify.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { GOOD_PASSWORD } from '../support/people.ts'
import type { Demo } from './demo.ts'
import * as walk from './walk.ts'

export type Walker = { patient: string; firstName: string; identity: walk.Identity; username: string }

/** How long anything on a page may take while the service comes and goes. */
const PATIENCE_MS = 15_000

/** How long a whole walk may take: the service starts eleven times, on a machine that may do other things too. */
export const WALK_MS = 240_000

/**
 * The whole walk with something happening to the service after every step that it acknowledged. The pages stay open:
 * what stood on them goes on, and the three reloads are there to ask the service what it still knows.
 */
export async function walkInterrupted(
  demo: Demo,
  browser: Browser,
  { patient, firstName, identity, username }: Walker,
  interrupt: () => Promise<void>,
) {
  const clinic = walk.fernwood(demo)
  const desk = await openContext(browser)
  const emr = await desk.newPage()
  await walk.logIn(emr, clinic)
  await interrupt()
  const card = await walk.openCard(emr, clinic, patient)
  await interrupt()
  await walk.allow(card)
  await interrupt()
  const letter = await walk.createCredentials(desk, card)
  await interrupt()
  await card.reload()
  await card.getByText(`Waiting for ${firstName}.`).first().waitFor()

  const phone = await (await openContext(browser)).newPage()
  await phone.goto(`${clinic.portal}activate`)
  await phone.getByLabel('Portal ID').waitFor()
  await interrupt()
  await walk.typeLetter(phone, letter)
  await walk.typePerson(phone, identity)
  await phone.getByLabel('Username').waitFor()
  await interrupt()
  await walk.typeKey(phone, { username, password: GOOD_PASSWORD })
  await walk.expectIn(phone, firstName)
  await interrupt()
  await walk.goHome(phone, firstName)
  await interrupt()
  await phone.reload()
  await walk.expectHome(phone, firstName)
  await walk.signOut(phone)
  await interrupt()
  await walk.typeSignIn(phone, { username, password: GOOD_PASSWORD })
  await walk.expectHome(phone, firstName)
  await interrupt()
  await walk.expectActive(card, firstName)
  // The letter is on the screen of whoever made it, whatever the service went through since.
  await letter.page.getByRole('button', { name: 'Print letter' }).waitFor()
  await desk.close()
  await phone.context().close()
}

/** A browser of its own that waits long enough for a service that is just starting. */
export async function openContext(browser: Browser, locale = 'en-US') {
  const context = await browser.newContext({ locale })
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}

/** What the store holds of one patient's walk, counted: each step once, however often the service died. */
export async function countDeeds(store: Store, patient: string) {
  const rows = await store.db
    .selectFrom('audit')
    .select(['action', (select) => select.fn.countAll<number>().as('count')])
    .where('practice_id', '=', 'fernwood')
    .where('patient_id', '=', patient)
    .where('outcome', '=', 'success')
    .groupBy('action')
    .execute()
  return Object.fromEntries(rows.map(({ action, count }) => [action, count]))
}

/** One whole walk, in the words of the audit trail. */
export const ONE_WALK = {
  'access.allowed': 1,
  'invitation.issued': 1,
  'activation.confirmed': 1,
  'account.activated': 1,
}

/** What the store of a running demo says, read beside it. */
export async function withStore<T>(url: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** The trail of the practice has no gap and no row that was changed, and the last rows get into it too. */
export async function expectWholeAudit(store: Store) {
  await expect
    .poll(() => verifyAudit(store.db, 'fernwood'), { timeout: 5000, interval: 200 })
    .toMatchObject({ unsealed: 0, firstBad: null })
  expect((await verifyAudit(store.db, 'fernwood')).sealed).toBeGreaterThan(0)
}
