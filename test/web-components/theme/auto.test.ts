import { afterEach, describe, expect, test, vi } from 'vitest'
import { dressHost, stand } from './host.ts'

const auto = { theme: 'auto' }
const EMR = `body { background: #e9eef3; color: #1d2730; font: 15px/1.4 Arial, sans-serif; }
  a { color: #1f5c99; } button { border: 1px solid #45525e; border-radius: 3px; background: #dde6ef; }`
const CONTROLS = '<a href="#top">Chart</a><button type="button">Refresh</button>'

afterEach(() => {
  document.documentElement.style.removeProperty('color-scheme')
})

describe('measured from the page around', () => {
  test('ground, text, links, font, size and corners are those of the page', async () => {
    const { card, token, isNeeded } = await stand(dressHost(EMR, CONTROLS), auto)
    expect(isNeeded).toBe(true)
    expect(card.dataset['theme']).toBe('light')
    expect(token('surface')).toBe('#e9eef3')
    expect(token('ink')).toBe('#1d2730')
    expect(token('accent')).toBe('#1f5c99')
    expect(token('font')).toBe('Arial, sans-serif')
    expect(token('base')).toBe('15px')
    expect([token('radius-s'), token('radius'), token('radius-l')]).toEqual(['3px', '3px', '5.4px'])
  })

  test.each([
    ['11px', '14px'],
    ['17.5px', '17.5px'],
    ['30px', '20px'],
  ])('text of %s becomes %s', async (size, base) => {
    const { token } = await stand(dressHost(`.chart { font-size: ${size} }`), auto)
    expect(token('base')).toBe(base)
  })

  test('a ground behind see-through layers and out of a shadow root', async () => {
    dressHost('body { background: #fff } .chart { background: rgb(0 0 255 / .2) }')
    const outer = document.querySelector('.chart')?.attachShadow({ mode: 'open' })
    if (!outer) throw new Error('no shadow root')
    outer.innerHTML = '<article><div></div></article>'
    const inside = outer.querySelector('div') as HTMLElement
    const layer = new CSSStyleSheet()
    layer.replaceSync('article { background: rgb(0 0 0 / .2) }')
    outer.adoptedStyleSheets = [layer]
    const { token } = await stand(inside, auto)
    // A fifth of blue on white, a fifth of black on that.
    expect(token('surface')).toBe('#a3a3cc')
  })

  test.each([
    'oklch(.97 .01 250)',
    'hsl(210 40% 96%)',
    'lab(95% 2 -4)',
    'color-mix(in oklab, white 90%, navy)',
    'color(display-p3 .95 .96 .98)',
    'Lavender',
  ])('a ground written as %s', async (css) => {
    const { token } = await stand(dressHost(`body { background: ${css} }`), auto)
    expect(near(token('surface'), painted(css))).toBeLessThanOrEqual(1)
  })

  test('a page without any ground stands on the browser’s paper: white, or dark where the page says so', async () => {
    expect((await stand(dressHost('body { color: #222 }'), auto)).token('surface')).toBe('#ffffff')
    document.documentElement.style.setProperty('color-scheme', 'dark')
    const dark = await stand(dressHost('.chart { color: #eee }'), auto)
    expect(dark.card.dataset['theme']).toBe('dark')
    expect(near(dark.token('surface'), '#121212')).toBeLessThanOrEqual(1)
  })

  test('grey links and links like the text are no accent; the next filled button is', async () => {
    const css =
      'body { color: #123456 } a { color: inherit } .go { background: #7a1fa2; color: #fff; border: 0 }'
    const markup = '<a href="#a">One</a><a href="#b" style="color:#555">Two</a><button class="go">Go</button>'
    expect((await stand(dressHost(css, markup), auto)).token('accent')).toBe('#7a1fa2')
    expect(
      (
        await stand(dressHost('body { color: #222 } a { color: inherit }', '<a href="#a">One</a>'), auto)
      ).token('accent'),
    ).toBe('#0b5a66')
  })

  test('the nearest link counts, and one that is not shown does not', async () => {
    const css =
      'header a { color: #c00 } .chart a { color: #060 } .chart .skip { display: none; color: #00f }'
    const host = dressHost(css, '<header><a href="#x">Home</a></header>')
    host.insertAdjacentHTML('beforebegin', '<a class="skip" href="#s">Skip</a><a href="#c">Chart</a>')
    expect((await stand(host, auto)).token('accent')).toBe('#006600')
  })

  test('controls that nobody styled and round ones say nothing about corners', async () => {
    const markup = '<button type="button">As it comes</button><button class="round" type="button">+</button>'
    const host = dressHost('.round { border: 0; border-radius: 50% }', markup)
    expect((await stand(host, auto)).token('radius')).toBe('10px')
  })
})

describe('follows the page', () => {
  const BOTH = `body { background: #fff; color: #222; } .night body { background: #15191d; color: #eee; }`

  test('to dark and back by a class further out, and no more once it is stopped', async () => {
    const { card, token, stop, written } = await stand(dressHost(BOTH), auto)
    expect([card.dataset['theme'], token('surface')]).toEqual(['light', '#ffffff'])
    document.documentElement.className = 'night'
    await vi.waitFor(() => expect([card.dataset['theme'], token('surface')]).toEqual(['dark', '#15191d']))
    document.documentElement.className = ''
    await vi.waitFor(() => expect(card.dataset['theme']).toBe('light'))
    stop()
    document.documentElement.className = 'night'
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(card.dataset['theme']).toBe('light')
    expect(written).toBeDefined()
  })

  test('by a style sheet that comes, and by the end of a fade', async () => {
    const { card, token } = await stand(dressHost(BOTH), auto)
    const sheet = document.createElement('style')
    sheet.textContent = 'html body { background: #102030 }'
    document.head.append(sheet)
    await vi.waitFor(() => expect(token('surface')).toBe('#102030'))
    expect(card.dataset['theme']).toBe('dark')
    sheet.textContent = `html body { background: #102030; transition: background-color .15s }
      html.night body { background: #f8f8f0 }`
    document.documentElement.className = 'night'
    await vi.waitFor(() => expect(token('surface')).toBe('#f8f8f0'))
    sheet.remove()
  })

  test('two cards are served by one observer, and one that ends leaves the other going', async () => {
    const made = vi.spyOn(window, 'MutationObserver')
    const one = await stand(dressHost(BOTH), auto)
    const second = document.createElement('div')
    document.querySelector('.chart')?.append(second)
    const two = await stand(second, auto)
    one.stop()
    document.documentElement.className = 'night'
    await vi.waitFor(() => expect(two.card.dataset['theme']).toBe('dark'))
    expect(one.card.dataset['theme']).toBe('light')
    expect(made.mock.calls.length).toBeLessThanOrEqual(1)
    made.mockRestore()
  })
})

test('nothing is left behind in the page: no element, no attribute, no sheet', async () => {
  const host = dressHost(EMR, CONTROLS)
  const before = document.documentElement.outerHTML
  const sheets = document.adoptedStyleSheets.length
  const { root, stop } = await stand(host, auto)
  expect(document.documentElement.outerHTML).toBe(before)
  expect(document.adoptedStyleSheets).toHaveLength(sheets)
  expect([...root.children].map(({ localName }) => localName)).toEqual(['section'])
  expect(root.querySelectorAll('[style]')).toHaveLength(0)
  const adopted = root.adoptedStyleSheets.length
  stop()
  expect(root.adoptedStyleSheets).toHaveLength(adopted - 1)
})

/** Greatest difference of one channel. */
function near(one: string, other: string): number {
  const bytes = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  const [a, b] = [bytes(one), bytes(other)]
  return Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? 0))))
}

/** What a canvas makes of it: another way to the same colour. */
function painted(css: string): string {
  const context = document.createElement('canvas').getContext('2d')
  if (!context) throw new Error('no canvas')
  context.fillStyle = css
  context.fillRect(0, 0, 1, 1)
  const [...bytes] = context.getImageData(0, 0, 1, 1).data.slice(0, 3)
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
