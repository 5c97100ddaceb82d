import type { Language } from '../../src/practices/schema.ts'

const STORED_UNDER = 'portico-language'

/**
 * Which language to open in: what the reader chose before, else the first of the browser's languages that
 * the practice offers, else English.
 */
export function chooseLanguage(offered: readonly Language[]): Language {
  const wanted = [readChoice(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())]
  const spoken = wanted.find((tag): tag is Language => offered.some((language) => language === tag))
  return spoken ?? (offered.includes('en') ? 'en' : (offered[0] ?? 'en'))
}

/** Keeps the reader's own choice for the next visit; a browser that stores nothing is no reason to fail. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(STORED_UNDER, language)
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

/** Tells the browser, and whatever reads the page aloud, which language this is. */
export const showLanguage = (language: Language): void => {
  document.documentElement.lang = language
}

/** The language to offer beside the current one, if the practice has another. */
export const otherLanguage = (current: Language, offered: readonly Language[]): Language | null =>
  offered.find((language) => language !== current) ?? null

function readChoice(): string | null {
  try {
    return localStorage.getItem(STORED_UNDER)
  } catch {
    return null
  }
}
