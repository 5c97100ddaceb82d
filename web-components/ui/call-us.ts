import { html, nothing } from 'lit'
import type { PracticeView } from '../../src/practices/schema.ts'
import type { PatientWords } from '../i18n/words.ts'
import { icon } from './icons.ts'

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
export function callUs(words: PatientWords, practice: PracticeView) {
  if (practice.phone === null) return nothing
  const hours = practice.hours?.[words.language]
  const phone = phoneLink(practice.phone)
  return hours ? words.rich('help.callHours', { phone, hours }) : words.rich('help.call', { phone })
}

export const phoneIcon = () =>
  icon(
    'M7 3.5h3l1.5 4.5L9 10a11 11 0 0 0 5 5l2-2.5 4.5 1.5v3a3 3 0 0 1-3.2 3C10.5 19.5 4.5 13.5 4 6.7A3 3 0 0 1 7 3.5z',
  )
