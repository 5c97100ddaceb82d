import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { KNOBS, PLAIN, readShown, writeShown } from '../../web-components/playground/look.ts'
import { idOf } from '../../web-components/playground/scene.ts'
import { SCENES, sceneOf } from '../../web-components/playground/scenes.ts'
import { show } from '../../web-components/playground/show.ts'

/** What the contract lets out. */
const EVENTS = [
  'portico-ready',
  'portico-access-saved',
  'portico-invited',
  'portico-access-changed',
  'portico-session-expired',
]
const home = location.href
const realFetch = window.fetch
/** What the browser complained about while a scene came up. */
const complaints: string[] = []
const complain = (event: ErrorEvent | PromiseRejectionEvent) =>
  complaints.push(String('reason' in event ? event.reason : event.message))

beforeEach(async () => {
  complaints.length = 0
  vi.spyOn(console, 'error').mockImplementation((...said) => complaints.push(said.join(' ')))
  vi.spyOn(window, 'print').mockImplementation(() => {})
  window.addEventListener('error', complain)
  window.addEventListener('unhandledrejection', complain)
  await page.viewport(768, 900)
})

afterEach(() => {
  document.body.replaceChildren()
  document.adoptedStyleSheets = []
  for (const name of Object.keys(document.documentElement.dataset))
    delete document.documentElement.dataset[name]
  Reflect.deleteProperty(navigator, 'onLine')
  window.fetch = realFetch
  window.removeEventListener('error', complain)
  window.removeEventListener('unhandledrejection', complain)
  history.replaceState(null, '', home)
  localStorage.clear()
  vi.restoreAllMocks()
})

/** Half way between two colours nothing has its contrast. */
function settle(root: Document | ShadowRoot): void {
  for (const animation of root.getAnimations()) animation.finish()
  for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) settle(shadowRoot)
}

async function expectSound(what: Element | Document = document): Promise<void> {
  settle(document)
  const { violations } = await axe.run(what, { resultTypes: ['violations'], preload: false })
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
  ).toEqual([])
  expect(complaints).toEqual([])
}

test('every scene has a name of its own', () => {
  const ids = SCENES.map(idOf)
  expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([])
})

test('an address says scene and knobs, and what it does not know is as it starts', () => {
  const shown = { scene: 'portico-access.ready', look: { ...PLAIN, theme: 'dark', host: 'neon' } } as const
  expect(writeShown(shown)).toBe('#scene=portico-access.ready&theme=dark&host=neon')
  expect(readShown(writeShown(shown))).toEqual(shown)
  expect(readShown('#theme=pink')).toEqual({ scene: '', look: PLAIN })
})

describe('comes up without a complaint and breaks no axe rule', () => {
  test.each(SCENES.map((scene) => [idOf(scene), scene] as const))('%s', async (_, scene) => {
    await show(scene, PLAIN)
    await expectSound()
  })
})

describe('the card takes on the look of its host and stays readable', () => {
  test.each(KNOBS.host)('%s', async (host) => {
    await show(sceneOf('portico-access.not-ready'), { ...PLAIN, host, theme: 'auto', density: 'compact' })
    const card = document.querySelector('portico-access')
    expect(card).not.toBeNull()
    if (card) await expectSound(card)
  })
})

test('who may only look is offered nothing to change', async () => {
  await show(sceneOf('portico-access.ready'), { ...PLAIN, can: 'look-only' })
  await expect.element(page.getByText(/You can look but not change this\./)).toBeVisible()
  expect(page.getByRole('button', { name: 'Create credentials' }).elements()).toEqual([])
})

test('the stubbed service does what it is asked, and the page around hears of it without a secret', async () => {
  const open = vi.spyOn(window, 'open').mockReturnValue(null)
  const heard: [string, unknown][] = []
  const hear = (event: Event) => heard.push([event.type, (event as CustomEvent).detail])
  for (const name of EVENTS) document.addEventListener(name, hear)
  await show(sceneOf('portico-access.ready'), { ...PLAIN, language: 'es' })
  await page.getByRole('button', { name: 'Crear acceso' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Crear acceso' }).click()
  await vi.waitFor(() => expect(heard).toHaveLength(3))
  for (const name of EVENTS) document.removeEventListener(name, hear)
  expect(heard.toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
    ['portico-access-changed', { state: 'invited' }],
    ['portico-invited', null],
    ['portico-ready', { state: 'ready' }],
  ])
  await expect.element(page.getByText('Esperando a Walter.', { exact: false }).first()).toBeInTheDocument()
  expect(open).toHaveBeenCalledOnce()
})
