import type { AccessCard, RefusalReason } from '../../src/access/schema.ts'
import { loadInviteWords } from '../i18n/invite-words.ts'
import type { InviteWords, StaffWords } from '../i18n/words.ts'
import type { questionOver } from './question-over.ts'

/** A question over the card. Each is fetched when it is first asked. */
export type QuestionKind = 'create' | 'not-now' | 'cancel'
export type Question = {
  kind: QuestionKind
  words: InviteWords
  reason: RefusalReason | null
  /** Draws its element; it comes with that. */
  over: typeof questionOver
}

const ELEMENTS: Record<QuestionKind, () => Promise<unknown>> = {
  create: () => import('./invite.ts'),
  'not-now': () => import('./not-now.ts'),
  cancel: () => import('./cancel-invite.ts'),
}

/** The words of a question, and how it is drawn, once its element is there too. */
export async function loadQuestion(
  kind: QuestionKind,
  { language, timeZone }: StaffWords,
): Promise<Pick<Question, 'words' | 'over'>> {
  const [words, { questionOver: over }] = await Promise.all([
    loadInviteWords(language, timeZone),
    import('./question-over.ts'),
    ELEMENTS[kind](),
  ])
  return { words, over }
}

/** The card as it is after an answer, and what to say about it. */
export type Answered = { card: AccessCard; said: string }
