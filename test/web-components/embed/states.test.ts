import { describe, expect, test, vi } from 'vitest'
import { cdp, page } from 'vitest/browser'
import { common } from '../../../web-components/i18n/common.en.ts'
import { common as comun } from '../../../web-components/i18n/common.es.ts'
import { embed } from '../../../web-components/i18n/embed.en.ts'
import { embed as incrustada } from '../../../web-components/i18n/embed.es.ts'
import { staff } from '../../../web-components/i18n/staff.en.ts'
import { staff as personal } from '../../../web-components/i18n/staff.es.ts'
import type { Answer } from '../support/answers.ts'
import { CARDS, cardOf, lines, LOOK_ONLY } from '../support/fixtures.ts'
import {
  add,
  button,
  CONTEXT,
  contextOf,
  expectSound,
  inner,
  openHost,
  READ,
  ready,
  said,
  TOKEN,
} from './host.ts'

const host = openHost()
const emulate = (media: object) =>
  (cdp() as unknown as { send: (method: string, options: object) => Promise<unknown> }).send(
    'Emulation.setEmulatedMedia',
    media,
  )
const EN = { ...common, ...staff, ...embed }
const ES = { ...comun, ...personal, ...incrustada }

/** What stands where the card would be, by what went on. */
const NO_CARD: [name: string, route: string, answer: Answer, id: keyof typeof EN][] = [
  ['the EMR session is over', TOKEN, { status: 401, code: 'signed-out' }, 'staffRefused.sessionOver'],
  ['the host’s backend is down', TOKEN, { status: 503, code: 'busy' }, 'staffRefused.ehrDown'],
  ['nothing is reached', CONTEXT, 'offline', 'refused.offline'],
  [
    'this person or host is stopped',
    CONTEXT,
    { status: 403, code: 'not-permitted', extra: { reason: 'stopped' } },
    'staffRefused.stopped',
  ],
  ['nothing may be seen', CONTEXT, { body: contextOf({ permissions: [] }) }, 'embed.mayNotSee'],
  ['our side fails', CONTEXT, { status: 500, code: 'internal' }, 'refused.ours'],
]

describe.each([
  ['en', EN, 'light'],
  ['es', ES, 'dark'],
] as const)('without a card, in %s', (lang, words, theme) => {
  test.each(NO_CARD)('because %s', async (_, route, answer, id) => {
    document.documentElement.lang = lang
    host.on(READ, () => ({ body: CARDS['ready'] }))
    host.on(route, () => answer)
    add({ theme })
    const text = words[id]
    await said(typeof text === 'string' ? text : text.other)
    await expectSound()
  })

  test('because the page says not whose', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    document.documentElement.lang = lang
    add({ theme, patient: '' })
    await said(words['embed.notSetUp'])
    expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^<portico-access>: .*patient/))
    await expectSound()
  })
})

describe('with a card', () => {
  test.each(Object.keys(CARDS))('%s: nothing in the page’s way, light and dark', async (name) => {
    // Half way between two colours nothing has its contrast, and a busy machine draws few frames.
    await emulate({ features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] })
    const element = await host.open(CARDS[name])
    await expectSound()
    element.setAttribute('theme', 'dark')
    await vi.waitFor(() => expect(surface(element)).not.toBe('rgb(255, 255, 255)'), { timeout: 10_000 })
    element.setAttribute('density', 'compact')
    await expectSound()
    await emulate({ features: [] })
  })

  test('our own tokens are all that it needs: no sheet of ours is on the page', async () => {
    const element = await host.open(CARDS['ready'])
    expect(surface(element)).toBe('rgb(255, 255, 255)')
    expect(getComputedStyle(document.documentElement).getPropertyValue('--_surface')).toBe('')
  })

  test('compact takes less room', async () => {
    const element = await host.open(CARDS['not ready'])
    const { height } = element.getBoundingClientRect()
    element.setAttribute('density', 'compact')
    await vi.waitFor(() => expect(element.getBoundingClientRect().height).toBeLessThan(height - 20))
  })

  test('an EMR that is silent is asked again by itself, and says so', async () => {
    host.on(READ, () => ({ status: 503, code: 'ehr-unavailable' }))
    host.add()
    await said("The EMR isn't answering.")
    await said("We'll try again by ourselves.")
    host.on(READ, () => ({ body: CARDS['ready'] }))
    await button('Try now').click()
    await said('Everything is in place for Walter.')
  })

  test('what this EMR cannot do is said where it would be done', async () => {
    const may = { allow: true, create: true, edit: 'no', settings: false } as const
    await host.open(cardOf('not-ready', { lines: lines({ allowed: 'not-asked' }), may }), {
      'launch-url': '/launch-portico',
    })
    await said(/Phone and e-mail are changed in the EMR. Then check again./)
    await expect.element(page.getByRole('link', { name: 'Open in Portico' })).toBeVisible()
  })

  test('who may only look reads whom to ask', async () => {
    await host.open(cardOf('ready', { may: LOOK_ONLY }))
    await said('You can look but not change this. Ask someone with “Manage access”.')
    expect(button('Create credentials').elements()).toEqual([])
  })

  test('on paper there are facts and no buttons', async () => {
    const element = await host.open(CARDS['invited'], { theme: 'dark' })
    await emulate({ media: 'print' })
    const buttons = [...(inner(element)?.querySelectorAll('.button') ?? [])]
    expect(buttons.length).toBeGreaterThan(0)
    for (const one of buttons) expect(one.checkVisibility()).toBe(false)
    await said(/Waiting for Walter/)
    const card = inner(element)?.querySelector('.card')
    expect(card && getComputedStyle(card).backgroundColor).toBe('rgb(255, 255, 255)')
    await emulate({ media: '' })
  })
})

test.each(['ready', 'not ready', 'invited', 'active'])(
  'the page hardly moves when the card comes: %s',
  async (name) => {
    await page.viewport(1280, 900)
    document.body.insertAdjacentHTML(
      'beforeend',
      '<section></section><p>Allergies</p><p>Medication</p><p>Problems</p><p>Visits</p><p>Letters</p>',
    )
    let moved = 0
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) moved += (entry as unknown as { value: number }).value
    })
    observer.observe({ type: 'layout-shift' })
    host.on(READ, () => ({ body: CARDS[name] }))
    const section = document.querySelector('section')
    if (!section) throw new Error('The page has no place for the card')
    await ready(add({}, section))
    await new Promise((resolve) => setTimeout(resolve, 300))
    observer.disconnect()
    expect(moved).toBeLessThanOrEqual(0.05)
  },
)

const ATTACKS = [
  '<img src=x onerror="window.ran=1">',
  '"><script>window.ran=1</script>',
  "'-window.ran++-'",
  '${window.ran=1}{{constructor.constructor("window.ran=1")()}}',
  '<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>',
  'javascript:window.ran=1',
  '\u202Egnp.exe\u0000\uFEFF',
]

describe('what somebody else wrote', () => {
  test.each(ATTACKS)('is shown as it is and does nothing, %#', async (text) => {
    const target = window as { ran?: unknown }
    delete target.ran
    const { patient } = cardOf('not-ready')
    host.on(CONTEXT, () => {
      const { practice } = contextOf()
      return { body: contextOf({ practice: { ...practice, name: text, address: [text], phone: text } }) }
    })
    const element = await host.open(
      cardOf('not-ready', {
        patient: { ...patient, name: text, firstName: text, mrn: text },
        contacts: { homePhone: text, mobilePhone: text, contactEmail: text, trustedEmail: text },
        lines: lines({ allowed: 'not-asked' }).map((line) => ({
          ...line,
          value: line.id === 'phone' ? text : line.value,
        })),
      }),
    )
    await vi.waitFor(() => {
      const { textContent } = inner(element)?.querySelector('.headline') ?? {}
      expect(textContent).toBe(`Almost ready for ${text}.`)
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(target.ran).toBeUndefined()
    expect(inner(element)?.querySelector('img, script, animate, iframe')).toBeNull()
  })
})

function surface(element: HTMLElement) {
  const card = inner(element as Parameters<typeof inner>[0])?.querySelector('.card')
  return card ? getComputedStyle(card).backgroundColor : ''
}
