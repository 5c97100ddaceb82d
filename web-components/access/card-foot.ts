import { html, nothing } from 'lit'
import type { MessageId } from '../i18n/words.ts'
import type { CardView } from './card-body.ts'
import { readinessOf } from './card-lines.ts'

/** What comes next: one filled button, the quiet rest, and the reason for a button that waits. */
export function cardFoot(view: CardView) {
  const { card } = view
  if (card.state === 'not-ready' || card.state === 'ready') return beforeInvitation(view)
  if (card.state === 'invited') return afterInvitation(view)
  return nothing
}

function beforeInvitation(view: CardView) {
  const { words, card, changed, saving, save, reload, create } = view
  const { missing } = readinessOf(card)
  const isReady = card.state === 'ready' && !changed
  const canSave = card.may.allow && (changed || missing.some((line) => line.id === 'allowed'))
  const why = whyNotYet(view, missing.length)
  return html`<div class="foot stack">
    <div class="actions">
      ${canSave
        ? html`<button class="button primary" type="button" aria-busy=${saving} @click=${save}>
            ${words.msg(saving ? 'card.saving' : 'card.save')}
          </button>`
        : nothing}
      ${card.may.create
        ? html`<button
            class="button ${isReady ? 'primary' : ''}"
            type="button"
            aria-disabled=${isReady ? 'false' : 'true'}
            aria-describedby=${why ? 'why' : nothing}
            @click=${isReady ? create : nothing}
          >
            ${words.msg('invite.create')}
          </button>`
        : nothing}
      <button class="button quiet end" type="button" @click=${reload}>${words.msg('card.checkAgain')}</button>
    </div>
    ${why ? html`<p class="small soft" id="why">${why}</p>` : nothing}
  </div>`
}

/** Why Create waits, or why there is nothing to press for this reader. */
function whyNotYet({ words, card, changed }: CardView, missing: number): string {
  if (!card.may.create || (!card.may.allow && missing > 0)) return words.msg('card.readOnly')
  if (changed) return words.msg('card.saveFirst')
  return missing > 0 ? words.msg('card.opensWhen', { count: missing }) : ''
}

function afterInvitation({ words, card, reload, create }: CardView) {
  const over = card.invitation?.state !== 'live'
  const label: MessageId = 'card.newLetter'
  return html`<div class="foot stack">
    <div class="actions">
      ${card.may.create
        ? html`<button class="button ${over ? 'primary' : ''}" type="button" @click=${create}>${words.msg(label)}</button>`
        : nothing}
      <button class="button quiet end" type="button" @click=${reload}>${words.msg('card.checkAgain')}</button>
    </div>
    ${card.may.create ? nothing : html`<p class="small soft">${words.msg('card.readOnly')}</p>`}
  </div>`
}
