/** The link of our own origin that a plain click follows in this tab; null when the browser should handle it. */
export function clickedLink(event: MouseEvent): URL | null {
  if (event.defaultPrevented || event.button !== 0) return null
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null
  const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement)
  if (!link || link.target !== '' || link.origin !== location.origin) return null
  return new URL(link.href)
}
