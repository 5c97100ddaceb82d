import type { Language } from '../../src/practices/schema.ts'
import type { admin } from './admin.en.ts'
import type { common } from './common.en.ts'
import { createDates, languageName } from './dates.ts'
import type { embed } from './embed.en.ts'
import type { invite } from './invite.en.ts'
import type { patient } from './patient.en.ts'
import type { slip } from './slip.en.ts'
import type { staff } from './staff.en.ts'
import type { todo } from './todo.en.ts'

/** A message; one with two texts changes with a number, picked by `{count}`. */
export type Entry = string | { one: string; other: string }
/** What another language must say: the same ids, a number where English has one. */
export type SameIds<English> = {
  [Id in keyof English]: English[Id] extends string ? string : Exclude<Entry, string>
}
type CommonId = keyof typeof common
export type PatientId = CommonId | keyof typeof patient
export type StaffId = CommonId | keyof typeof staff
/** A question over the access card says what it says and what the card does. */
export type InviteId = StaffId | keyof typeof invite
/** An administrators' page says what it says and what the staff app around it does. */
export type AdminId = StaffId | keyof typeof admin
/** What staff type into the EMR by hand: on the card, and on a page of its own. */
export type ToDoId = StaffId | keyof typeof todo
/** Why there is no card in an EMR's own page. */
export type EmbedId = CommonId | keyof typeof embed
export type SlipId = CommonId | keyof typeof slip
export type MessageId = PatientId | StaffId | AdminId | InviteId | ToDoId | EmbedId | SlipId
type Values = Record<string, string | number>

/**
 * Everything that is said in one language for one practice: messages, dates in the practice's zone, waits. `Id` is what
 * the page has loaded, so that nothing can say what it has no word for.
 */
export type Words<Id extends MessageId = CommonId> = ReturnType<typeof createDates> & {
  language: Language
  /** The practice's (IANA): what its days and times are counted in. */
  timeZone: string
  /** The message with `{name}`s filled in, as text. */
  msg: (id: Id, values?: Values) => string
  /** The same for values that are templates (a link, a bold name): an array that Lit renders. */
  rich: (id: Id, values: Record<string, unknown>) => unknown[]
  /** "today, 9:42 AM", or the date when it was another day. */
  moment: (at: number, now: number) => string
  /** A FHIR date, which may lack the day or the month: "March 14, 1948", "March 1948", "1948". */
  birthDate: (date: string) => string
  /** "30 seconds", "5 minutes", "2 hours". */
  wait: (seconds: number) => string
  languageName: (tag: string) => string
}
export type PatientWords = Words<PatientId>
export type StaffWords = Words<StaffId>
export type InviteWords = Words<InviteId>
export type AdminWords = Words<AdminId>
export type ToDoWords = Words<ToDoId>
export type EmbedWords = Words<EmbedId>
export type SlipWords = Words<SlipId>

const LOCALES: Record<Language, string> = { en: 'en-US', es: 'es-US' }

/** @param dictionary with the words that every page has. */
export function createWords<Id extends MessageId>(
  language: Language,
  dictionary: Record<Id | CommonId, Entry>,
  timeZone: string,
): Words<Id | CommonId> {
  const locale = LOCALES[language]
  const dates = createDates(locale, timeZone)
  const rich = createFill(locale, dictionary)
  const msg = (id: Id | CommonId, values: Values = {}) => rich(id, values).join('')
  return {
    ...dates,
    language,
    timeZone,
    msg,
    rich,
    moment: (at, now) =>
      dates.isSameDay(at, now) ? msg('time.today', { time: dates.time(at) }) : dates.dateAndTime(at),
    // Every card says this one at once, and the first use of `Intl` takes longer than all else on a slow computer.
    birthDate: (date) => {
      const [year = '', month, day] = date.split('-')
      if (!month) return year
      const name = msg('time.months').split(' ')[Number(month) - 1] ?? ''
      if (!day) return msg('time.monthOfYear', { month: name, year })
      return msg('time.date', { month: name, day: Number(day), year })
    },
    wait: (seconds) => {
      if (seconds <= 90) return msg('wait.seconds', { count: Math.max(1, Math.ceil(seconds)) })
      if (seconds <= 5400) return msg('wait.minutes', { count: Math.ceil(seconds / 60) })
      return msg('wait.hours', { count: Math.ceil(seconds / 3600) })
    },
    languageName: (tag) => languageName(locale, tag),
  }
}

function createFill<Id extends string>(locale: string, dictionary: Record<Id, Entry>) {
  const spoken = (value: unknown) => (typeof value === 'number' ? numberIn(locale, value) : value)
  return (id: Id, values: Record<string, unknown>): unknown[] => {
    const entry: Entry = dictionary[id]
    // One is the only number with a text of its own in English and in Spanish.
    const text = typeof entry === 'string' ? entry : Number(values['count']) === 1 ? entry.one : entry.other
    return text.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : spoken(values[part])))
  }
}

/** Whatever is grouped or rounded is for `Intl`; to load that for a small count would hold up the first words. */
const numberIn = (locale: string, value: number) =>
  value >= 0 && value < 1000 && Number.isInteger(value) ? `${value}` : value.toLocaleString(locale)
