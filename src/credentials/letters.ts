import type { Keyring } from '../crypto/keyring.ts'
import { enqueueMail, type Mail } from '../mail/outbox.ts'
import type { Practice } from '../practices/practice.ts'
import type { Db } from '../store/open.ts'
import { languageOf } from '../fhir/patient.ts'
import type { Patient } from '@medplum/fhirtypes'
import { Language } from '../practices/schema.ts'
import { welcomeEn } from './letters.en.ts'
import { welcomeEs } from './letters.es.ts'

type WelcomeFacts = {
  practiceName: string
  portalUrl: string
  phone: string | null
  firstName: string
}
export type Welcome = (facts: WelcomeFacts) => Omit<Mail, 'to'>

const WELCOME: Record<Language, Welcome> = { en: welcomeEn, es: welcomeEs }

/**
 * Tells the patient that the portal was opened, so that nobody else opens it unnoticed. No secret and no health
 * information is in the mail; it goes to the address that only the patient reads, or nowhere.
 */
export async function sendWelcome(
  tx: Db,
  keyring: Keyring,
  practice: Practice,
  to: { accountId: string; trustedEmail: string | null; firstName: string; language: Language },
  now: number,
) {
  if (!practice.mail || !to.trustedEmail) return
  const { name: practiceName, portalUrl, phone } = practice
  const mail: Mail = {
    to: to.trustedEmail,
    ...WELCOME[to.language]({ practiceName, portalUrl, phone, firstName: to.firstName }),
  }
  await enqueueMail(
    tx,
    keyring,
    { practiceId: practice.id, dedupeKey: `welcome ${to.accountId}`, mail, runAt: now },
    now,
  )
}

/** The patient's language where the practice has it, else the practice's first. */
export function letterLanguage(patient: Patient, practice: Practice): Language {
  const wanted = Language.safeParse(languageOf(patient))
  return wanted.success && practice.languages.includes(wanted.data)
    ? wanted.data
    : (practice.languages[0] ?? 'en')
}
