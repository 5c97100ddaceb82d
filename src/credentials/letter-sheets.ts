import type { Patient } from '@medplum/fhirtypes'
import { displayName, firstName } from '../fhir/names.ts'
import { addressLines } from '../fhir/patient.ts'
import type { Practice } from '../practices/practice.ts'
import type { Language } from '../practices/schema.ts'
import { groupsOf, spacedAccountId } from './letter-groups.ts'
import { callOf, dayIn, type LetterWords, letterWords } from './letter-words.ts'
import { letterLanguage } from './letters.ts'
import type { LetterFact, LetterSheet } from './schema.ts'

type Activation = { kind: 'activation'; portalId: string; code: string | null; username?: null; words?: null }
type TemporaryPassword = {
  kind: 'temporary-password'
  username: string
  /** The password itself: five words with a space between them. */
  words: string
  portalId?: null
  code?: null
}
/** What a letter is about. `code` is null in classic mode. */
export type LetterFacts = (Activation | TemporaryPassword) & {
  practice: Practice
  patient: Patient
  accountId: string
  validUntil: number
  now: number
}

/** The letter as it is set on paper: in the patient's language, and in the practice's own where that is another one. */
export function toSheets(facts: LetterFacts): LetterSheet[] {
  const own = letterLanguage(facts.patient, facts.practice)
  return [...new Set([own, facts.practice.languages[0] ?? own])].map((language) => toSheet(facts, language))
}

/**
 * Where the letter's QR code leads: to the page that the first step is about. ID and code are in the fragment, so they
 * never reach a server log; a temporary password is in no address at all.
 */
export function letterAddress({ practice: { portalUrl }, ...facts }: LetterFacts): string {
  if (facts.kind === 'temporary-password') return `${portalUrl}sign-in`
  const secret = new URLSearchParams({ id: facts.portalId, ...(facts.code ? { code: facts.code } : {}) })
  return `${portalUrl}activate#${secret.toString()}`
}

/** The same for staff's own mail program, as plain text in the patient's language. */
export function copyText(facts: LetterFacts): { subject: string; text: string } {
  const { practice, patient } = facts
  const language = letterLanguage(patient, practice)
  const words = letterWords(language)
  const { open, steps } = wordsOf(words, facts)
  const page = `${practice.portalUrl}${facts.kind === 'activation' ? 'activate' : 'sign-in'}`
  const lines = [
    words.title(firstName(patient)),
    words.text,
    [open, ...steps].map(({ lead, rest }, index) => `${index + 1}. ${lead}${rest}`).join('\n'),
    [`${words.labels.address}: ${page}`, ...factsOf(words, facts).map(asLine)].join('\n'),
    words.until(dayIn(words, practice, facts.validUntil)),
    wordsOf(words, facts).private,
    words.mailHelp(callOf(practice, language)),
    [practice.name, ...practice.address].join('\n'),
  ]
  return { subject: words.copySubject(practice.name), text: `${lines.join('\n\n')}\n` }
}

function toSheet(facts: LetterFacts, language: Language): LetterSheet {
  const { practice, patient } = facts
  const words = letterWords(language)
  const { scan, steps, qr, private: keep } = wordsOf(words, facts)
  const date = new Intl.DateTimeFormat(words.locale, { timeZone: practice.timeZone, dateStyle: 'long' })
  return {
    language,
    from: { name: practice.name, address: practice.address, phone: practice.phone },
    to: { name: displayName(patient), address: addressLines(patient) },
    date: date.format(facts.now),
    title: words.title(firstName(patient)),
    text: words.text,
    steps: [scan, ...steps],
    facts: [
      { label: words.labels.address, value: spokenAddress(practice.portalUrl), form: 'address' },
      ...factsOf(words, facts),
    ],
    qr: { caption: words.scanCaption, label: qr },
    until: words.until(dayIn(words, practice, facts.validUntil)),
    help: { title: words.helpTitle, text: words.help(callOf(practice, language)) },
    privacy: { title: words.privateTitle, text: keep },
    account: words.account(spacedAccountId(facts.accountId)),
  }
}

function wordsOf(words: LetterWords, { kind, code }: LetterFacts) {
  if (kind === 'temporary-password') return words.temporary
  return code === null ? words.classic : words.activation
}

/** What the patient types in, without the address. */
function factsOf({ labels }: LetterWords, facts: LetterFacts): LetterFact[] {
  if (facts.kind === 'temporary-password')
    return [
      { label: labels.username, value: facts.username, form: 'username' },
      { label: labels.words, value: facts.words, form: 'words' },
    ]
  const id: LetterFact = { label: labels.portalId, value: facts.portalId, form: 'digits' }
  return facts.code === null ? [id] : [id, { label: labels.code, value: facts.code, form: 'code' }]
}

const asLine = (fact: LetterFact) => `${fact.label}: ${groupsOf(fact).join(' ')}`

/** An address as people type it: without the scheme and the last slash. */
const spokenAddress = (url: string) => url.replace(/^https?:\/\//, '').replace(/\/$/, '')
