import { html } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import type { CardClient, Refusal } from '../client.ts'
import type { Answered, Question } from './card-questions.ts'

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

/** The element of a question, as the card shows it. */
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
