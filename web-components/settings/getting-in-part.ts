import { html } from 'lit'
import type { RequirableLine } from '../../src/settings/schema.ts'
import { MODES, REQUIRED } from '../i18n/setting-words.ts'
import type { AdminId } from '../i18n/words.ts'
import { formOf, isLocked } from './form-state.ts'
import { lockedSetting, nameOf, type SettingsForm, switchSetting, textSetting, theirs } from './set-parts.ts'

const MODE_TEXTS = { strong: 'mode.strongText', classic: 'mode.classicText' } as const satisfies Record<
  keyof typeof MODES,
  AdminId
>

/** How patients get in: what activation asks for, how long, from which age, and what has to be there before. */
export function gettingInPart(form: SettingsForm) {
  const { words } = form
  const digits = { inputMode: 'numeric', look: 'digits', maxLength: 2 } as const
  return html`<div class="stack">
      ${activationMode(form)}
      <div class="pair short">
        ${textSetting(form, 'invitationDays', { ...digits, hint: words.msg('hint.invitationDays') })}
        ${textSetting(form, 'adultAge', { ...digits, hint: words.msg('hint.adultAge') })}
      </div>
      ${requiredLines(form)}
    </div>
    ${switchSetting(form, 'usernameFromEmail', words.msg('hint.usernameFromEmail'))}
    ${switchSetting(form, 'mailTemporaryPasswords', words.msg('hint.mailTemporaryPasswords'))}`
}

function activationMode(form: SettingsForm) {
  const { words, state } = form
  if (isLocked(state, 'activationMode')) return lockedSetting(form, 'activationMode')
  const { activationMode } = formOf(state)
  return html`<fieldset class="ways">
    <legend class="label">${nameOf(words, 'activationMode')}</legend>
    ${(Object.keys(MODES) as (keyof typeof MODES)[]).map(
      (mode) =>
        html`<label class="choice">
          <input
            type="radio"
            name="activationMode"
            .checked=${mode === activationMode}
            @change=${() => form.set('activationMode', mode)}
          />
          <strong>${words.msg(MODES[mode])}</strong>
          <span class="soft">${words.msg(MODE_TEXTS[mode])}</span>
        </label>`,
    )}
    ${theirs(form, 'activationMode')}
  </fieldset>`
}

function requiredLines(form: SettingsForm) {
  const { words, state } = form
  if (isLocked(state, 'requiredLines')) return lockedSetting(form, 'requiredLines')
  const all = Object.keys(REQUIRED) as RequirableLine[]
  const { requiredLines } = formOf(state)
  const toggle = (line: RequirableLine, on: boolean) =>
    form.set(
      'requiredLines',
      // In their own order, whatever order they were ticked in: the same ticks are no change.
      keepOrder(all, state.view.values.requiredLines, (one) =>
        one === line ? on : requiredLines.includes(one),
      ),
    )
  return html`<fieldset class="ways" aria-describedby="requiredLines-hint">
    <legend class="label">${nameOf(words, 'requiredLines')}</legend>
    <p class="hint" id="requiredLines-hint">${words.msg('hint.requiredLines')}</p>
    ${all.map(
      (line) =>
        html`<label class="choice bare">
          <input
            type="checkbox"
            .checked=${requiredLines.includes(line)}
            @change=${(event: Event) => toggle(line, (event.target as HTMLInputElement).checked)}
          />
          ${words.msg(REQUIRED[line])}
        </label>`,
    )}
    ${theirs(form, 'requiredLines')}
  </fieldset>`
}

/** Those that are chosen: first what was kept, as it was kept, then the others. */
function keepOrder<One>(all: readonly One[], kept: readonly One[], isChosen: (one: One) => boolean): One[] {
  return [...kept, ...all.filter((one) => !kept.includes(one))].filter(isChosen)
}
