import type { Language } from '../../src/practices/schema.ts'
import type { common } from './common.en.ts'
import { createWords, type Entry, type MessageId, type SameIds, type Words } from './words.ts'

const COMMON: Record<Language, () => Promise<SameIds<typeof common>>> = {
  en: async () => (await import('./common.en.ts')).common,
  es: async () => (await import('./common.es.ts')).common,
}

/** The words of one kind of page beside those that every page has, each in a file by language. */
export type Dictionaries<Own> = Record<Language, () => Promise<Own>>

/** The words of one language, fetched on first use. `timeZone` is the practice's (IANA). */
export async function loadWords<Id extends MessageId>(
  own: Dictionaries<Record<Id, Entry>>,
  language: Language,
  timeZone: string,
): Promise<Words<Id | keyof typeof common>> {
  const [shared, more] = await Promise.all([COMMON[language](), own[language]()])
  return createWords<Id>(language, { ...shared, ...more }, timeZone)
}
