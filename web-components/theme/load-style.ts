const WAIT_MS = 3000
const MOST_BYTES = 65_536
/** By address: an EMR that changes its look changes the address. */
const kept = new Map<string, Promise<Style | null>>()

export type Style = Readonly<Record<string, unknown>>

/**
 * Fetches an EMR's style document once, without anybody's cookies; null for whatever is no such document.
 * @see SMART App Launch 2.2 §smart_style_url
 */
export function loadStyle(url: string): Promise<Style | null> {
  const known = kept.get(url)
  if (known) return known
  const asked = fetchStyle(url).catch(() => null)
  kept.set(url, asked)
  void asked.then((style) => style ?? kept.delete(url))
  return asked
}

async function fetchStyle(url: string): Promise<Style | null> {
  const response = await fetch(url, { credentials: 'omit', signal: AbortSignal.timeout(WAIT_MS) })
  if (!response.ok || !response.body) return null
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value
    if (text.length > MOST_BYTES) {
      void reader.cancel()
      return null
    }
  }
  const style: unknown = JSON.parse(text)
  return typeof style === 'object' && !Array.isArray(style) ? (style as Style | null) : null
}
