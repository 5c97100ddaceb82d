import { html, nothing } from 'lit'
import type { AccessCard, Invitation, PatientBanner } from '../../src/access/schema.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'
import { spacedAccountId } from '../ui/practice-parts.ts'
import { mailInWords, REFUSAL_REASONS } from './card-words.ts'

/** Until when the letter or password works, who made it, and what became of its e-mail. */
export const invitationFacts = (words: StaffWords, card: AccessCard, now: number) => {
  const { invitation } = card
  if (!invitation) return nothing
  const { state, issuedBy: by, openedAt } = invitation
  const made = words.moment(invitation.issuedAt, now)
  return facts(words, [
    [
      state === 'expired' ? 'card.wasValidUntil' : 'card.validUntil',
      state === 'ended' ? null : words.day(invitation.validUntil),
    ],
    [
      invitation.kind === 'activation' ? 'card.letter' : 'card.password',
      by ? words.msg('card.madeBy', { made, by }) : words.msg('card.made', { made }),
    ],
    ['card.mail', mailFact(words, invitation, now)],
    ['card.opened', openedAt === null ? null : atStart(words.moment(openedAt, now))],
  ])
}

function mailFact(words: StaffWords, { mail, state, kind }: Invitation, now: number) {
  if (!mail || state !== 'live') return null
  const { what, todo } = mailInWords(words, mail, kind === 'temporary-password', now)
  return todo === null ? what : html`${what}<span class="todo">${todo}</span>`
}

/** Why not now, until when, and who noted it. */
export const refusedFacts = (words: StaffWords, { refused, patient }: AccessCard, now: number) => {
  if (!refused) return nothing
  return facts(words, [
    ['notNow.reason', words.msg(REFUSAL_REASONS[refused.reason], { name: patient.firstName })],
    ['notNow.askAgain', words.calendarDay(refused.askAgainOn)],
    ['notNow.noted', atStart(noted(words, refused, now))],
  ])
}

/** The same in one sentence, for the day it is about. */
export const refusedInWords = (words: StaffWords, { refused, patient }: AccessCard, now: number): string => {
  if (!refused) return ''
  const reason = words.msg(REFUSAL_REASONS[refused.reason], { name: patient.firstName })
  return words.msg('notNow.dueText', { at: noted(words, refused, now), reason })
}

const noted = (words: StaffWords, { at, by }: NonNullable<AccessCard['refused']>, now: number): string =>
  by === null ? words.moment(at, now) : words.msg('notNow.notedBy', { at: words.moment(at, now), by })

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
