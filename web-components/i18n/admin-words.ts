import type { Language } from '../../src/practices/schema.ts'
import type { admin } from './admin.en.ts'
import { type Dictionaries, loadWords } from './load.ts'
import type { staff } from './staff.en.ts'
import type { AdminWords, SameIds } from './words.ts'

const WORDS: Dictionaries<SameIds<typeof staff & typeof admin>> = {
  en: async () => ({ ...(await import('./staff.en.ts')).staff, ...(await import('./admin.en.ts')).admin }),
  es: async () => ({ ...(await import('./staff.es.ts')).staff, ...(await import('./admin.es.ts')).admin }),
}

/** What the administrators' pages say, beside what the staff app says anyway. */
export const loadAdminWords = (language: Language, timeZone: string): Promise<AdminWords> =>
  loadWords(WORDS, language, timeZone)
