import { html, nothing } from 'lit'
import type { Refusal } from '../client.ts'
import { typedRefusal } from '../i18n/admin-refusals.ts'
import { settingName, settingValue } from '../i18n/setting-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import type { FormState } from './form-state.ts'
import type { TestedMail } from './test-mail.ts'
import { MAIL_FAULTS } from '../i18n/mail-words.ts'

const OWN = { conflict: ['settings.conflict', 'settings.conflictText'] } as const

/** Why nothing was saved; and where somebody else saved meanwhile: what, from what, to what. */
export const notSavedNotice = (words: AdminWords, refusal: Refusal, { meanwhile }: FormState) =>
  notice({
    mood: 'warn',
    ...typedRefusal(words, refusal, words.msg('settings.save'), OWN),
    more:
      meanwhile.length === 0
        ? nothing
        : html`<ul class="news">
            ${meanwhile.map(({ key, before, after }) => {
              const setting = settingName(words, key)
              const values = {
                before: settingValue(words, key, before),
                after: settingValue(words, key, after),
              }
              return html`<li>${words.msg('settings.changedTo', { setting, ...values })}</li>`
            })}
          </ul>`,
  })

/** What came of the test e-mail, with the server's own line. */
export function testNotice(words: AdminWords, { to, result }: TestedMail) {
  const { state, fault, answer } = result
  if (state === 'sent')
    return notice({
      mood: 'good',
      title: words.msg('test.sent'),
      text: words.msg('test.sentText', { address: to }),
    })
  return notice({
    mood: 'bad',
    title: words.msg('test.refused'),
    text: html`${words.msg(MAIL_FAULTS[fault ?? 'other'])}
    ${answer === null ? '' : words.rich('test.answer', { answer: html`<q>${answer}</q>.` })}
    ${words.msg('test.waits')}`,
  })
}
