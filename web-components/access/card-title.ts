import { html } from 'lit'

/** The card's heading at its level among the page's own, 1 to 6. */
export function cardTitle(level: number, text: string) {
  if (level === 1) return html`<h1 id="title" class="title" part="title">${text}</h1>`
  if (level === 3) return html`<h3 id="title" class="title" part="title">${text}</h3>`
  if (level === 4) return html`<h4 id="title" class="title" part="title">${text}</h4>`
  if (level === 5) return html`<h5 id="title" class="title" part="title">${text}</h5>`
  if (level === 6) return html`<h6 id="title" class="title" part="title">${text}</h6>`
  return html`<h2 id="title" class="title" part="title">${text}</h2>`
}
