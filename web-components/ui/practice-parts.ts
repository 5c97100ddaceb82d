import { html } from 'lit'
import { arch } from './icons.ts'

/** Whose door this is: the practice's name beside the arch. */
export const brand = (name: string) => html`<span class="brand">${arch()}<span>${name}</span></span>`

/** An account ID as it stands on letters: `PA 7F3K 92QD`. */
export const spacedAccountId = (id: string): string =>
  [id.slice(0, 2), id.slice(2, 6), id.slice(6)].filter(Boolean).join(' ')
