import { MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import type { Practice } from '../practices/practice.ts'
import { originsOf } from './launch-hints.ts'
import { LaunchStyle } from './schema.ts'

/** Reads how the EMR of a launch looks; null where it does not say, or says it in a way that we cannot use. */
type StyleReader = (practice: Practice, styleUrl: string | null) => Promise<LaunchStyle | null>

const TIMEOUT_MS = 2 * SECOND_MS
const MOST_BYTES = 64 * 1024
/** An address that gave nothing is let alone for so long. */
const COOL_DOWN_MS = MINUTE_MS
const MOST_KEPT = 200

/**
 * One reader for the whole service. A document is kept by its address, as the standard has it; only addresses of the
 * practice's own EMR are ever asked.
 *
 * @see SMART App Launch 2.2 §smart_style_url
 */
export function createStyleReader({
  fetch,
  now,
}: {
  fetch: typeof globalThis.fetch
  now: Clock
}): StyleReader {
  const kept = new Map<string, { style: Promise<LaunchStyle | null>; until: number }>()
  return async (practice, styleUrl) => {
    if (styleUrl === null || !isOfEmr(practice, styleUrl)) return null
    const known = kept.get(styleUrl)
    if (known && now() < known.until) return known.style
    const entry = { style: fetchStyle(styleUrl, fetch), until: Number.POSITIVE_INFINITY }
    kept.delete(styleUrl)
    kept.set(styleUrl, entry)
    const [oldest = ''] = kept.keys()
    if (kept.size > MOST_KEPT) kept.delete(oldest)
    const style = await entry.style
    if (style === null) entry.until = now() + COOL_DOWN_MS
    return style
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** The token answer names the address: without this it could have us ask anything inside our network. */
function isOfEmr(practice: Practice, styleUrl: string): boolean {
  if (!URL.canParse(styleUrl)) return false
  const { origin, protocol, hostname, username } = new URL(styleUrl)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname))
  return isSafe && username === '' && originsOf(practice).includes(origin)
}

async function fetchStyle(url: string, fetch: typeof globalThis.fetch): Promise<LaunchStyle | null> {
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) return null
    const style = LaunchStyle.parse(JSON.parse(await readText(answer)))
    return Object.values(style).some((value) => value !== undefined) ? style : null
  } catch {
    // However it looks, work goes on in our own colours.
    return null
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
