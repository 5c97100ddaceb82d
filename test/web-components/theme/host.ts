import { afterEach } from 'vitest'
import { applyTheme, type ThemeOptions } from '../../../web-components/theme/index.ts'
import { needsTheme } from '../../../web-components/theme/needs-theme.ts'
import base from '../../../web-components/ui/base.css?inline'
import button from '../../../web-components/ui/button.css?inline'
import tokens from '../../../web-components/ui/tokens.css?inline'
import card from '../../../web-components/ui/card.css?inline'

const ended: (() => void)[] = []
const pageSheet = new CSSStyleSheet()

afterEach(() => {
  for (const end of ended.splice(0)) end()
  document.body.replaceChildren()
  document.adoptedStyleSheets = []
  document.documentElement.removeAttribute('class')
})

/** Gives the page that a card will stand in its own CSS. */
export function dressHost(css: string, markup = ''): HTMLElement {
  pageSheet.replaceSync(css)
  document.adoptedStyleSheets = [pageSheet]
  document.body.innerHTML = `${markup}<div class="chart"><div id="host"></div></div>`
  return document.querySelector<HTMLElement>('#host') as HTMLElement
}

const sheetOf = (text: string) => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return sheet
}

export type Stand = {
  card: HTMLElement
  root: ShadowRoot
  isNeeded: boolean
  stop: () => void
  /** A resolved token, e.g. `ink`, as CSS computes it. */
  token: (name: string) => string
  /** What our own sheet sets on the card. */
  written: () => string[]
}

const PLAIN: ThemeOptions = { theme: 'light', styleUrl: null, style: null, density: 'comfortable' }

/** Puts a card into the page as the public element does. */
export async function stand(host: HTMLElement, wish: Partial<ThemeOptions> = {}): Promise<Stand> {
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [tokens, base, button, card].map(sheetOf)
  const inner = document.createElement('section')
  inner.className = 'card'
  const pressed = document.createElement('button')
  pressed.className = 'button primary'
  pressed.textContent = 'Create credentials'
  inner.append(pressed)
  root.append(inner)
  const options = { ...PLAIN, ...wish }
  const isNeeded = Boolean(needsTheme(host, options))
  const stop = await applyTheme(inner, host, root, options)
  ended.push(stop)
  const sheet = root.adoptedStyleSheets.at(-1) as CSSStyleSheet
  return {
    card: inner,
    root,
    isNeeded,
    stop,
    token: (name) => getComputedStyle(inner).getPropertyValue(`--_${name}`).trim(),
    written: () => [...(sheet.cssRules[0] as CSSStyleRule).style].toSorted(),
  }
}
