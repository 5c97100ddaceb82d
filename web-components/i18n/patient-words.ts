import type { Language } from '../../src/practices/schema.ts'
import { type Dictionaries, loadWords } from './load.ts'
import type { patient } from './patient.en.ts'
import type { SameIds, PatientWords } from './words.ts'

const WORDS: Dictionaries<SameIds<typeof patient>> = {
  en: async () => (await import('./patient.en.ts')).patient,
  es: async () => (await import('./patient.es.ts')).patient,
}

/** What the patient's app says. */
export const loadPatientWords = (language: Language, timeZone: string): Promise<PatientWords> =>
  loadWords(WORDS, language, timeZone)
