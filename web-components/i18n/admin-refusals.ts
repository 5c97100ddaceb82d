import type { Refusal, RefusalCode } from '../client.ts'
import { endsTheTab, isStopped, mendsItself } from './refusal-kinds.ts'
import { type RefusalWords, type Said, say } from './refusals.ts'
import { staffRefusal } from './staff-refusals.ts'
import type { AdminId, AdminWords } from './words.ts'

const GONE = ['admin.gone', 'admin.goneText'] as const

/** How one page says what another says otherwise. */
export type OwnWords = Partial<Record<RefusalCode, Said<AdminId>>>

const SAID: OwnWords = {
  'not-permitted': ['admin.notPermitted', 'admin.notPermittedText'],
  'not-found': GONE,
  'ticket-ended': GONE,
  conflict: GONE,
  'locked-by-file': ['settings.nowLocked', 'settings.nowLockedText'],
  'last-administrator': ['people.lastAdministrator', 'people.lastAdministratorText'],
}

/**
 * A refusal in words for who looks after the portal: what happened, and what to do.
 * @param own how this page says what another page says otherwise
 */
export function adminRefusal(words: AdminWords, refusal: Refusal, own: OwnWords = {}): RefusalWords {
  const said = own[refusal.code] ?? SAID[refusal.code]
  return said && !isStopped(refusal) ? say(words, said) : staffRefusal(words, refusal)
}

/** The same over something typed, which stays: pressing the same button again is the way on. */
export function typedRefusal(
  words: AdminWords,
  refusal: Refusal,
  button: string,
  own: OwnWords = {},
): RefusalWords {
  const said = adminRefusal(words, refusal, own)
  const { code } = refusal
  if (code in own || code in SAID || endsTheTab(refusal) || code === 'too-many-tries') return said
  const press = code === 'offline' ? 'staffRefused.offlinePress' : 'staffRefused.pressAgain'
  return { ...said, text: `${words.msg('admin.kept')} ${words.msg(press, { button })}` }
}

/** The same over a list that asks again by itself and goes on showing what it has. */
export function listRefusal(
  words: AdminWords,
  refusal: Refusal,
  readAt: number | null,
  own: OwnWords = {},
): RefusalWords {
  const said = adminRefusal(words, refusal, own)
  if (readAt === null || !mendsItself(refusal)) return said
  return { ...said, text: words.msg('admin.staysShown', { time: words.time(readAt) }) }
}
