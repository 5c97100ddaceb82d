import { loadEmbedWords } from '../i18n/embed-words.ts'
import type { RefusalWords } from '../i18n/refusals.ts'
import type { EmbedId, StaffWords } from '../i18n/words.ts'

export { firstRefusal } from '../i18n/staff-refusals.ts'
export { refusalOf } from './token-refusal.ts'

/** Why there is no card, though nothing went wrong: fetched when it is said, which is seldom. */
export type WhyNone = 'not-set-up' | 'may-not-see'

const SAID: Record<WhyNone, readonly [EmbedId, EmbedId]> = {
  'not-set-up': ['embed.notSetUp', 'embed.notSetUpText'],
  'may-not-see': ['embed.mayNotSee', 'embed.mayNotSeeText'],
}

export async function whyNone(why: WhyNone, { language, timeZone }: StaffWords): Promise<RefusalWords> {
  const { msg } = await loadEmbedWords(language, timeZone)
  const [title, text] = SAID[why]
  return { title: msg(title), text: msg(text) }
}
