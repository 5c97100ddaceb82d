import type { Refusal, RefusalCode } from '../client.ts'
import type { MessageId, Words } from './words.ts'

/** What a notice says: what happened, and what to do. */
export type RefusalWords = { title: string; text: string }
/** Ids of the two, of which `Id` are loaded. */
export type Said<Id extends MessageId> = readonly [title: Id, text: Id]

const BUSY = ['refused.busy', 'refused.busyText'] as const
const PASSES = {
  offline: ['refused.offline', 'refused.offlineText'],
  timeout: ['refused.slow', 'refused.slowText'],
  busy: BUSY,
  'in-progress': BUSY,
} as const satisfies Partial<Record<RefusalCode, unknown>>

/** Words for a refusal that any page may meet; null when it needs words of its own. */
export function commonRefusal(words: Words, refusal: Refusal): RefusalWords | null {
  if (refusal.code !== 'too-many-tries')
    return refusal.code in PASSES ? say(words, PASSES[refusal.code as keyof typeof PASSES]) : null
  const wait = words.wait(refusal.number('retryAfter') ?? 60)
  return { title: words.msg('refused.tooFast'), text: words.msg('refused.tooFastText', { wait }) }
}

/** The same, and for everything else that it is our fault. */
export const anyRefusal = (words: Words, refusal: Refusal): RefusalWords =>
  commonRefusal(words, refusal) ?? say(words, ['refused.ours', 'refused.slowText'])

export const say = <Id extends MessageId>(words: Words<Id>, [title, text]: Said<Id>): RefusalWords => ({
  title: words.msg(title),
  text: words.msg(text),
})
