import type { Language } from '../../src/practices/schema.ts'
import { createDates, languageName } from './dates.ts'
import type { en } from './en.ts'

/** Words that change with a number; picked by `{count}`. */
type Plural = { one: string; other: string }
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
  const dates = createDates(locale, timeZone)
  const spoken = (value: unknown) => (typeof value === 'number' ? numbers.format(value) : value)

  const fill = (id: MessageId, values: Record<string, unknown>): unknown[] => {
    const entry: string | Plural = dictionary[id]
    const isOne = typeof entry !== 'string' && plurals.select(Number(values['count'])) === 'one'
    const text = typeof entry === 'string' ? entry : isOne ? entry.one : entry.other
    return text.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : spoken(values[part])))
  }
  /** The message with `{name}`s filled in, as text. */
  const msg = (id: MessageId, values: Values = {}): string => fill(id, values).join('')

  return {
    ...dates,
    language,
    msg,
    /** The same for values that are templates (a link, a bold name): an array that Lit renders. */
    rich: fill,
    /** "today, 9:42 AM", or the date when it was another day. */
    moment: (at: number, now: number) =>
      dates.isSameDay(at, now) ? msg('time.today', { time: dates.time(at) }) : dates.dateAndTime(at),
    /** "30 seconds", "5 minutes", "2 hours". */
    wait: (seconds: number) => {
      if (seconds <= 90) return msg('wait.seconds', { count: Math.max(1, Math.ceil(seconds)) })
      if (seconds <= 5400) return msg('wait.minutes', { count: Math.ceil(seconds / 60) })
      return msg('wait.hours', { count: Math.ceil(seconds / 3600) })
    },
    languageName: (tag: string) => languageName(locale, tag),
  }
}
