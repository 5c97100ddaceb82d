import { html, nothing } from 'lit'
import type { AccessCard, PatientBanner } from '../../src/access/schema.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'
import { spacedAccountId } from '../ui/practice-parts.ts'

/** Until when the letter works and who made it. */
export const invitationFacts = (words: StaffWords, card: AccessCard, now: number) => {
  const { invitation } = card
  if (!invitation) return nothing
  const made = words.moment(invitation.issuedAt, now)
  const { issuedBy: by } = invitation
  return facts(words, [
    [
      invitation.state === 'expired' ? 'card.wasValidUntil' : 'card.validUntil',
      invitation.state === 'ended' ? null : words.day(invitation.validUntil),
    ],
    ['card.letter', by ? words.msg('card.madeBy', { made, by }) : words.msg('card.made', { made })],
  ])
}

/** Since when the patient is in, and under what name. */
export const accountFacts = (words: StaffWords, card: AccessCard, now: number) => {
  const { account } = card
  if (!account) return nothing
  return facts(words, [
    ['card.since', account.activeSince === null ? null : words.date(account.activeSince)],
    [
      'card.lastSignIn',
      account.lastSignInAt === null
        ? words.msg('card.never')
        : atStart(words.moment(account.lastSignInAt, now)),
    ],
    ['card.username', account.username],
    ['card.accountId', html`<span class="num nowrap">${spacedAccountId(account.accountId)}</span>`],
  ])
}

/** Whose card this is, when the EMR around us does not say it. */
export const patientBanner = (words: StaffWords, patient: PatientBanner) => {
  const born = patient.birthDate === null ? null : words.birthDate(patient.birthDate)
  const age = patient.age === null ? null : words.msg('patient.age', { count: patient.age })
  const rest = [
    born === null ? words.msg('patient.noBirthDate') : words.msg('patient.born', { date: born }),
    age,
    patient.mrn === null ? null : words.msg('patient.mrn', { mrn: patient.mrn }),
    patient.language === null ? null : words.languageName(patient.language),
  ]
  return html`<section class="banner" aria-label=${words.msg('patient.label')}>
    <p class="name">${patient.name}</p>
    <p class="soft num">${rest.filter((fact) => fact !== null).join(' · ')}</p>
  </section>`
}

/** "Walter Okafor, born March 14, 1948": whom a question is about. */
export const patientInWords = (words: StaffWords, { name, birthDate }: PatientBanner): string =>
  birthDate === null ? name : words.msg('patient.nameBorn', { name, date: words.birthDate(birthDate) })

/** "Today, 2:15 PM": a time that begins a line begins with a capital. */
const atStart = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const facts = (words: StaffWords, rows: readonly (readonly [StaffId, unknown])[]) =>
  html`<dl class="facts">
    ${rows.map(([label, value]) =>
      value === null
        ? nothing
        : html`<div>
            <dt>${words.msg(label)}</dt>
            <dd>${value}</dd>
          </div>`,
    )}
  </dl>`
