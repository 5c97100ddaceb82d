import type { AccessCard, LineId, ReadinessLine } from '../../src/access/schema.ts'
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
  'mail-sender': 'line.mailSender',
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
  'mail-sender': 'fix.mailSender',
}

/** Lines that nothing on this card can mend; the first one explains a card that is stopped. */
const STOPPERS: readonly LineId[] = ['alive', 'not-merged', 'active', 'age']

export const whyNot = (words: StaffWords, line: ReadinessLine, name: string): string =>
  words.msg(REASONS[line.reason ?? ''] ?? FIXES[line.id], { name })

/** Why a stopped card is stopped, in one sentence. */
export function whyStopped(words: StaffWords, card: AccessCard): string {
  const missing = card.lines.filter((line) => line.need === 'blocks' && !line.done)
  const line = missing.find(({ id }) => STOPPERS.includes(id)) ?? missing[0]
  return line ? whyNot(words, line, card.patient.firstName) : words.msg('reason.other')
}

/** "Waiting for Walter. 14 days left." */
export function waitingFor(words: StaffWords, name: string, validUntil: number, now: number): string {
  const count = words.daysUntil(validUntil, now)
  return count < 1 ? words.msg('card.waitingLastDay', { name }) : words.msg('card.waiting', { name, count })
}
