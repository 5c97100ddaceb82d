import type { Language } from '../../src/practices/schema.ts'
import { type Dictionaries, loadWords } from './load.ts'
import type { staff } from './staff.en.ts'
import type { SameIds, StaffWords } from './words.ts'

const WORDS: Dictionaries<SameIds<typeof staff>> = {
  en: async () => (await import('./staff.en.ts')).staff,
  es: async () => (await import('./staff.es.ts')).staff,
}

/** What the staff app says. */
export const loadStaffWords = (language: Language, timeZone: string): Promise<StaffWords> =>
  loadWords(WORDS, language, timeZone)
