import type { Refusal, RefusalCode } from '../client.ts'
import { type RefusalWords, type Said, say } from './refusals.ts'
import { isNotEnabled, staffRefusal } from './staff-refusals.ts'
import type { StaffId, StaffWords } from './words.ts'

const NOT_OPENED = ['staffRefused.launchFailed', 'staffRefused.launchFailedText'] as const

const SAID: Partial<Record<RefusalCode, Said<StaffId>>> = {
  'no-cookie': ['staffRefused.noCookie', 'staffRefused.noCookieText'],
  'launch-failed': NOT_OPENED,
  'launch-refused': NOT_OPENED,
  'launch-cut-short': ['staffRefused.ehrDown', 'staffRefused.launchCutShortText'],
}

/** Why the staff app did not open, or went away, in words: a card in a host's page has none of these ways to fail. */
export function launchRefusal(words: StaffWords, refusal: Refusal): RefusalWords {
  const said = isNotEnabled(refusal) ? null : SAID[refusal.code]
  return said ? say(words, said) : staffRefusal(words, refusal)
}
