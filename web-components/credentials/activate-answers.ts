import type { Refusal } from '../client.ts'
import { formRefusal } from '../i18n/patient-refusals.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import type { Step, Way } from './activate-state.ts'

/** A wait longer than this is no haste: the letter itself has stopped for the day. */
const STOPPED_SECONDS = 3600

/** What the service said about a whole step. */
export type Answered =
  /** The set-up page waited too long; letter or link still work. */
  | { kind: 'waited' }
  /** Letter or link are too old or used up, or stopped after too many tries: a person must help. */
  | { kind: 'ended' | 'stopped' }
  | { kind: 'no-match' }
  | { kind: 'other'; refusal: Refusal }

/** @param hadTicket letter and person were right already, so that only time ran out. */
export function toAnswered(refusal: Refusal, hadTicket: boolean): Answered {
  const { code } = refusal
  if (code === 'no-match') return { kind: 'no-match' }
  if (code === 'ticket-ended') return { kind: hadTicket ? 'waited' : 'ended' }
  // A mail program cut the link in two.
  if (refusal.names('/link')) return { kind: 'ended' }
  const isStopped = code === 'too-many-tries' && (refusal.number('retryAfter') ?? Infinity) > STOPPED_SECONDS
  return isStopped ? { kind: 'stopped' } : { kind: 'other', refusal }
}

/** True when trying again cannot help: the way on is a phone call. */
export const needsCall = (answered: Answered | null) =>
  answered?.kind === 'ended' || answered?.kind === 'stopped'

const HEADINGS: Record<Way, Record<Step, PatientId>> = {
  letter: {
    letter: 'activate.letterTitle',
    person: 'activate.personTitle',
    key: 'activate.keyTitle',
  },
  link: { letter: 'activate.letterTitle', person: 'activate.linkTitle', key: 'activate.keyTitle' },
}

export const activateHeading = (way: Way, step: Step, answered: Answered | null): PatientId =>
  answered?.kind === 'no-match' ? 'activate.noMatchTitle' : HEADINGS[way][step]

type Said = readonly [mood: 'bad' | 'warn', title: PatientId, text: PatientId]

const SAYS: Record<Way, Record<Exclude<Answered['kind'], 'other'>, Said>> = {
  letter: {
    waited: ['warn', 'activate.waited', 'activate.waitedText'],
    ended: ['bad', 'refused.letterOld', 'refused.letterOldText'],
    stopped: ['bad', 'activate.stopped', 'activate.stoppedText'],
    'no-match': ['bad', 'activate.noMatch', 'activate.noMatchText'],
  },
  link: {
    waited: ['warn', 'activate.waited', 'activate.linkWaitedText'],
    ended: ['bad', 'activate.linkOld', 'activate.linkOldText'],
    stopped: ['bad', 'activate.linkStopped', 'activate.stoppedText'],
    'no-match': ['bad', 'activate.linkNoMatch', 'activate.linkNoMatchText'],
  },
}

/** A refusal of the whole step, in the words of what the patient holds. */
export function activateNotice(words: PatientWords, way: Way, answered: Answered) {
  if (answered.kind === 'other') return notice({ mood: 'bad', ...formRefusal(words, answered.refusal) })
  const [mood, title, text] = SAYS[way][answered.kind]
  return notice({ mood, title: words.msg(title), text: words.msg(text) })
}
