/** How long a state may take to come up in a browser that has to fetch its files first. */
const PATIENCE_MS = 20_000
const LOOK_EVERY_MS = 20

/** Waits for what a selector finds, also inside elements; the outermost first. */
export async function find(selector: string): Promise<HTMLElement> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    const found = search(document, selector)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  throw new Error(`Nothing on the page is ${selector}`)
}

export const press = async (selector: string): Promise<void> => (await find(selector)).click()

/** Types as a person does: the field hears of it and is left again. */
export async function type(selector: string, text: string): Promise<void> {
  const field = (await find(selector)) as HTMLInputElement
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))
  field.dispatchEvent(new Event('change', { bubbles: true }))
  field.dispatchEvent(new FocusEvent('blur'))
}

function search(root: ParentNode, selector: string): HTMLElement | null {
  const here = root.querySelector<HTMLElement>(selector)
  if (here) return here
  for (const { shadowRoot } of root.querySelectorAll('*')) {
    const inside = shadowRoot && search(shadowRoot, selector)
    if (inside) return inside
  }
  return null
}
