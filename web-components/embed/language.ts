import type { Language } from '../../src/practices/schema.ts'

/** The language of the page around, if the practice offers it; else the browser's, else English. */
export function languageFor(host: Node, offered: readonly Language[]): Language {
  const wanted = [langAround(host), ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase())
  const spoken = wanted.find((tag): tag is Language => offered.some((language) => language === tag))
  return spoken ?? (offered.includes('en') ? 'en' : (offered[0] ?? 'en'))
}

/** Calls `changed` whenever a `lang` around the element does, through every shadow root it is in. */
export function watchLanguage(host: Node, changed: () => void, signal: AbortSignal): void {
  const watcher = new MutationObserver(changed)
  for (const root of rootsAround(host))
    watcher.observe(root, { attributes: true, attributeFilter: ['lang'], subtree: true })
  signal.addEventListener('abort', () => watcher.disconnect(), { once: true })
}

function langAround(host: Node): string {
  for (let node: Node | null = host; node; node = parentOf(node)) {
    const lang = node instanceof Element ? node.getAttribute('lang') : null
    if (lang) return lang
  }
  return ''
}

function rootsAround(host: Node): Node[] {
  const root = host.getRootNode()
  return root instanceof ShadowRoot ? [root, ...rootsAround(root.host)] : [root]
}

const parentOf = (node: Node): Node | null => (node instanceof ShadowRoot ? node.host : node.parentNode)
