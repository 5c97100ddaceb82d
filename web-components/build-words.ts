import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** A message's id where a dictionary gives it a text. */
const GIVEN = /^ {2}'([\w-]+\.[\w.-]+)':/gm
/** The same with its text, to the end of its last line. */
const ENTRY = /^ {2}'([\w-]+\.[\w.-]+)':(?:.*\{\n(?: {4}.*\n)+ {2}\}|\n {4}.*|.*),\n/gm
const QUOTED = /'([\w-]+\.[\w.-]+)'/g

/** Where what only our own pages say is said. */
const PAGES =
  /^(access\/patient-banner|shell|accounts|credentials|profile|settings|people|outbox|history|playground|contract|i18n)\b/
const WORDS = /^i18n\/(load|words|refusals|staff-refusals)\.ts$/

/** A dictionary without the messages that a card in a host's page never says. */
export function withoutUnsaid(sources: string, dictionary: string): string {
  const said = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && (WORDS.test(path) || !PAGES.test(path)))
    .map((path) => readFileSync(join(sources, path), 'utf8'))
    .join('\n')
  return dictionary.replace(ENTRY, (entry, id: string) => (said.includes(`'${id}'`) ? entry : ''))
}

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
