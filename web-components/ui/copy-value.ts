/**
 * Puts a value on the clipboard. A page in a frame may not write there: then what is on the screen is selected and
 * copied as by hand, and where even that is not allowed it stays selected for whoever presses the keys.
 */
export async function copyValue(value: string, shown: Node): Promise<'copied' | 'selected'> {
  try {
    await navigator.clipboard.writeText(value)
    return 'copied'
  } catch {
    getSelection()?.setBaseAndExtent(shown, 0, shown, shown.childNodes.length)
    return copySelection() ? 'copied' : 'selected'
  }
}

function copySelection(): boolean {
  try {
    return document.execCommand('copy')
  } catch {
    return false
  }
}
