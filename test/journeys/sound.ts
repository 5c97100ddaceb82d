import axe from 'axe-core'
import type { BrowserContext, Locator, Page } from 'playwright'
import { expect } from 'vitest'

/** Each width with one of the schemes: colours do not depend on the width. */
const LOOKS = [
  { colorScheme: 'light', width: 1280, height: 900 },
  { colorScheme: 'dark', width: 360, height: 740 },
] as const

/** A page of the walk: no axe rule is broken and nothing scrolls sideways, in light and dark, wide and narrow. */
export async function expectSound(page: Page, name: string) {
  for (const { colorScheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    const state = `${name}, ${colorScheme}, ${width} px`
    expect({ state, broken: await brokenRules(page), sideways: await sideways(page) }).toEqual({
      state,
      broken: [],
      sideways: 0,
    })
  }
}

/** The same in both languages of a patient's page, and back to the first. */
export async function expectSoundInBoth(page: Page, name: string) {
  await expectSound(page, `${name}, en`)
  await page.getByRole('button', { name: 'Ver en español' }).click()
  await page.getByRole('button', { name: 'View in English' }).waitFor()
  await expectSound(page, `${name}, es`)
  await page.getByRole('button', { name: 'View in English' }).click()
  await page.getByRole('button', { name: 'Ver en español' }).waitFor()
}

/** Run through the debugger, so that the page keeps its own content security policy. */
async function brokenRules(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: typeof axe }).axe.run
    const { violations } = await run(document, { resultTypes: ['violations'] })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    )
  })
}

/** How many pixels the page is wider than its window. */
const sideways = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.scrollingElement ?? document.documentElement
    return Math.max(0, scrollWidth - clientWidth)
  })

/** Collects what browsers complain about on any page of the context: errors and breaches of the policy. */
export async function listen(context: BrowserContext): Promise<string[]> {
  const complaints: string[] = []
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy: ${violatedDirective} ${blockedURI}`),
    ),
  )
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('console', (message) => {
    const { url } = message.location()
    if (message.type() === 'error' && !asksWhoIsSignedIn(url, message.text()))
      complaints.push(`${message.text()} ${url}`)
  })
  return complaints
}

/** The portal asks whether somebody is signed in; "nobody" is a 401, which Chromium writes down as an error. */
const asksWhoIsSignedIn = (url: string, text: string) =>
  url.endsWith('/api/portal/session') && text.includes('401')

/** Presses Tab until something has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, wanted: Locator) {
  await wanted.waitFor()
  for (let presses = 0; presses < 20; presses++) {
    if (await wanted.evaluate(hasFocus)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${String(wanted)}`)
}

const hasFocus = (element: Element) => {
  const root = element.getRootNode() as Document | ShadowRoot
  return root.activeElement === element
}
