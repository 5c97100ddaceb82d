import { html } from 'lit'
import type { PatientWords } from '../i18n/words.ts'
import { fieldError, inputOf } from './field.ts'

export type DateParts = { month: string; day: string; year: string }

/** What is wrong with a typed date, as far as the browser can tell. */
export type DateFault = 'missing' | 'month' | 'day' | 'year' | 'future'

/**
 * Reads a pasted date: ISO (`1948-03-14`) or month first (`03/14/1948`, `3-14-48`); day first when the month
 * would be over 12. Null when the text is no whole date, so that the box takes it as it is.
 */
export function readPastedDate(text: string): DateParts | null {
  const iso = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})/.exec(text)
  if (iso) return { year: iso[1] ?? '', month: iso[2] ?? '', day: iso[3] ?? '' }
  const parts = /^\s*(\d{1,2})\D+(\d{1,2})\D+(\d{4}|\d{2})\s*$/.exec(text)
  if (!parts) return null
  const [first = '', second = '', year = ''] = parts.slice(1)
  return Number(first) > 12 ? { month: second, day: first, year } : { month: first, day: second, year }
}

/** The typed date as `YYYY-MM-DD`, or what is wrong with it. Two digits of a year mean the latest one that has been. */
export function toIsoDate(parts: DateParts, now: number): { date: string } | { fault: DateFault } {
  const [month, day, typedYear] = [parts.month, parts.day, parts.year].map((text) => text.trim())
  if (!month || !day || !typedYear) return { fault: 'missing' }
  if (!/^\d{1,2}$/.test(month) || Number(month) < 1 || Number(month) > 12) return { fault: 'month' }
  const year = fullYear(typedYear, new Date(now).getUTCFullYear())
  if (year === null) return { fault: 'year' }
  const daysInMonth = new Date(Date.UTC(year, Number(month), 0)).getUTCDate()
  if (!/^\d{1,2}$/.test(day) || Number(day) < 1 || Number(day) > daysInMonth) return { fault: 'day' }
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return Date.parse(date) > now ? { fault: 'future' } : { date }
}

function fullYear(typed: string, thisYear: number): number | null {
  if (/^\d{2}$/.test(typed)) {
    const century = thisYear - (thisYear % 100)
    return Number(typed) + (Number(typed) > thisYear % 100 ? century - 100 : century)
  }
  return /^\d{4}$/.test(typed) && Number(typed) > 1870 ? Number(typed) : null
}

export type BirthDateField = {
  words: PatientWords
  parts: DateParts
  error?: unknown
  onChange: (parts: DateParts) => void
  onLeave: () => void
}

const BOXES = [
  { part: 'month', label: 'date.month', autocomplete: 'bday-month', length: 2 },
  { part: 'day', label: 'date.day', autocomplete: 'bday-day', length: 2 },
  { part: 'year', label: 'date.year', autocomplete: 'bday-year', length: 4 },
] as const

/** Birth date as three boxes; a whole date pasted into any of them fills all three. */
export const birthDateField = (field: BirthDateField) => {
  const paste = (event: ClipboardEvent) => {
    const pasted = readPastedDate(event.clipboardData?.getData('text') ?? '')
    if (!pasted) return
    event.preventDefault()
    field.onChange(pasted)
  }
  return html`<fieldset class="field" aria-describedby="birth-hint">
    <legend>${field.words.msg('activate.birthDate')}</legend>
    <p class="hint" id="birth-hint">${field.words.msg('activate.birthDateHint')}</p>
    <div class="date">
      ${BOXES.map(
        ({ part, label, autocomplete, length }) =>
          html`<div>
            <label for="birth-${part}">${field.words.msg(label)}</label>
            ${inputOf({
              id: `birth-${part}`,
              label: '',
              value: field.parts[part],
              inputMode: 'numeric',
              autocomplete,
              maxLength: length,
              ...(field.error ? { invalid: true, describedBy: 'birth-error' } : {}),
              onInput: (value) => field.onChange({ ...field.parts, [part]: value }),
              onLeave: field.onLeave,
              onPaste: paste,
            })}
          </div>`,
      )}
    </div>
    ${fieldError('birth', field.error)}
  </fieldset>`
}
