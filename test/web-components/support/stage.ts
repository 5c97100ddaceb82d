import axe from 'axe-core'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/ui/page.css'
import type { Language } from '../../../src/practices/schema.ts'
import { type Respond, respondWith } from './answers.ts'
import { fernwood } from './fixtures.ts'

export type { Answer } from './answers.ts'

type Call = { route: string; body: unknown; key: string | null }

/** One page under test with a service that answers as told; `calls` is what it was asked, in order. */
export type Stage = {
  calls: Call[]
  /** Answers `METHOD path` under the practice's API; the path is without the slug. */
  on: (route: string, respond: Respond) => void
  asked: (route: string) => Call[]
}

const home = location.href
const realFetch = window.fetch

/** Puts an element on an empty page at `path`, in a language and theme. Wait for what it shows. */
export function openStage(): Stage {
  const answers = new Map<string, Respond>()
  const calls: Call[] = []
  beforeEach(() => {
    answers.clear()
    calls.length = 0
    answers.set('GET practice', () => ({ body: fernwood }))
    answers.set('GET portal/session', () => ({ status: 401, code: 'signed-out' }))
    window.fetch = (input, init) => answer(answers, calls, new Request(input, init))
  })
  afterEach(() => {
    document.body.replaceChildren()
    window.fetch = realFetch
    history.replaceState(null, '', home)
    localStorage.clear()
    vi.useRealTimers()
    delete document.documentElement.dataset['theme']
  })
  return {
    calls,
    on: (route, respond) => void answers.set(route, respond),
    asked: (route) => calls.filter((call) => call.route === route),
  }
}

export type Look = { language?: Language; theme?: 'light' | 'dark'; width?: 360 | 1280 }

export async function show(tag: string, path: string, look: Look = {}): Promise<HTMLElement> {
  await page.viewport(look.width ?? 1280, 900)
  localStorage.setItem('portico-language', look.language ?? 'en')
  document.documentElement.dataset['theme'] = look.theme ?? 'light'
  // Half way between two colours nothing has its contrast.
  document.documentElement.style.setProperty('--_quick', '0ms')
  document.documentElement.dataset['audience'] = tag === 'portico-portal' ? 'patient' : 'staff'
  history.replaceState(null, '', path)
  const element = document.createElement(tag)
  document.body.replaceChildren(element)
  return element
}

/** No axe rule is broken, and nothing scrolls sideways. */
export async function expectSound(): Promise<void> {
  const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false })
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
  ).toEqual([])
  await expectNoOverflow()
}

/** Nothing scrolls sideways, here and at 320 px. */
export async function expectNoOverflow(): Promise<void> {
  const { innerWidth, innerHeight } = window
  for (const width of [innerWidth, 320]) {
    await page.viewport(width, innerHeight)
    const { scrollWidth, clientWidth } = document.documentElement
    expect(scrollWidth, `${width} px`).toBeLessThanOrEqual(clientWidth)
  }
  await page.viewport(innerWidth, innerHeight)
}

/** Pastes text into an input as a person does. */
export function paste(element: Element, text: string): void {
  const clipboardData = new DataTransfer()
  clipboardData.setData('text', text)
  element.dispatchEvent(
    new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true, composed: true }),
  )
}

/** The element that has focus, through every shadow root. */
export function focused(): Element | null {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element
}

async function answer(answers: Map<string, Respond>, calls: Call[], request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace('/fernwood/api/', '')
  const text = await request.text()
  const body: unknown = text === '' ? null : JSON.parse(text)
  const route = `${request.method} ${path}`
  calls.push({ route, body, key: request.headers.get('idempotency-key') })
  const given = answers.get(route)?.(body) ?? { status: 404, code: 'not-found' as const }
  return respondWith(given)
}
