import type { Refusal, RefusalCode } from '../client.ts'
import { commonRefusal, type RefusalWords, type Said, say } from './refusals.ts'
import type { PatientId, PatientWords } from './words.ts'

const RECORDS = ['refused.records', 'refused.recordsText'] as const

const WAITS: Partial<Record<RefusalCode, Said<PatientId>>> = {
  'ehr-busy': RECORDS,
  'ehr-unavailable': RECORDS,
  'ehr-timeout': RECORDS,
  'ehr-refused': RECORDS,
  'ehr-session-ended': RECORDS,
}
const NEEDS_A_CALL: Partial<Record<RefusalCode, Said<PatientId>>> = {
  'portal-closed': ['refused.closed', 'refused.closedText'],
  'access-paused': ['refused.paused', 'refused.pausedText'],
  'ticket-ended': ['refused.letterOld', 'refused.letterOldText'],
}

/** A refusal in words for a patient: what happened, and what to do. Never more than the service told. */
export function patientRefusal(words: PatientWords, refusal: Refusal): RefusalWords {
  const said = NEEDS_A_CALL[refusal.code] ?? WAITS[refusal.code]
  if (said) return say(words, said)
  return commonRefusal(words, refusal) ?? say(words, ['refused.ours', 'refused.oursText'])
}

/** The same under a form: where trying again helps, what was typed is still there. */
export function formRefusal(words: PatientWords, refusal: Refusal): RefusalWords {
  const { title, text } = patientRefusal(words, refusal)
  if (refusal.code in NEEDS_A_CALL || refusal.code === 'too-many-tries') return { title, text }
  return { title, text: `${words.msg('refused.kept')} ${text}` }
}
