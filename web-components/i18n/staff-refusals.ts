import type { Refusal, RefusalCode } from '../client.ts'
import type { MessageId, Words } from './words.ts'

const NOT_ANSWERING = ['staffRefused.ehrDown', 'staffRefused.ehrDownText'] as const
const SESSION_OVER = ['staffRefused.sessionOver', 'staffRefused.sessionOverText'] as const
const NOT_OPENED = ['staffRefused.launchFailed', 'staffRefused.launchFailedText'] as const
const BUSY = ['refused.busy', 'refused.busyText'] as const

const SAID: Partial<Record<RefusalCode, readonly [title: MessageId, text: MessageId]>> = {
  offline: ['refused.offline', 'refused.offlineText'],
  timeout: ['refused.slow', 'refused.slowText'],
  busy: BUSY,
  'in-progress': BUSY,
  'ehr-unavailable': NOT_ANSWERING,
  'ehr-timeout': NOT_ANSWERING,
  'ehr-busy': NOT_ANSWERING,
  'ehr-session-ended': SESSION_OVER,
  'launch-ended': SESSION_OVER,
  'signed-out': SESSION_OVER,
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
  'not-found': ['staffRefused.notFound', 'staffRefused.notFoundText'],
}

/** A refusal in words for staff: what happened, and what to do. */
export function staffRefusal(words: Words, refusal: Refusal): { title: string; text: string } {
  const seconds = refusal.number('retryAfter')
  if (refusal.code === 'too-many-tries')
    return {
      title: words.msg('refused.tooFast'),
      text: words.msg('refused.tooFastText', { wait: words.wait(seconds ?? 30) }),
    }
  const [title, text] = SAID[refusal.code] ?? (['refused.ours', 'staffRefused.oursText'] as const)
  return { title: words.msg(title), text: words.msg(text) }
}

/** True when the same question can be asked again without anybody doing anything. */
export const mendsItself = (refusal: Refusal): boolean =>
  ['ehr-unavailable', 'ehr-timeout', 'ehr-busy', 'offline', 'timeout', 'busy'].includes(refusal.code)

/** True when nothing more can be done in this tab: the card goes, only the words stay. */
export const endsTheTab = (refusal: Refusal): boolean =>
  ['stale-tab', 'launch-ended', 'ehr-session-ended', 'signed-out'].includes(refusal.code) ||
  ['no-cookie', 'launch-failed', 'launch-refused', 'launch-cut-short'].includes(refusal.code)
