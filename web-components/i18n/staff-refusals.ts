import type { Refusal, RefusalCode } from '../client.ts'
import { anyRefusal, type RefusalWords, type Said, say } from './refusals.ts'
import type { StaffId, StaffWords } from './words.ts'

const NOT_ANSWERING = ['staffRefused.ehrDown', 'refused.slowText'] as const
const SESSION_OVER = ['staffRefused.sessionOver', 'staffRefused.sessionOverText'] as const
const NOT_OPENED = ['staffRefused.launchFailed', 'staffRefused.launchFailedText'] as const

const SAID: Partial<Record<RefusalCode, Said<StaffId>>> = {
  'ehr-unavailable': NOT_ANSWERING,
  'ehr-timeout': NOT_ANSWERING,
  'ehr-busy': NOT_ANSWERING,
  'ehr-session-ended': SESSION_OVER,
  'launch-ended': SESSION_OVER,
  'signed-out': SESSION_OVER,
  'host-signed-out': ['staffRefused.sessionOver', 'staffRefused.hostSignedOutText'],
  'no-cookie': ['staffRefused.noCookie', 'staffRefused.noCookieText'],
  'launch-failed': NOT_OPENED,
  'launch-refused': NOT_OPENED,
  'launch-cut-short': ['staffRefused.ehrDown', 'staffRefused.launchCutShortText'],
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
const STOPPED = ['staffRefused.stopped', 'staffRefused.stoppedText'] as const
const EHR_SILENT: readonly RefusalCode[] = ['ehr-unavailable', 'ehr-timeout', 'ehr-busy']

/** A refusal in words for staff: what happened, and what to do. */
export function staffRefusal(words: StaffWords, refusal: Refusal): RefusalWords {
  const said = isStopped(refusal) ? STOPPED : SAID[refusal.code]
  return said ? say(words, said) : anyRefusal(words, refusal)
}

/** The same where there is no card yet: nothing was typed that could still be here. */
export const firstRefusal = (words: StaffWords, refusal: Refusal): RefusalWords =>
  refusal.code === 'host-signed-out'
    ? say(words, ['staffRefused.sessionOver', 'staffRefused.signInAgain'])
    : cardRefusal(words, refusal, 'load')

/** An administrator stopped this person, or this host: nothing can be seen here any more. */
export const isStopped = (refusal: Refusal): boolean => refusal.text('reason') === 'stopped'

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

/** True when the same question can be asked again without anybody doing anything. */
export const mendsItself = (refusal: Refusal): boolean =>
  EHR_SILENT.includes(refusal.code) || ['offline', 'timeout', 'busy'].includes(refusal.code)

/** True when nothing more can be done in this tab: the card goes, only the words stay. */
export const endsTheTab = (refusal: Refusal): boolean =>
  ['stale-tab', 'launch-ended', 'ehr-session-ended', 'signed-out'].includes(refusal.code) ||
  ['no-cookie', 'launch-failed', 'launch-refused', 'launch-cut-short'].includes(refusal.code) ||
  isStopped(refusal)
