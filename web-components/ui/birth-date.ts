import { html, nothing } from 'lit'
import type { PatientWords } from '../i18n/words.ts'
import { type DateParts, dayFirst, readDate, tidyDate, toIsoDate } from './date-parts.ts'
import { fieldError, inputOf } from './field.ts'

export type BirthDateField = {
  words: PatientWords
  parts: DateParts
  error?: unknown
  now: number
  onChange: (parts: DateParts) => void
  onLeave: () => void
}

const BOXES = [
  { part: 'month', label: 'date.month', autocomplete: 'bday-month' },
  { part: 'day', label: 'date.day', autocomplete: 'bday-day' },
  { part: 'year', label: 'date.year', autocomplete: 'bday-year' },
] as const

/**
 * Birth date as three boxes that nobody is pushed through. A whole date pasted or typed into any of them fills all
 * three, and below them the date stands in words, so that the reader sees how it was understood.
 */
export const birthDateField = (field: BirthDateField) => {
  const paste = (event: ClipboardEvent) => {
    const pasted = readDate(event.clipboardData?.getData('text') ?? '', field.now)
    if (!pasted) return
    event.preventDefault()
    field.onChange(pasted)
  }
  const leave = () => {
    const tidy = tidyDate(field.parts, field.now)
    if (tidy !== field.parts) field.onChange(tidy)
    field.onLeave()
  }
  return html`<fieldset class="field" aria-describedby="birth-hint">
    <legend>${field.words.msg('activate.birthDate')}</legend>
    <p class="hint" id="birth-hint">${field.words.msg('activate.birthDateHint')}</p>
    <div class="date">
      ${BOXES.map(
        ({ part, label, autocomplete }) =>
          html`<div>
            <label for="birth-${part}">${field.words.msg(label)}</label>
            ${inputOf({
              id: `birth-${part}`,
              label: '',
              value: field.parts[part],
              inputMode: 'numeric',
              autocomplete,
              ...(field.error ? { invalid: true, describedBy: 'birth-error' } : {}),
              onInput: (value) => field.onChange({ ...typed(field.parts), [part]: value }),
              onLeave: leave,
              onPaste: paste,
            })}
          </div>`,
      )}
    </div>
    ${inWords(field)} ${fieldError('birth', field.error)}
  </fieldset>`
}

/** Whoever types into a box has seen how the rest was read. */
const typed = ({ month, day, year }: DateParts): DateParts => ({ month, day, year })

function inWords({ words, parts, error, now, onChange }: BirthDateField) {
  const read = parts.year.trim().length === 4 && !error ? toIsoDate(parts, now) : null
  const said = read && 'date' in read ? words.birthDate(read.date) : null
  const other = parts.eitherWay && said !== null ? toIsoDate(dayFirst(parts), now) : null
  return html`<p class="date-said small soft" role="status">
      ${said} ${other ? words.msg('date.monthFirst') : nothing}
    </p>
    ${
      other && 'date' in other
        ? html`<button class="inline-link small" type="button" @click=${() => onChange(dayFirst(parts))}>
            ${words.msg('date.dayFirst', { date: words.birthDate(other.date) })}
          </button>`
        : nothing
    }`
}
