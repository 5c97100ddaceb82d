import type { Refusal, RefusalCode } from '../client.ts'
import type { MessageId, Words } from './words.ts'

const BUSY = ['refused.busy', 'refused.busyText'] as const
const RECORDS = ['refused.records', 'refused.recordsText'] as const

const SAID: Partial<Record<RefusalCode, readonly [title: MessageId, text: MessageId]>> = {
  offline: ['refused.offline', 'refused.offlineText'],
  timeout: ['refused.slow', 'refused.slowText'],
  busy: BUSY,
  'in-progress': BUSY,
  'ehr-busy': RECORDS,
  'ehr-unavailable': RECORDS,
  'ehr-timeout': RECORDS,
  'ehr-refused': RECORDS,
  'ehr-session-ended': RECORDS,
  'portal-closed': ['refused.closed', 'refused.closedText'],
  'access-paused': ['refused.paused', 'refused.pausedText'],
  'ticket-ended': ['refused.letterOld', 'refused.letterOldText'],
}

/** A refusal in words for a patient: what happened, and what to do. Never more than the service told. */
export function patientRefusal(words: Words, refusal: Refusal): { title: string; text: string } {
  if (refusal.code === 'too-many-tries') {
    const wait = words.wait(refusal.number('retryAfter') ?? 60)
    return { title: words.msg('refused.tooFast'), text: words.msg('refused.tooFastText', { wait }) }
  }
  const [title, text] = SAID[refusal.code] ?? (['refused.ours', 'refused.oursText'] as const)
  return { title: words.msg(title), text: words.msg(text) }
}
