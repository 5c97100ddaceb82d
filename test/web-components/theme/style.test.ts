import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { dressPage } from '../../../web-components/theme/page.ts'
import '../../../web-components/ui/page.css'
import { dressHost, stand } from './host.ts'

const EMR_STYLE = {
  color_background: '#e9eef3',
  color_error: '#9b1c1c',
  color_highlight: '#1f5c99',
  color_modal_backdrop: '#1c3347',
  color_success: '#1d6b3c',
  color_text: '#1d2730',
  dim_border_radius: '6px',
  dim_font_size: '15px',
  dim_spacing_size: '16px',
  font_family_body: 'Arial, "Liberation Sans", sans-serif',
  font_family_heading: 'Arial',
}

const realFetch = window.fetch
const asked: { url: string; credentials: RequestCredentials }[] = []
let respond: () => Promise<Response> | Response = () => Response.json(EMR_STYLE)
let at = 0
/** A new one each time: they are kept by their address. */
const styleUrl = () => `https://emr.example/style-${(at += 1)}.json`

beforeEach(() => {
  asked.length = 0
  window.fetch = async (input, init) => {
    const { url, credentials } = new Request(input, init)
    if (!url.startsWith('https://emr.example/')) return realFetch(input, init)
    asked.push({ url, credentials })
    return respond()
  }
})
afterEach(() => {
  window.fetch = realFetch
  respond = () => Response.json(EMR_STYLE)
  delete document.documentElement.dataset['theme']
})

describe('an EMR’s style document', () => {
  test('gives paper, text, accent, marks, font, size, corners and what dims the page', async () => {
    const { token, isNeeded } = await stand(dressHost(''), { style: EMR_STYLE })
    expect(isNeeded).toBe(true)
    expect(token('canvas')).toBe('#e9eef3')
    expect(token('surface')).toBe('#ffffff')
    expect(token('ink')).toBe('#1d2730')
    expect(token('accent')).toBe('#1f5c99')
    expect([token('bad'), token('good')]).toEqual(['#9b1c1c', '#1d6b3c'])
    expect([token('font'), token('base'), token('radius')]).toEqual([
      'Arial, "Liberation Sans", sans-serif',
      '15px',
      '6px',
    ])
    expect(token('scrim')).toBe('rgb(28 51 71 / 0.6)')
    expect(asked).toEqual([])
  })

  test.each([
    ['color_background', 'url(https://emr.example/x)'],
    ['color_background', 'var(--portico-accent)'],
    ['color_text', 12],
    ['color_text', 'rgb(0 0 0 / .5)'],
    ['color_highlight', 'nonsense'],
    ['color_highlight', '#777777'],
    ['color_error', '#00aa00'],
    ['color_success', '#cc0000'],
    ['dim_font_size', '2em'],
    ['dim_font_size', '-4px'],
    ['dim_border_radius', 'calc(1px + 1px)'],
    ['font_family_body', 'Arial; color: red'],
    ['font_family_body', 'x'.repeat(400)],
    ['color_modal_backdrop', null],
    ['something_else', '#ff0000'],
  ])('%s of %j is left out, and it alone', async (name, value) => {
    const { [name as 'color_text']: _, ...rest } = EMR_STYLE
    const without = await stand(dressHost(''), { style: rest })
    const expected = tokensOf(without)
    const { card, token } = await stand(dressHost(''), { style: { ...EMR_STYLE, [name]: value } })
    expect(tokensOf({ token })).toEqual(expected)
    expect(card.dataset['theme']).toBe('light')
  })

  test('sizes beyond what can be read are brought back', async () => {
    const style = { dim_font_size: '40px', dim_border_radius: '99px' }
    const { token } = await stand(dressHost(''), { style })
    expect([token('base'), token('radius')]).toEqual(['20px', '16px'])
  })

  test('the host’s own knobs win over it, and it wins over the page', async () => {
    const css = 'body { background: #111; color: #eee; font: 18px serif } :root { --portico-accent: #7a1fa2 }'
    const { card, token } = await stand(dressHost(css), { theme: 'auto', style: EMR_STYLE })
    expect(card.dataset['theme']).toBe('light')
    expect([token('accent'), token('canvas'), token('base')]).toEqual(['#7a1fa2', '#e9eef3', '15px'])
  })
})

describe('at an address', () => {
  test('is fetched without cookies, once for all cards', async () => {
    const url = styleUrl()
    const { token } = await stand(dressHost(''), { styleUrl: url })
    expect(token('accent')).toBe('#1f5c99')
    expect((await stand(dressHost(''), { styleUrl: url })).token('accent')).toBe('#1f5c99')
    expect(asked).toEqual([{ url, credentials: 'omit' }])
  })

  test('that takes its time does not hold up the card, and is put on when it comes', async () => {
    let arrive: (answer: Response) => void = () => {}
    respond = () => new Promise((resolve) => (arrive = resolve))
    const began = performance.now()
    const { token } = await stand(dressHost(''), { styleUrl: styleUrl() })
    expect(performance.now() - began).toBeLessThan(1000)
    expect(token('accent')).toBe('#0b5a66')
    arrive(Response.json(EMR_STYLE))
    await vi.waitFor(() => expect(token('accent')).toBe('#1f5c99'))
  })

  test.each<[string, () => Response | Promise<Response>]>([
    ['nothing there', () => new Response('', { status: 404 })],
    ['no JSON', () => new Response('<html>')],
    ['a list', () => Response.json([EMR_STYLE])],
    ['null', () => Response.json(null)],
    ['too long', () => Response.json({ ...EMR_STYLE, more: 'x'.repeat(70_000) })],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('%s: the card is ours, and the address is asked again next time', async (_name, answer) => {
    respond = answer
    const url = styleUrl()
    const { token, written } = await stand(dressHost(''), { styleUrl: url })
    expect(token('accent')).toBe('#0b5a66')
    expect(written()).toEqual([])
    respond = () => Response.json(EMR_STYLE)
    expect((await stand(dressHost(''), { styleUrl: url })).token('accent')).toBe('#1f5c99')
  })
})

test('a page of ours takes on the look of the EMR that opened it, dark included', () => {
  const sheets = document.adoptedStyleSheets.length
  dressPage({ ...EMR_STYLE, color_background: '#15191d', color_text: '#e9edf0', color_highlight: '#8fc1f2' })
  const token = (name: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--_${name}`).trim()
  expect(document.documentElement.dataset['theme']).toBe('dark')
  expect([token('canvas'), token('accent'), token('base')]).toEqual(['#15191d', '#8fc1f2', '15px'])
  expect(getComputedStyle(document.body).backgroundColor).toBe('rgb(21, 25, 29)')
  expect(document.adoptedStyleSheets).toHaveLength(sheets + 1)
})

const tokensOf = ({ token }: { token: (name: string) => string }) =>
  Object.fromEntries(
    ['canvas', 'surface', 'ink', 'accent', 'bad', 'good', 'font', 'base', 'radius', 'scrim'].map((name) => [
      name,
      token(name),
    ]),
  )
