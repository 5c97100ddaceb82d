import type { Language } from '../../src/practices/schema.ts'
import type { embed } from './embed.en.ts'
import { type Dictionaries, loadWords } from './load.ts'
import type { EmbedWords, SameIds } from './words.ts'

const WORDS: Dictionaries<SameIds<typeof embed>> = {
  en: async () => (await import('./embed.en.ts')).embed,
  es: async () => (await import('./embed.es.ts')).embed,
}

/** What is said in an EMR's own page instead of a card. */
export const loadEmbedWords = (language: Language, timeZone: string): Promise<EmbedWords> =>
  loadWords(WORDS, language, timeZone)
