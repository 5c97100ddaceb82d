import type { Refusal, RefusalCode } from '../client.ts'
import { EHR_SILENT, isStopped, mendsItself } from './refusal-kinds.ts'
import { anyRefusal, type RefusalWords, type Said, say } from './refusals.ts'
import type { StaffId, StaffWords } from './words.ts'

const NOT_ANSWERING = ['staffRefused.ehrDown', 'refused.slowText'] as const
const SESSION_OVER = ['staffRefused.sessionOver', 'staffRefused.sessionOverText'] as const

const SAID: Partial<Record<RefusalCode, Said<StaffId>>> = {
  'ehr-unavailable': NOT_ANSWERING,
  'ehr-timeout': NOT_ANSWERING,
  'ehr-busy': NOT_ANSWERING,
  'ehr-session-ended': SESSION_OVER,
  'launch-ended': SESSION_OVER,
  'signed-out': SESSION_OVER,
  'host-signed-out': ['staffRefused.sessionOver', 'staffRefused.hostSignedOutText'],
  'stale-tab': ['staffRefused.staleTab', 'staffRefused.staleTabText'],
  'not-permitted': ['staffRefused.notPermitted', 'staffRefused.notPermittedText'],
  'ehr-refused': ['staffRefused.ehrRefused', 'staffRefused.ehrRefusedText'],
  'ehr-rejected': ['staffRefused.ehrRejected', 'staffRefused.ehrRejectedText'],
  conflict: ['staffRefused.conflict', 'staffRefused.conflictText'],
  'not-eligible': ['staffRefused.notEligible', 'staffRefused.notEligibleText'],
  'already-active': ['staffRefused.alreadyActive', 'staffRefused.alreadyActiveText'],
  'ticket-ended': ['staffRefused.letterEnded', 'staffRefused.letterEndedText'],
  'not-found': ['staffRefused.notFound', 'staffRefused.notFoundText'],
}
const NOT_ENABLED = ['staffRefused.notEnabled', 'staffRefused.notEnabledText'] as const
const STOPPED = ['staffRefused.stopped', 'staffRefused.stoppedText'] as const

/** A refusal in words for staff: what happened, and what to do. */
export function staffRefusal(words: StaffWords, refusal: Refusal): RefusalWords {
  const said = isStopped(refusal) ? STOPPED : isNotEnabled(refusal) ? NOT_ENABLED : SAID[refusal.code]
  return said ? say(words, said) : anyRefusal(words, refusal)
}

/** An administrator of the EMR has yet to let Portico in. */
export const isNotEnabled = (refusal: Refusal): boolean =>
  refusal.code === 'launch-failed' && refusal.text('reason') === 'client-not-enabled'

/** The same where there is no card yet: nothing was typed that could still be here. */
export const firstRefusal = (words: StaffWords, refusal: Refusal): RefusalWords =>
  refusal.code === 'host-signed-out'
    ? say(words, ['staffRefused.sessionOver', 'staffRefused.signInAgain'])
    : cardRefusal(words, refusal, 'load')

/** The same on the card, which asks again by itself where that can help and keeps the switch as it was set. */
export function cardRefusal(words: StaffWords, refusal: Refusal, doing: 'load' | 'save'): RefusalWords {
  const said = staffRefusal(words, refusal)
  if (!mendsItself(refusal)) return said
  const waits = words.msg('staffRefused.waits')
  return { ...said, text: doing === 'save' ? `${words.msg('staffRefused.kept')} ${waits}` : waits }
}

/** The same for what is never asked twice by itself: nothing is made unless `button` is pressed again. */
export function pressRefusal(words: StaffWords, refusal: Refusal, button: string): RefusalWords {
  const said = staffRefusal(words, refusal)
  if (refusal.code === 'offline') return { ...said, text: words.msg('staffRefused.offlinePress', { button }) }
  if (refusal.code === 'too-many-tries' || (refusal.code in SAID && !mendsItself(refusal))) return said
  const press = words.msg('staffRefused.pressAgain', { button })
  const isKnown = EHR_SILENT.includes(refusal.code)
  return { ...said, text: isKnown ? `${words.msg('staffRefused.nothingMade')} ${press}` : press }
}
