import type { Language } from '../../src/practices/schema.ts'
import type { en } from './en.ts'

/** Words that change with a number; picked by `{count}`. */
export type Plural = { one: string; other: string }
export type MessageId = keyof typeof en
export type Dictionary = { [Id in MessageId]: (typeof en)[Id] extends string ? string : Plural }
export type Values = Record<string, string | number>

/** Everything that is said in one language for one practice: messages, dates in the practice's zone, waits. */
export type Words = ReturnType<typeof createWords>

const LOCALES: Record<Language, string> = { en: 'en-US', es: 'es-US' }

export function createWords(language: Language, dictionary: Dictionary, timeZone: string) {
  const locale = LOCALES[language]
  const plurals = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)
  const format = (options: Intl.DateTimeFormatOptions, at: number) =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(at)

  const parts = (id: MessageId, values: Record<string, unknown>): string[] => {
    const entry: string | Plural = dictionary[id]
    if (typeof entry === 'string') return entry.split(/\{(\w+)\}/)
    return entry[plurals.select(Number(values['count'])) === 'one' ? 'one' : 'other'].split(/\{(\w+)\}/)
  }
  const spoken = (value: unknown) => (typeof value === 'number' ? numbers.format(value) : value)

  /** The message with `{name}`s filled in, as text. */
  const msg = (id: MessageId, values: Values = {}): string =>
    parts(id, values)
      .map((part, index) => (index % 2 === 0 ? part : spoken(values[part])))
      .join('')

  return {
    language,
    msg,
    /** The same for values that are templates (a link, a bold name): an array that Lit renders. */
    rich: (id: MessageId, values: Record<string, unknown>): unknown[] =>
      parts(id, values).map((part, index) => (index % 2 === 0 ? part : spoken(values[part]))),
    /** "Tuesday, December 15, 2026" in the practice's zone. */
    day: (at: number) => format({ dateStyle: 'full' }, at),
    /** "December 1, 2026" in the practice's zone. */
    date: (at: number) => format({ dateStyle: 'long' }, at),
    /** "today, 9:42 AM", or the date when it was another day. */
    moment: (at: number, now: number) => {
      const sameDay = format({ dateStyle: 'short' }, at) === format({ dateStyle: 'short' }, now)
      return sameDay
        ? msg('time.today', { time: format({ timeStyle: 'short' }, at) })
        : format({ dateStyle: 'long', timeStyle: 'short' }, at)
    },
    /** A FHIR date, which may lack the day or the month: "March 14, 1948", "March 1948", "1948". */
    birthDate: (date: string) => {
      const length = date.split('-').length
      if (length === 1) return date
      const options = { year: 'numeric', month: 'long', timeZone: 'UTC' } as const
      return format(length === 2 ? options : { ...options, day: 'numeric' }, Date.parse(date))
    },
    /** Hour of the day at the practice, 0 to 23. */
    hour: (at: number) => Number(format({ hour: 'numeric', hourCycle: 'h23' }, at).replace(/\D/g, '')),
    /** "30 seconds", "5 minutes", "2 hours". */
    wait: (seconds: number) => {
      if (seconds <= 90) return msg('wait.seconds', { count: Math.max(1, Math.ceil(seconds)) })
      if (seconds <= 5400) return msg('wait.minutes', { count: Math.ceil(seconds / 60) })
      return msg('wait.hours', { count: Math.ceil(seconds / 3600) })
    },
    /** A language tag in the reader's words: "Spanish"; the tag itself when nobody knows it. */
    languageName: (tag: string) => {
      try {
        return new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag
      } catch {
        return tag
      }
    },
  }
}
