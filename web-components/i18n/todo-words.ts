import type { Language } from '../../src/practices/schema.ts'
import { type Dictionaries, loadWords } from './load.ts'
import type { staff } from './staff.en.ts'
import type { todo } from './todo.en.ts'
import type { SameIds, ToDoWords } from './words.ts'

const WORDS: Dictionaries<SameIds<typeof staff & typeof todo>> = {
  en: async () => ({ ...(await import('./staff.en.ts')).staff, ...(await import('./todo.en.ts')).todo }),
  es: async () => ({ ...(await import('./staff.es.ts')).staff, ...(await import('./todo.es.ts')).todo }),
}

/** What is said about changes that staff type into the EMR by hand, beside what the staff app says anyway. */
export const loadToDoWords = (language: Language, timeZone: string): Promise<ToDoWords> =>
  loadWords(WORDS, language, timeZone)
