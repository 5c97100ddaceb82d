import { html, nothing } from 'lit'
import { arch } from './icons.ts'

/** Nothing to show yet: the doorway, and one sentence. */
export const emptyState = (text: string) =>
  html`<div class="state">
    ${arch()}
    <p>${text}</p>
  </div>`

/** Rows to come, in their own shape; `label` is for who hears the page. */
export const ghostCard = (label: string) =>
  html`<p class="hidden-visually" role="status">${label}</p>
    <div class="card ghosts" aria-hidden="true">${[1, 2, 3, 4].map(() => html`<p class="ghost"></p>`)}</div>`

/** "Show older", while there is something older. */
export const olderButton = (button: { label: string; busy: boolean; has: boolean; onPress: () => void }) =>
  button.has
    ? html`<div class="actions">
        <button class="button" type="button" aria-busy=${button.busy} @click=${button.onPress}>
          ${button.label}
        </button>
      </div>`
    : nothing
