import { html, nothing } from 'lit'
import type { Language } from '../../src/practices/schema.ts'
import { fieldError } from '../ui/field.ts'
import { option } from '../ui/option.ts'
import { formOf, isLocked } from './form-state.ts'
import { faultWords, lockedSetting, nameOf, type SettingsForm, theirs } from './set-parts.ts'

const ALL: readonly Language[] = ['en', 'es']

/** Which languages patients may read, and which one is the practice's own: the first in the list. */
export function languagesPart(form: SettingsForm) {
  const { words, state } = form
  if (isLocked(state, 'languages')) return lockedSetting(form, 'languages')
  const { languages } = formOf(state)
  const [own] = languages
  const toggle = (language: Language, on: boolean) => {
    form.set('languages', on ? [...languages, language] : languages.filter((one) => one !== language))
    form.leave('languages')
  }
  return html`<div class="stack">
    <fieldset class="ways" aria-describedby="languages-hint">
      <legend class="label">${nameOf(words, 'languages')}</legend>
      <p class="hint" id="languages-hint">${words.msg('hint.languages')}</p>
      ${ALL.map(
        (language) =>
          html`<label class="choice bare">
            <input
              type="checkbox"
              aria-invalid=${languages.length === 0 ? 'true' : nothing}
              .checked=${languages.includes(language)}
              @change=${(event: Event) => toggle(language, (event.target as HTMLInputElement).checked)}
            />
            ${inLabel(words.languageName(language))}
          </label>`,
      )}
      ${fieldError('languages', faultWords(form, 'languages'))}
    </fieldset>
    ${own && languages.length > 1 ? ownLanguage(form, languages, own) : nothing} ${theirs(form, 'languages')}
  </div>`
}

function ownLanguage(form: SettingsForm, languages: readonly Language[], own: Language) {
  const { words } = form
  const choose = (event: Event) => {
    const first = languages.find((one) => one === (event.target as HTMLSelectElement).value) ?? own
    form.set('languages', [first, ...languages.filter((one) => one !== first)])
  }
  return html`<div class="field">
    <label for="own-language">${words.msg('settings.ownLanguage')}</label>
    <select class="input" id="own-language" aria-describedby="own-language-hint" @change=${choose}>
      ${languages.map((one) => option(one, inLabel(words.languageName(one)), own))}
    </select>
    <p class="hint under" id="own-language-hint">${words.msg('hint.ownLanguage')}</p>
  </div>`
}

/** Some languages write the names of languages small; a label begins with a capital. */
const inLabel = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1)
