import type { Practice } from '../practices/practice.ts'
import type { Language } from '../practices/schema.ts'
import { lettersEn } from './letters.en.ts'
import { lettersEs } from './letters.es.ts'

export type Step = { lead: string; rest: string }
/** What one kind of letter says. */
type SheetWords = {
  /** The first step on paper, and where there is nothing to scan. */
  scan: Step
  open: Step
  /** The steps after it. */
  steps: Step[]
  /** Said by a screen reader in place of the QR code. */
  qr: string
  private: string
}
/** A piece of a mail before it is laid out: a paragraph, a button, or a list of facts. */
export type MailPart =
  | string
  | { link: string; label: string }
  | { facts: { label: string; value: string }[] }
type MailWords = { subject: string; parts: MailPart[] }

/** How to reach somebody who helps; null = no number is known. */
export type Call = { phone: string; hours: string | null } | null

type FromPractice = { practiceName: string; link: string }
/** `day` is in words. */
type Invited = FromPractice & { day: string }

/** Every sentence of every letter and mail in one language. */
export type LetterWords = {
  locale: string
  title: (firstName: string) => string
  text: string
  activation: SheetWords
  /** An activation without a code. */
  classic: SheetWords
  temporary: SheetWords
  labels: { address: string; portalId: string; code: string; username: string; words: string }
  scanCaption: string
  until: (day: string) => string
  helpTitle: string
  help: (call: Call) => string
  privateTitle: string
  account: (id: string) => string
  copySubject: (practiceName: string) => string
  greeting: (firstName: string) => string
  invitation: (facts: Invited) => MailWords
  reminder: (facts: Invited & { last: boolean }) => MailWords
  temporaryMail: (facts: Invited & { username: string; words: string }) => MailWords
  welcome: (facts: FromPractice & { phone: string | null }) => MailWords
  /** At the end of a mail that asks for something. */
  notForYou: string
  mailHelp: (call: Call) => string
}

const WORDS: Record<Language, LetterWords> = { en: lettersEn, es: lettersEs }

/** What letters and mails say in a language. */
export const letterWords = (language: Language): LetterWords => WORDS[language]

/** "Tuesday, December 15, 2026" as the practice's calendar shows it. */
export const dayIn = ({ locale }: LetterWords, { timeZone }: Practice, at: number): string =>
  new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'full' }).format(at)

/** Whom to call for help with the portal. */
export const callOf = ({ helpLine, hours }: Practice, language: Language): Call =>
  helpLine === null ? null : { phone: helpLine, hours: hours?.[language] ?? null }
