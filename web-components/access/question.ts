import { html } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import type { Refusal } from '../client.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { InviteWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import dialog from '../ui/dialog.css?inline'
import field from '../ui/field.css?inline'
import form from '../ui/form.css?inline'
import notice from '../ui/notice.css?inline'
import { sheets } from '../ui/sheets.ts'
import { patientInWords } from './card-facts.ts'
import question from './question.css?inline'

/** What every question over the card is drawn with. */
export const questionSheets = sheets(base, button, field, form, notice, dialog, question)

/** The question itself and whom it is about. */
export const questionHead = (words: InviteWords, title: string, card: AccessCard, mark: unknown) =>
  html`<div class="who">
    <span class="tile">${mark}</span>
    <div>
      <h2 id="question">${title}</h2>
      <p class="soft">${patientInWords(words, card.patient)}</p>
    </div>
  </div>`

/** Refusals after which the question makes no sense any more: the card answers them. */
const FOR_THE_CARD = ['not-eligible', 'already-active', 'conflict', 'ticket-ended']

export const isForTheCard = (refusal: Refusal): boolean =>
  endsTheTab(refusal) || FOR_THE_CARD.includes(refusal.code)
