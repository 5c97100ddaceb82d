import type { Language } from '../../src/practices/schema.ts'
import { type Dictionaries, loadWords } from './load.ts'
import type { slip } from './slip.en.ts'
import type { SameIds, SlipWords } from './words.ts'

const WORDS: Dictionaries<SameIds<typeof slip>> = {
  en: async () => (await import('./slip.en.ts')).slip,
  es: async () => (await import('./slip.es.ts')).slip,
}

/** What the slip says around the letter and on it. */
export const loadSlipWords = (language: Language, timeZone: string): Promise<SlipWords> =>
  loadWords(WORDS, language, timeZone)
