import { html, nothing } from 'lit'
import type { SettingKey } from '../../src/settings/schema.ts'
import { SETTINGS, settingValue } from '../i18n/setting-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { fieldError, textField, type TextField } from '../ui/field.ts'
import { lockIcon } from '../ui/lock-icon.ts'
import { faultIn, formOf, type FormState, isLocked, type SetSetting } from './form-state.ts'
import type { FormValues } from './form-values.ts'

/** What every part of the page is drawn from, and whom it tells. */
export type SettingsForm = {
  words: AdminWords
  state: FormState
  set: SetSetting
  leave: (key: SettingKey) => void
  useTheirs: (key: SettingKey) => void
}

type KeysOf<Value> = { [Key in SettingKey]: FormValues[Key] extends Value ? Key : never }[SettingKey]
type TextKey = Exclude<KeysOf<string>, 'activationMode' | 'mailSecurity' | 'timeZone'>

export const nameOf = (words: AdminWords, key: SettingKey): string => words.msg(SETTINGS[key][1])

/** What a setting's fault says to do; null when there is none to say. */
export function faultWords({ words, state }: SettingsForm, key: SettingKey): string | null {
  const fault = faultIn(state, key)
  return fault && words.msg(fault)
}

/** A line of text or a number. */
export function textSetting(
  form: SettingsForm,
  key: TextKey,
  look: Pick<TextField, 'hint' | 'inputMode' | 'look' | 'maxLength'> = {},
) {
  if (isLocked(form.state, key)) return lockedSetting(form, key)
  return html`<div>
    ${textField({
      ...look,
      id: key,
      label: nameOf(form.words, key),
      value: formOf(form.state)[key],
      autocomplete: 'off',
      error: faultWords(form, key),
      onInput: (value) => form.set(key, value),
      onLeave: () => form.leave(key),
    })}${theirs(form, key)}
  </div>`
}

/** A question of yes or no, with what it means beside it. */
export function switchSetting(form: SettingsForm, key: KeysOf<boolean>, hint: string) {
  const { words } = form
  const on = formOf(form.state)[key]
  const state = words.msg(on ? 'value.on' : 'value.off')
  const locked = isLocked(form.state, key)
  return html`<div class="set">
    ${
      locked
        ? html`<strong>${nameOf(words, key)}</strong>`
        : html`<label for=${key}>${nameOf(words, key)}</label>`
    }
    <span class="soft" id="${key}-hint">${hint}</span>
    <span class="row">
      ${
        locked
          ? html`<strong>${state}</strong>`
          : html`<span aria-hidden="true">${state}</span
              ><input
                class="switch"
                type="checkbox"
                role="switch"
                id=${key}
                aria-describedby="${key}-hint"
                .checked=${on}
                @change=${(event: Event) => form.set(key, (event.target as HTMLInputElement).checked)}
              />`
      }
    </span>
    ${locked ? html`<div class="whole">${lockedLine(words)}</div>` : nothing}${theirs(form, key)}
  </div>`
}

/** One of a few; `options` in the order of the list. */
export function selectSetting<Key extends KeysOf<string | null>>(
  form: SettingsForm,
  key: Key,
  { options, hint, value }: { options: unknown; hint?: unknown; value?: (chosen: string) => FormValues[Key] },
) {
  if (isLocked(form.state, key)) return lockedSetting(form, key)
  const choose = (event: Event) => {
    const chosen = (event.target as HTMLSelectElement).value
    form.set(key, value ? value(chosen) : (chosen as FormValues[Key]))
  }
  return html`<div class="field">
    <label for=${key}>${nameOf(form.words, key)}</label>
    <select class="input" id=${key} aria-describedby=${hint ? `${key}-hint` : nothing} @change=${choose}>
      ${options}
    </select>
    ${hint ? html`<p class="hint under" id="${key}-hint">${hint}</p>` : nothing}
    ${fieldError(key, faultWords(form, key))}${theirs(form, key)}
  </div>`
}

/** What the configuration file fixes is read, not typed. */
export function lockedSetting({ words, state }: SettingsForm, key: SettingKey) {
  const { values, portalAddresses, mailPasswordSet } = state.view
  const shown: Partial<Record<SettingKey, unknown>> = {
    ...values,
    portalAddress: values.portalAddress ?? portalAddresses[0],
    mailPassword: mailPasswordSet ? 'set' : null,
  }
  return html`<div class="locked">
    <p class="label">${nameOf(words, key)}</p>
    <p>${settingValue(words, key, shown[key])}</p>
    ${lockedLine(words)}
  </div>`
}

const lockedLine = (words: AdminWords) =>
  html`<p class="lock small soft">${lockIcon()}${words.msg('settings.locked')}</p>`

/** Somebody else changed the same setting: theirs in words, and a way to take it. */
export function theirs({ words, state, useTheirs }: SettingsForm, key: SettingKey) {
  const other = state.meanwhile.find((one) => one.key === key)
  if (!other || !(key in state.edits)) return nothing
  const value = settingValue(words, key, other.after)
  return html`<p class="theirs whole small">
    <span>${words.msg('settings.theirs', { value })}</span>
    <button class="button quiet" type="button" @click=${() => useTheirs(key)}>
      ${words.msg('settings.useTheirs')}
    </button>
  </p>`
}
