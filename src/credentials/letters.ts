import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import { languageOf } from '../fhir/patient.ts'
import { enqueueMail, type Mail } from '../mail/outbox.ts'
import type { Practice } from '../practices/practice.ts'
import { Language } from '../practices/schema.ts'
import type { Db } from '../store/open.ts'
import { layOut } from './letter-html.ts'
import { callOf, dayIn, letterWords, type MailPart } from './letter-words.ts'

type Letter = Omit<Mail, 'to'>
type Addressee = { practice: Practice; language: Language; firstName: string }
/** `link` is the address behind the button, absolute; `validUntil` is when it ends. */
type Invited = Addressee & { link: string; validUntil: number }

/**
 * The mail with the link that opens the portal. It holds no password, no code and nothing about anybody's health: who
 * reads it needs the patient's initials and birth date as well.
 */
export function invitationMail({ practice, language, firstName, link, validUntil }: Invited): Letter {
  const words = letterWords(language)
  const day = dayIn(words, practice, validUntil)
  const { subject, parts } = words.invitation({ practiceName: practice.name, link, day })
  return toMail({ practice, language, firstName }, subject, [...parts, words.notForYou])
}

/** The same again after a while, softer; the last one says that it is the last. */
export function reminderMail(request: Invited & { last: boolean }): Letter {
  const { practice, language, firstName, link, validUntil, last } = request
  const words = letterWords(language)
  const day = dayIn(words, practice, validUntil)
  const { subject, parts } = words.reminder({ practiceName: practice.name, link, day, last })
  return toMail({ practice, language, firstName }, subject, [...parts, words.notForYou])
}

/** Username and temporary password by mail: only where the practice insists on it (`mailTemporaryPasswords`). */
export function temporaryPasswordMail(
  request: Addressee & { username: string; words: string; validUntil: number },
): Letter {
  const { practice, language, firstName, username, words: password, validUntil } = request
  const words = letterWords(language)
  const { subject, parts } = words.temporaryMail({
    practiceName: practice.name,
    link: `${practice.portalUrl}sign-in`,
    day: dayIn(words, practice, validUntil),
    username,
    words: password,
  })
  return toMail({ practice, language, firstName }, subject, [...parts, words.notForYou])
}

/** Tells that the portal was opened, so that nobody else opens it unnoticed. */
export function welcomeMail({ practice, language, firstName }: Addressee): Letter {
  const { subject, parts } = letterWords(language).welcome({
    practiceName: practice.name,
    link: practice.portalUrl,
    phone: practice.helpLine,
  })
  return toMail({ practice, language, firstName }, subject, parts)
}

/**
 * Sends the welcome mail. No secret and no health information is in it; it goes to the address that only the patient
 * reads, or nowhere.
 */
export async function sendWelcome(
  tx: Db,
  keyring: Keyring,
  practice: Practice,
  to: { accountId: string; trustedEmail: string | null; firstName: string; language: Language },
  now: number,
) {
  if (!practice.mail || !to.trustedEmail) return
  const { firstName, language } = to
  const mail: Mail = { to: to.trustedEmail, ...welcomeMail({ practice, language, firstName }) }
  const about = { kind: 'welcome' as const, dedupeKey: `welcome ${to.accountId}`, account: to.accountId }
  await enqueueMail(tx, keyring, { practiceId: practice.id, ...about, mail, runAt: now }, now)
}

/** The patient's language where the practice has it, else the practice's first. */
export function letterLanguage(patient: Patient, practice: Practice): Language {
  const wanted = Language.safeParse(languageOf(patient))
  return wanted.success && practice.languages.includes(wanted.data)
    ? wanted.data
    : (practice.languages[0] ?? 'en')
}

function toMail({ practice, language, firstName }: Addressee, subject: string, parts: MailPart[]): Letter {
  const words = letterWords(language)
  return {
    subject,
    ...layOut({
      language,
      subject,
      from: practice.name,
      parts: [words.greeting(firstName), ...parts, words.mailHelp(callOf(practice, language))],
      footer: [practice.name, ...practice.address],
    }),
  }
}
