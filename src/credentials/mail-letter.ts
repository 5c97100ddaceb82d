import type { IndexRow } from '../accounts/index-row.ts'
import { DAY_MS } from '../clock.ts'
import type { KeptMail } from '../mail/outbox.ts'
import type { Practice } from '../practices/practice.ts'
import { Language } from '../practices/schema.ts'
import { callOf, dayIn, type LetterWords, letterWords } from './letter-words.ts'
import type { LetterSheet } from './schema.ts'
import { type SlipContent, toQr } from './slip-content.ts'

/** A mail that holds nothing which ends: so long its letter is news. */
const NEWS_FOR_MS = 30 * DAY_MS

type MailOnPaper = {
  practice: Practice
  mail: KeptMail
  /** The `MailKind`. */
  kind: string
  /** What Portico keeps of the patient; null = nothing. */
  whose: IndexRow | null
  now: number
}

/** A mail that could not be sent, as the letter that is handed over in its place: its own words, and its link to scan. */
export function mailLetter(facts: MailOnPaper): SlipContent {
  const { mail, whose, now } = facts
  const link = /https?:\/\/\S+/.exec(mail.text)?.[0]
  return {
    kind: 'mail',
    firstName: whose?.firstName ?? '',
    patientName: whose?.name ?? '',
    sheets: [toSheet(facts, link !== undefined)],
    qr: link === undefined ? null : toQr(link),
    mailText: { subject: mail.subject, text: mail.text },
    validUntil: mail.until ?? now + NEWS_FOR_MS,
    mailedTo: null,
  }
}

function toSheet({ practice, mail, kind, whose, now }: MailOnPaper, hasLink: boolean): LetterSheet {
  const language = languageFor(practice, whose)
  const words = letterWords(language)
  const { qr, private: keep } = wordsOf(words, kind)
  const date = new Intl.DateTimeFormat(words.locale, { timeZone: practice.timeZone, dateStyle: 'long' })
  return {
    language,
    from: { name: practice.name, address: practice.address, phone: practice.phone },
    to: { name: whose?.name ?? '', address: [] },
    date: date.format(now),
    title: mail.subject,
    text: mail.text.trim(),
    steps: [],
    facts: [],
    qr: hasLink ? { caption: words.scanCaption, label: qr } : null,
    until: mail.until === undefined ? '' : words.until(dayIn(words, practice, mail.until)),
    help: { title: words.helpTitle, text: words.help(callOf(practice, language)) },
    privacy: { title: words.privateTitle, text: keep },
    account: null,
  }
}

/** A link opens the activation, everything else the sign-in. */
const wordsOf = (words: LetterWords, kind: string) =>
  kind === 'invitation' || kind === 'reminder' ? words.activation : words.temporary

/** The language that the mail was written in. */
function languageFor({ languages }: Practice, whose: IndexRow | null): Language {
  const wanted = Language.safeParse(whose?.language)
  return wanted.success && languages.includes(wanted.data) ? wanted.data : (languages[0] ?? 'en')
}
