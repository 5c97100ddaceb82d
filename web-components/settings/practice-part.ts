import { html } from 'lit'
import type { Language } from '../../src/practices/schema.ts'
import type { Logo } from '../../src/settings/schema.ts'
import { createDates } from '../i18n/dates.ts'
import { fieldError, inputOf } from '../ui/field.ts'
import { option } from '../ui/option.ts'
import { formOf, isLocked } from './form-state.ts'
import './logo-field.ts'
import {
  faultWords,
  lockedSetting,
  nameOf,
  selectSetting,
  type SettingsForm,
  textSetting,
  theirs,
} from './set-parts.ts'

/** Who the practice is and how to reach it: on letters, pages and in every notice that names a person to call. */
export function practicePart(form: SettingsForm, now: number) {
  const { words } = form
  return html`<div class="stack">
    ${textSetting(form, 'name', { maxLength: 120 })} ${address(form)}
    <div class="pair">
      ${textSetting(form, 'phone', { maxLength: 40 })}
      ${textSetting(form, 'helpLine', { maxLength: 40, hint: words.msg('hint.helpLine') })}
    </div>
    ${hours(form)} ${logo(form)} ${timeZone(form, now)}
  </div>`
}

function address(form: SettingsForm) {
  const { words, state } = form
  if (isLocked(state, 'address')) return lockedSetting(form, 'address')
  const fault = faultWords(form, 'address')
  return html`<div class="field">
    <label for="address">${nameOf(words, 'address')}</label>
    <p class="hint" id="address-hint">${words.msg('hint.address')}</p>
    <textarea
      class="input"
      id="address"
      rows="4"
      autocomplete="off"
      aria-invalid=${fault ? 'true' : 'false'}
      aria-describedby=${fault ? 'address-hint address-error' : 'address-hint'}
      .value=${formOf(state).address}
      @input=${(event: Event) => form.set('address', (event.target as HTMLTextAreaElement).value)}
      @blur=${() => form.leave('address')}
    ></textarea>
    ${fieldError('address', fault)}${theirs(form, 'address')}
  </div>`
}

/** One line for each language that patients may read. */
function hours(form: SettingsForm) {
  const { words, state } = form
  if (isLocked(state, 'hours')) return lockedSetting(form, 'hours')
  const { hours, languages } = formOf(state)
  const label = (language: Language) =>
    languages.length > 1
      ? words.msg('settings.hoursIn', { language: words.languageName(language) })
      : nameOf(words, 'hours')
  return html`<div class="pair">
    ${languages.map(
      (language) =>
        html`<div class="field">
          <label for="hours-${language}">${label(language)}</label>
          <p class="hint" id="hours-${language}-hint">${words.msg('hint.hours')}</p>
          ${inputOf({
            id: `hours-${language}`,
            label: '',
            value: hours?.[language] ?? '',
            maxLength: 120,
            autocomplete: 'off',
            describedBy: `hours-${language}-hint`,
            onInput: (value) => form.set('hours', { ...hours, [language]: value }),
          })}
        </div>`,
    )}
    ${fieldError('hours', faultWords(form, 'hours'))}${theirs(form, 'hours')}
  </div>`
}

function logo(form: SettingsForm) {
  const { words, state } = form
  if (isLocked(state, 'logo')) return lockedSetting(form, 'logo')
  return html`<portico-logo-field
      .words=${words}
      .logo=${formOf(state).logo}
      @portico-logo-chosen=${({ detail }: CustomEvent<Logo | null>) => form.set('logo', detail)}
    ></portico-logo-field>
    ${fieldError('logo', faultWords(form, 'logo'))}${theirs(form, 'logo')}`
}

function timeZone(form: SettingsForm, now: number) {
  const { words, state } = form
  const zone = formOf(state).timeZone
  return selectSetting(form, 'timeZone', {
    options: zonesByRegion(zone, words.msg('settings.otherZones')).map(
      ([region, zones]) =>
        html`<optgroup label=${region}>${zones.map((one) => option(one, cityOf(one), zone))}</optgroup>`,
    ),
    hint: words.msg('hint.timeZone', { time: createDates(`${words.language}-US`, zone).time(now) }),
  })
}

/** Typing "chi" in a list of cities finds Chicago: so the region stands above them, not before each. */
function zonesByRegion(current: string, other: string): [region: string, zones: string[]][] {
  const regions = new Map<string, string[]>()
  for (const zone of [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', current])].sort()) {
    const region = zone.includes('/') ? zone.slice(0, zone.indexOf('/')) : other
    regions.set(region, [...(regions.get(region) ?? []), zone])
  }
  return [...regions]
}

const cityOf = (zone: string) => zone.split('/').slice(1).toReversed().join(', ').replaceAll('_', ' ') || zone
