/** What was pressed is gone: the headline says where things stand now. */
export function focusIfLost(root: ParentNode): void {
  if (document.activeElement === document.body) root.querySelector<HTMLElement>('.headline')?.focus()
}

/**
 * Remembers who has the focus as something begins, and says later whether it may go to the outcome: only when it was in
 * the card, and nobody took it elsewhere on the page meanwhile. What begins by itself moves it only when it was lost.
 */
export function watchFocus(root: ShadowRoot, isByItself = false): () => boolean {
  const held = root.activeElement
  return () => {
    if (root.activeElement) return !isByItself
    if (document.activeElement && document.activeElement !== document.body) return false
    // Safari gives a button that is clicked no focus: the press came from the card all the same.
    return held ? isGone(held) : !isByItself
  }
}

/** What the outcome says, for whoever is not led to it. */
export const outcomeIn = (root: ParentNode): string =>
  root.querySelector('[data-notice] p, .field-error')?.textContent?.trim() ?? ''

/** A question over the card keeps the focus for as long as it is open. */
const isGone = (held: Element): boolean =>
  !held.isConnected || held.getClientRects().length === 0 || held.classList.contains('question')
