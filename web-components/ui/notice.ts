import { html, nothing } from 'lit'
import { alertIcon, checkIcon } from './icons.ts'

export type Notice = {
  mood: 'good' | 'warn' | 'bad' | 'info'
  /** What happened, in one sentence. */
  title?: string
  /** What it means and what to do. */
  text?: unknown
  /** What does not fit into a sentence, e.g. a list. */
  more?: unknown
  actions?: unknown
}

/** Says what happened, what it means, what to do. Takes focus with `focusNotice` when it answers a submit. */
export const notice = ({ mood, title, text, more, actions }: Notice) =>
  html`<div class="notice ${mood}" part="notice" tabindex="-1" data-notice>
    ${mood === 'good' ? checkIcon() : alertIcon()} ${title ? html`<p><strong>${title}</strong></p>` : nothing}
    ${text ? html`<p>${text}</p>` : nothing} ${more ?? nothing}
    ${actions ? html`<div class="actions">${actions}</div>` : nothing}
  </div>`

/** Moves focus to the notice that answers what was just pressed. */
export function focusNotice(root: ParentNode): void {
  root.querySelector<HTMLElement>('[data-notice]')?.focus()
}
