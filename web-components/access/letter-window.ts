/**
 * Opens the letter's window on the click itself: a browser blocks one that opens after an answer has come. Null where
 * it blocks this one too.
 */
export function openLetterWindow(message: string): Window | null {
  const letter = window.open('', '_blank')
  if (letter) letter.document.title = message
  return letter
}

/** Shows the slip in the window that waits for it; false when that window is not there any more. */
export function showSlip(letter: Window | null, slipUrl: string): boolean {
  if (!letter || letter.closed) return false
  letter.opener = null
  letter.location.replace(slipUrl)
  return true
}

/** Shows the slip in a window of its own, on the click that asks for it. */
export function openLetter(slipUrl: string): void {
  window.open(slipUrl, '_blank', 'noopener')
}
