import { html, nothing } from 'lit'
import type { PracticeView } from '../../src/practices/schema.ts'
import type { Words } from '../i18n/words.ts'
import { arch, phoneIcon } from './icons.ts'

/** Whose door this is: the practice's name beside the arch. */
export const brand = (name: string) => html`<span class="brand">${arch()}<span>${name}</span></span>`

/** A phone number that can be tapped. Ten digits are a number of the practice's own country. */
const phoneLink = (phone: string) =>
  html`<a class="nowrap" href=${telephone(phone)}><strong>${phone}</strong></a>`

/** The way to a person, as a button. `look` is a further class, e.g. `quiet`. */
export const callButton = (label: string, phone: string, look = '') =>
  html`<a class="button wide ${look}" href=${telephone(phone)}>${phoneIcon()}${label}</a>`

const telephone = (phone: string): string => {
  const digits = phone.replace(/[^\d+]/g, '')
  return `tel:${digits.length === 10 ? `+1${digits}` : digits}`
}

/** "Questions? Call (555) 010-0100, Monday to Friday, 8 to 5." Nothing when the practice gave no number. */
export function callUs(words: Words, practice: PracticeView) {
  if (practice.phone === null) return nothing
  const hours = practice.hours?.[words.language]
  const phone = phoneLink(practice.phone)
  return hours ? words.rich('help.callHours', { phone, hours }) : words.rich('help.call', { phone })
}

/** An account ID as it stands on letters: `PA 7F3K 92QD`. */
export const spacedAccountId = (id: string): string =>
  [id.slice(0, 2), id.slice(2, 6), id.slice(6)].filter(Boolean).join(' ')
