/** Long enough for any browser to begin a download that was asked for. */
const DOWNLOAD_MS = 30_000
/** A picture that takes longer is printed without. */
const PICTURE_MS = 2000

let paper: CSSStyleSheet | undefined

/** Saves a PDF that is held as base64 in memory; nothing is asked from the service again. */
export function savePdf(base64: string, name: string): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_MS)
}

/**
 * Sets the margins of the paper. A page's margins belong to the document: browsers look for them in no shadow root.
 * @see the look of the letter: 18 mm top, 20 mm sides, 11 mm bottom
 */
export function setPaper(): void {
  if (paper) return
  paper = new CSSStyleSheet()
  paper.replaceSync('@page { size: auto; margin: 18mm 20mm 11mm; }')
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, paper]
}

/** Waits for the practice's picture, which paper should show; one that does not come holds nothing up for long. */
export async function picturesOf(root: ParentNode): Promise<void> {
  const pictures = [...root.querySelectorAll('img')].map((picture) => picture.decode())
  const late = new Promise((resolve) => setTimeout(resolve, PICTURE_MS))
  await Promise.race([Promise.allSettled(pictures), late])
}

/** Opens the browser's print dialog; false where it has none to open, or kept it closed. */
export function printPage(): boolean {
  let begun = false
  const begin = () => {
    begun = true
  }
  window.addEventListener('beforeprint', begin, { once: true })
  try {
    window.print()
  } catch {
    return false
  } finally {
    window.removeEventListener('beforeprint', begin)
  }
  return begun
}

/** Puts text where it can be pasted from; false where the browser does not let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
