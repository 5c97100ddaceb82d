import { html } from 'lit'
import type { AccessCard, RefusalReason } from '../../src/access/schema.ts'
import type { CardClient, Refusal } from '../client.ts'
import { loadInviteWords } from '../i18n/invite-words.ts'
import type { InviteWords, StaffWords } from '../i18n/words.ts'

/** A question over the card. Each is fetched when it is first asked. */
export type QuestionKind = 'create' | 'not-now' | 'cancel'
export type Question = { kind: QuestionKind; words: InviteWords; reason: RefusalReason | null }

const ELEMENTS: Record<QuestionKind, () => Promise<unknown>> = {
  create: () => import('./invite.ts'),
  'not-now': () => import('./not-now.ts'),
  cancel: () => import('./cancel-invite.ts'),
}

/** The words of a question, once its element is there too. */
export async function loadQuestion(kind: QuestionKind, words: StaffWords): Promise<InviteWords> {
  const [said] = await Promise.all([loadInviteWords(words.language, words.timeZone), ELEMENTS[kind]()])
  return said
}

/** The card as it is after an answer, and what to say about it. */
export type Answered = { card: AccessCard; said: string }

export type QuestionView = {
  question: Question
  client: CardClient
  card: AccessCard
  /** A letter exists, or a mail is on its way. */
  invited: () => void
  changed: (event: CustomEvent<Answered>) => void
  refused: (event: CustomEvent<Refusal>) => void
  closed: () => void
}

export function questionOver(view: QuestionView) {
  const { question, client, card } = view
  if (question.kind === 'create')
    return html`<portico-invite
      class="question"
      .client=${client}
      .words=${question.words}
      .card=${card}
      @portico-invited=${view.invited}
      @portico-refused=${view.refused}
      @portico-closed=${view.closed}
    ></portico-invite>`
  if (question.kind === 'not-now')
    return html`<portico-not-now
      class="question"
      .client=${client}
      .words=${question.words}
      .card=${card}
      .reason=${question.reason}
      @portico-access-changed=${view.changed}
      @portico-refused=${view.refused}
    ></portico-not-now>`
  return html`<portico-cancel-invite
    class="question"
    .client=${client}
    .words=${question.words}
    .card=${card}
    @portico-access-changed=${view.changed}
    @portico-refused=${view.refused}
  ></portico-cancel-invite>`
}
