import type {
  AccessCard,
  InvitationMail,
  LineId,
  ReadinessLine,
  RefusalReason,
} from '../../src/access/schema.ts'
import type { MailBar } from '../../src/credentials/schema.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'

/** What each requirement is called. */
export const LINE_TITLES: Record<LineId, StaffId> = {
  'portal-on': 'line.portalOn',
  'portal-address': 'line.portalAddress',
  allowed: 'line.allowed',
  'birth-date': 'line.birthDate',
  name: 'line.name',
  alive: 'line.alive',
  active: 'line.active',
  'not-merged': 'line.notMerged',
  age: 'line.age',
  phone: 'line.phone',
  'contact-email': 'line.contactEmail',
  'trusted-email': 'line.trustedEmail',
  'allow-email': 'line.allowEmail',
  'mail-sender': 'line.mailSender',
}

export const REFUSAL_REASONS: Record<RefusalReason, StaffId> = {
  'no-email': 'notNow.noEmail',
  declined: 'notNow.declined',
  'needs-proxy': 'notNow.needsProxy',
  other: 'notNow.other',
}

/** Why no e-mail can go out. */
export const MAIL_BARS: Record<MailBar, StaffId> = {
  'no-trusted-email': 'bar.noTrustedEmail',
  'not-allowed': 'bar.notAllowed',
  'no-server': 'bar.noServer',
  'password-not-mailed': 'bar.passwordNotMailed',
}

/** What to do about a line that is not done, by the reason that the service gives. */
const REASONS: Record<string, StaffId> = {
  deceased: 'reason.deceased',
  merged: 'reason.merged',
  inactive: 'reason.inactive',
  'under-13': 'reason.under13',
  'under-age': 'reason.underAge',
  'not-full': 'reason.notFull',
  'not-asked': 'reason.notAsked',
  withdrawn: 'reason.withdrawn',
}

/** The same when the reason is one that these words do not know yet. */
const FIXES: Record<LineId, StaffId> = {
  'portal-on': 'fix.portalOn',
  'portal-address': 'fix.portalAddress',
  allowed: 'reason.notAsked',
  'birth-date': 'fix.birthDate',
  name: 'fix.name',
  alive: 'reason.deceased',
  active: 'reason.inactive',
  'not-merged': 'reason.merged',
  age: 'reason.underAge',
  phone: 'fix.phone',
  'contact-email': 'fix.contactEmail',
  'trusted-email': 'fix.trustedEmail',
  'allow-email': 'fix.allowEmail',
  'mail-sender': 'fix.mailSender',
}

/** Lines that nothing on this card can mend, what says most first: a merged chart is inactive, too. */
const STOPPERS: readonly LineId[] = ['alive', 'not-merged', 'active', 'age']
/** Lines whose fix says it all, whatever the reason was. */
const PLAIN: readonly LineId[] = ['allow-email', 'trusted-email']

export function whyNot(words: StaffWords, line: ReadinessLine, name: string): string {
  const reason = PLAIN.includes(line.id) ? undefined : REASONS[line.reason ?? '']
  return words.msg(reason ?? FIXES[line.id], { name })
}

/** Why a stopped card is stopped, in one sentence. */
export function whyStopped(words: StaffWords, card: AccessCard): string {
  const missing = card.lines.filter((line) => line.need === 'blocks' && !line.done)
  const [line = missing[0]] = STOPPERS.flatMap((stopper) => missing.filter(({ id }) => id === stopper))
  return line ? whyNot(words, line, card.patient.firstName) : words.msg('reason.other')
}

/** "Waiting for Walter. 14 days left." */
export function waitingFor(words: StaffWords, name: string, validUntil: number, now: number): string {
  const count = words.daysUntil(validUntil, now)
  return count < 1 ? words.msg('card.waitingLastDay', { name }) : words.msg('card.waiting', { name, count })
}

const NO_SUCH_ADDRESS = ['mail.noSuchAddress', 'mail.noSuchAddressText'] as const
const TURNED_AWAY = ['mail.turnedAway', 'mail.turnedAwayText'] as const
const NOT_SENT = ['mail.notSent', 'mail.notSentText'] as const
/** Whose turn it is after a mail that did not go: the patient's address, its server, or else our own side. */
const MAIL_FAULTS: Record<string, readonly [what: StaffId, todo: StaffId]> = {
  recipient: NO_SUCH_ADDRESS,
  refused: TURNED_AWAY,
  other: TURNED_AWAY,
}

/** What became of the newest e-mail, and what to do when it did not arrive. */
export function mailInWords(words: StaffWords, mail: InvitationMail, isPassword: boolean, now: number) {
  const { to } = mail
  if (mail.state === 'waiting') return { what: words.msg('mail.waiting', { to }), todo: null }
  if (mail.state === 'sent')
    return { what: words.msg('mail.wentOut', { to, at: words.moment(mail.at, now) }), todo: null }
  const [what, todo] = MAIL_FAULTS[mail.fault ?? ''] ?? NOT_SENT
  // Nobody knows the words of a password any more: there is nothing to send again.
  return { what: words.msg(what, { to }), todo: words.msg(isPassword ? 'mail.passwordText' : todo) }
}

/** What keeps a link from being mailed, by the card's own lines; null when nothing does. */
export function mailBarOf(card: AccessCard): MailBar | null {
  const lacks = (id: LineId) => card.lines.some((line) => line.id === id && !line.done)
  if (lacks('trusted-email')) return 'no-trusted-email'
  if (lacks('allow-email')) return 'not-allowed'
  return lacks('mail-sender') ? 'no-server' : null
}
