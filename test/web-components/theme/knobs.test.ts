import { describe, expect, test } from 'vitest'
import { contrast, type Rgb } from '../../../web-components/theme/colour.ts'
import { needsTheme } from '../../../web-components/theme/needs-theme.ts'
import { ROLES } from '../../../web-components/theme/pairs.ts'
import { dressHost, stand } from './host.ts'

const rgb = (hex: string) =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb

describe('colours that the host sets itself', () => {
  test('none: nothing has to be fetched, and nothing is written', async () => {
    const { isNeeded, written } = await stand(dressHost('body { background: #fff }'))
    expect(isNeeded).toBe(false)
    expect(written()).toEqual([])
  })

  test.each([...ROLES])('%s alone is noticed', (role) => {
    const host = dressHost(`:root { --portico-${role}: #123456 }`)
    const plain = { theme: 'light', styleUrl: null, style: null, density: 'comfortable' }
    expect(needsTheme(host, plain)).toBeTruthy()
  })

  test('that can be read stay byte for byte; only what follows from them is written', async () => {
    const host = dressHost(':root { --portico-accent: hsl(280 70% 30%); --portico-ink: rgb(10 20 30) }')
    const { token, written } = await stand(host)
    expect([token('accent'), token('ink')]).toEqual(['hsl(280 70% 30%)', 'rgb(10 20 30)'])
    expect(written()).not.toContain('--portico-accent')
    expect(written()).not.toContain('--portico-ink')
    expect(written()).not.toContain('--portico-good')
    expect(written()).toContain('--portico-accent-soft')
  })

  test('that cannot be read are mended, on the element as on the root', async () => {
    const { token } = await stand(
      dressHost(':root { --portico-accent: #ffd400 } #host { --portico-ink-soft: #ccc }'),
    )
    expect(token('accent')).not.toBe('#ffd400')
    expect(contrast(rgb(token('accent')), [255, 255, 255])).toBeGreaterThanOrEqual(4.5)
    expect(contrast(rgb(token('ink-soft')), [255, 255, 255])).toBeGreaterThanOrEqual(4.5)
  })

  test('that are none are not used; see-through text is made whole', async () => {
    const { token } = await stand(
      dressHost(':root { --portico-accent: 12px; --portico-ink: rgb(0 0 0 / .8) }'),
    )
    expect(token('accent')).toBe('#0b5a66')
    expect(token('ink')).toBe('#333333')
  })

  test('a dark surface makes the whole card dark', async () => {
    const { card, token } = await stand(dressHost(':root { --portico-surface: #1e2429 }'))
    expect(card.dataset['theme']).toBe('dark')
    expect(contrast(rgb(token('ink')), rgb('#1e2429'))).toBeGreaterThanOrEqual(7)
  })

  test('win over the page, and its size and corners are left alone where they are set', async () => {
    const css = `body { background: #eee; font-size: 18px } a { color: #060 }
      :root { --portico-accent: #7a1fa2; --portico-base: 1.0625rem; --portico-radius: 2px }`
    const { token } = await stand(dressHost(css, '<a href="#a">One</a>'), { theme: 'auto' })
    expect([token('accent'), token('base'), token('radius')]).toEqual(['#7a1fa2', '1.0625rem', '2px'])
  })
})

describe('attributes', () => {
  test('dark is dark, whatever lies around', async () => {
    const { card, token } = await stand(dressHost('body { background: #fff }'), { theme: 'dark' })
    expect(card.dataset['theme']).toBe('dark')
    expect(token('surface')).toBe('#1a2223')
  })

  test('compact is smaller, and a button still 38 px high', async () => {
    const { card, token } = await stand(dressHost(''), { density: 'compact' })
    expect(token('base')).toBe('14px')
    const { height } = card.querySelector('button')?.getBoundingClientRect() ?? { height: 0 }
    expect(height).toBeGreaterThanOrEqual(38)
    expect(height).toBeLessThan(40)
  })

  test('a page that shrinks rem does not shrink the card', async () => {
    const { isNeeded, token } = await stand(dressHost('html { font-size: 62.5% } body { font-size: 1.5rem }'))
    expect(isNeeded).toBe(true)
    expect(token('base')).toBe('15px')
  })
})
