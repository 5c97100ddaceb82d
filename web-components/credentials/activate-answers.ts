import type { Refusal } from '../client.ts'
import { formRefusal } from '../i18n/patient-refusals.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import type { Faults, Step } from './activate-state.ts'

/** A wait longer than this is no haste: the letter itself has stopped for the day. */
const LETTER_STOPPED_SECONDS = 3600
const HEADINGS: Record<Step, PatientId> = {
  1: 'activate.letterTitle',
  2: 'activate.personTitle',
  3: 'activate.keyTitle',
}

export const activateHeading = (step: Step, refusal: Refusal | null): PatientId =>
  refusal?.code === 'no-match' ? 'activate.noMatchTitle' : HEADINGS[step]

/** A refusal of the whole step. `hasTicket`: letter and person were right already, only time ran out. */
export function activateNotice(words: PatientWords, refusal: Refusal, hasTicket: boolean) {
  const said = (mood: 'bad' | 'warn', title: PatientId, text: PatientId) =>
    notice({ mood, title: words.msg(title), text: words.msg(text) })
  const { code } = refusal
  if (code === 'no-match') return said('bad', 'activate.noMatch', 'activate.noMatchText')
  if (code === 'too-many-tries' && (refusal.number('retryAfter') ?? Infinity) > LETTER_STOPPED_SECONDS)
    return said('bad', 'activate.stopped', 'activate.stoppedText')
  if (code === 'ticket-ended' && hasTicket) return said('warn', 'activate.waited', 'activate.waitedText')
  return notice({ mood: 'bad', ...formRefusal(words, refusal) })
}

/** A refusal that one field can mend, said at that field; null for any other. */
export function fieldRefusal(words: PatientWords, refusal: Refusal): Faults | null {
  if (refusal.code === 'username-taken') return { username: words.msg('activate.usernameTaken') }
  if (refusal.names('/username')) return { username: words.msg('activate.usernameForm') }
  if (refusal.code !== 'weak-password') return null
  const reason = refusal.text('reason')
  if (reason === 'short')
    return { password: words.msg('activate.moreToGo', { count: refusal.number('missing') ?? 1 }) }
  return {
    password: words.msg(reason === 'context' ? 'activate.passwordContext' : 'activate.passwordCommon'),
  }
}
