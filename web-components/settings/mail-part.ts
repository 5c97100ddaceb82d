import { html, nothing } from 'lit'
import type { MailSecurity } from '../../src/settings/schema.ts'
import { SECURITIES } from '../i18n/setting-words.ts'
import { textField } from '../ui/field.ts'
import { notice } from '../ui/notice.ts'
import { option } from '../ui/option.ts'
import { formOf, isLocked } from './form-state.ts'
import {
  faultWords,
  lockedSetting,
  nameOf,
  selectSetting,
  type SettingsForm,
  textSetting,
} from './set-parts.ts'

/** Where each way of speaking to a mail server usually listens. */
const USUAL_PORTS: Record<MailSecurity, string> = { starttls: '587', tls: '465', none: '25' }

/** How e-mail leaves the practice. */
export function mailPart(form: SettingsForm) {
  const { words, state } = form
  const { mailFrom, mailHost, mailSecurity } = formOf(state)
  const isReady = mailFrom.trim() !== '' && mailHost.trim() !== ''
  return html`<div class="stack">
    ${
      isReady
        ? nothing
        : notice({ mood: 'info', title: words.msg('mail.notReady'), text: words.msg('mail.notReadyText') })
    }
    ${textSetting(form, 'mailFrom', { maxLength: 200, hint: words.msg('hint.mailFrom') })}
    <div class="grid">
      ${textSetting(form, 'mailHost', { maxLength: 253 })}
      ${textSetting(form, 'mailPort', { maxLength: 5, inputMode: 'numeric' })} ${security(form)}
      ${
        mailSecurity === 'none'
          ? html`<p class="full small soft">${words.msg('hint.securityNone')}</p>`
          : nothing
      }
      <div class="full">
        ${textSetting(form, 'mailUser', { maxLength: 200, hint: words.msg('hint.mailUser') })}
      </div>
      <div class="full">${password(form)}</div>
    </div>
  </div>`
}

function security(form: SettingsForm) {
  const { words, state } = form
  const { mailSecurity, mailPort } = formOf(state)
  return selectSetting(form, 'mailSecurity', {
    options: Object.entries(SECURITIES).map(([one, id]) => option(one, words.msg(id), mailSecurity)),
    value: (chosen) => {
      const next = chosen as MailSecurity
      // A port that somebody chose on purpose stays.
      if (mailPort.trim() === USUAL_PORTS[mailSecurity] && !isLocked(state, 'mailPort'))
        form.set('mailPort', USUAL_PORTS[next])
      return next
    },
  })
}

function password(form: SettingsForm) {
  const { words, state } = form
  if (isLocked(state, 'mailPassword')) return lockedSetting(form, 'mailPassword')
  const kept = state.view.mailPasswordSet
  const { mailPassword } = formOf(state)
  const keep = () => form.set('mailPassword', '')
  if (mailPassword === null)
    return html`<p class="label">${nameOf(words, 'mailPassword')}</p>
      <p class="theirs">
        <span>${words.msg('mail.forgotten')}</span>
        <button class="button quiet" type="button" @click=${keep}>${words.msg('mail.keepPassword')}</button>
      </p>`
  const field = {
    id: 'mailPassword',
    label: nameOf(words, 'mailPassword'),
    hint: words.msg(kept ? 'hint.mailPasswordKept' : 'hint.mailPassword'),
    type: 'password' as const,
    value: mailPassword,
    autocomplete: 'new-password',
    maxLength: 500,
    error: faultWords(form, 'mailPassword'),
    onInput: (value: string) => form.set('mailPassword', value),
  }
  const forget = html`<button
    class="button quiet forget"
    type="button"
    @click=${() => form.set('mailPassword', null)}
  >
    ${words.msg('mail.forget')}
  </button>`
  return html`${textField(field)}${kept && mailPassword === '' ? forget : nothing}`
}
