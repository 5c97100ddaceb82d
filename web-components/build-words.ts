import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** A message's id where a dictionary gives it a text. */
const GIVEN = /^ {2}'([\w-]+\.[\w.-]+)':/gm
const QUOTED = /'([\w-]+\.[\w.-]+)'/g

/**
 * Ids of messages are long for who writes them; browsers download each one twice, where it is said and where it is
 * worded. Here they become a few letters. None may be a word of the service (`words.test.ts` sees to it), and none is put
 * together from parts.
 */
export function shortIds(sources: string): Plugin {
  const folder = join(sources, 'i18n')
  const ids = readdirSync(folder)
    .filter((name) => name.endsWith('.en.ts'))
    .sort()
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(GIVEN)].map(([, id]) => id))
  const short = new Map(ids.map((id, place) => [id, place.toString(36)]))
  return {
    name: 'portico:short-ids',
    enforce: 'pre',
    transform: {
      filter: { id: /web-components\/.*\.ts$/ },
      handler: (code) =>
        code.replace(QUOTED, (text, id: string) => (short.has(id) ? `'${short.get(id)}'` : text)),
    },
  }
}
