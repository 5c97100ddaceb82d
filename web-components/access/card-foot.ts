import { html, nothing } from 'lit'
import type { CardView } from './card-body.ts'
import { readinessOf } from './card-lines.ts'

/** What comes next: one filled button, the quiet rest, and the reason for a button that waits. */
export function cardFoot(view: CardView) {
  const { state } = view.card
  if (state === 'not-ready' || state === 'ready') return beforeInvitation(view)
  if (state === 'invited') return afterInvitation(view)
  return canSave(view) ? html`<div class="foot actions">${saveButton(view)}</div>` : nothing
}

function beforeInvitation(view: CardView) {
  const { words, card, changed } = view
  const isReady = card.state === 'ready' && !changed
  const why = whyNotYet(view)
  return html`<div class="foot stack">
    <div class="actions">
      ${canSave(view) ? saveButton(view) : nothing}
      ${
        card.may.create
          ? html`<button
              class="button ${isReady ? 'primary' : ''}"
              type="button"
              aria-disabled=${isReady ? 'false' : 'true'}
              aria-describedby=${why ? 'why' : nothing}
              @click=${isReady ? view.create : nothing}
            >
              ${words.msg('invite.create')}
            </button>`
          : nothing
      }
      ${checkAgain(view)}
    </div>
    ${why ? html`<p class="small soft" id="why">${why}</p>` : nothing}
  </div>`
}

/** Why Create waits, or whom this reader can ask. */
function whyNotYet({ words, card, changed }: CardView): string {
  const { missing } = readinessOf(card)
  const { allow, create } = card.may
  if (!allow && !create) return words.msg('card.readOnly')
  if (!allow && missing.some(({ id }) => id === 'allowed')) return words.msg('card.askToAllow')
  if (changed) return words.msg('card.saveFirst')
  if (!create) return words.msg('card.askToCreate')
  return missing.length > 0 ? words.msg('card.opensWhen', { count: missing.length }) : ''
}

function afterInvitation(view: CardView) {
  const { words, card } = view
  const isNext = card.invitation?.state !== 'live' && !view.changed
  return html`<div class="foot stack">
    <div class="actions">
      ${canSave(view) ? saveButton(view) : nothing}
      ${
        card.may.create
          ? html`<button class="button ${isNext ? 'primary' : ''}" type="button" @click=${view.create}>
              ${words.msg('card.newLetter')}
            </button>`
          : nothing
      }
      ${checkAgain(view)}
    </div>
    ${card.may.create || card.may.allow ? nothing : html`<p class="small soft">${words.msg('card.readOnly')}</p>`}
  </div>`
}

/** Save shows when there is something to save, or when saving is what is missing. */
function canSave({ card, changed }: CardView): boolean {
  const notAllowed = card.lines.some(({ id, done }) => id === 'allowed' && !done)
  return card.may.allow && (changed || (notAllowed && card.state !== 'stopped'))
}

const saveButton = ({ words, saving, save }: CardView) =>
  html`<button class="button primary" type="button" aria-busy=${saving} @click=${save}>
    ${words.msg(saving ? 'card.saving' : 'card.save')}
  </button>`

const checkAgain = ({ words, reload }: CardView) =>
  html`<button class="button quiet end" type="button" @click=${reload}>
    ${words.msg('card.checkAgain')}
  </button>`
