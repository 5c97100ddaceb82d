import { expect } from 'vitest'
import { page } from 'vitest/browser'
import { administrator, hostsView } from './admin-fixtures.ts'
import { type Answer, show, type Look, type Stage } from './stage.ts'

export const LAUNCH = 'GET staff/launches/L1'
export const HOSTS = 'GET staff/launches/L1/hosts'
export const button = (name: string | RegExp) => page.getByRole('button', { name })
/** Words may stand among others, in a sentence or a notice. */
const words = (text: string | RegExp) =>
  page.getByText(typeof text === 'string' ? new RegExp(text.replace(/[$()*+.?[\]^{|}]/g, '\\$&')) : text)

/** Visible; the same words may stand once more in a live region after it. */
export const said = (text: string | RegExp) => expect.element(words(text).first()).toBeVisible()
export const missing = (text: string | RegExp) => expect(words(text).elements()).toEqual([])

/** Opens one of the administrators' pages for somebody who may do everything, and waits for its heading. */
export async function openPage(
  stage: Stage,
  name: 'settings' | 'people' | 'outbox' | 'history' | 'report',
  look: Look & { launch?: Parameters<typeof administrator>[0]; hosts?: Answer } = {},
): Promise<void> {
  const { launch, hosts = hostsView([]), ...rest } = look
  stage.on(LAUNCH, () => ({ body: administrator(launch) }))
  stage.on(HOSTS, () => hosts)
  await show('portico-staff', `/fernwood/staff/l/L1/${name}`, rest)
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
}
