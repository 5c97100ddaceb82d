import type { Language } from '../../src/practices/schema.ts'
import type { invite } from './invite.en.ts'
import { type Dictionaries, loadWords } from './load.ts'
import type { staff } from './staff.en.ts'
import type { InviteWords, SameIds } from './words.ts'

const WORDS: Dictionaries<SameIds<typeof staff & typeof invite>> = {
  en: async () => ({ ...(await import('./staff.en.ts')).staff, ...(await import('./invite.en.ts')).invite }),
  es: async () => ({ ...(await import('./staff.es.ts')).staff, ...(await import('./invite.es.ts')).invite }),
}

/** What the questions over the card say, beside what the staff app says anyway. */
export const loadInviteWords = (language: Language, timeZone: string): Promise<InviteWords> =>
  loadWords(WORDS, language, timeZone)
