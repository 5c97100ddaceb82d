import { parentOf } from './from-page.ts'

const SETTLE_MS = 60

/** Everybody who wants to know, with the elements whose look decides theirs. */
const watched = new Map<() => void, Element>()
let observer: MutationObserver | null = null
let timer = 0
let scheme: MediaQueryList | null = null

/**
 * Calls `changed` when the page around `host` may look different: a class, style, theme or language further out
 * changes, a style sheet comes or goes, the system turns dark. One observer serves the whole page.
 */
export function watchPage(host: Element, changed: () => void): () => void {
  watched.set(changed, host)
  look()
  return () => {
    watched.delete(changed)
    look()
  }
}

function look(): void {
  observer?.disconnect()
  scheme ??= matchMedia('(prefers-color-scheme: dark)')
  const change = watched.size > 0 ? 'addEventListener' : 'removeEventListener'
  scheme[change]('change', settle)
  // A fading page has its colours at the end; a sheet when it has arrived.
  document[change]('transitionend', ended)
  document.head[change]('load', settle, true)
  if (watched.size === 0) return
  observer ??= new MutationObserver(settle)
  const attributes = { attributeFilter: ['class', 'style', 'data-theme', 'data-bs-theme', 'lang'] }
  for (const host of watched.values())
    for (let at: Element | null = host; at; at = parentOf(at)) observer.observe(at, attributes)
  observer.observe(document.head, {
    childList: true,
    subtree: true,
    attributeFilter: ['href', 'disabled', 'media'],
  })
}

function settle(): void {
  clearTimeout(timer)
  timer = window.setTimeout(() => {
    for (const changed of watched.keys()) changed()
  }, SETTLE_MS)
}

function ended({ target }: Event): void {
  for (const host of watched.values()) if (target instanceof Element && target.contains(host)) return settle()
}
