import { html } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { OutboxMail, OutboxView } from '../../src/settings/schema.ts'
import type { AdminWords } from '../i18n/words.ts'
import { type MailRow, mailRow } from './mail-row.ts'
import { inOrder } from './mails.ts'

/** Beside this page, for those who may open either. */
const MAIL_SETTINGS = 'settings#mail'

/** Every e-mail that was fetched, under what there is to do about them. */
export const mailList = (words: AdminWords, view: OutboxView, rowOf: (mail: OutboxMail) => MailRow) =>
  html`<section class="card" aria-labelledby="counts">
    <h2 id="counts" tabindex="-1">${headline(words, view.counts)}</h2>
    <p class="soft num">${countsInWords(words, view.counts)}</p>
    <p><a href=${MAIL_SETTINGS}>${words.msg('outbox.settings')}</a></p>
    <ul class="list">
      ${repeat(
        inOrder(view.mails),
        ({ id }) => id,
        (mail) => mailRow(rowOf(mail)),
      )}
    </ul>
  </section>`

const countsInWords = (words: AdminWords, { failed, waiting, sent }: OutboxView['counts']) =>
  words.msg('outbox.counts', { notSent: failed, waiting, sent })

function headline(words: AdminWords, { failed, waiting }: OutboxView['counts']): string {
  if (failed > 0) return words.msg('outbox.needYou', { count: failed })
  return waiting > 0 ? words.msg('outbox.onTheWay', { count: waiting }) : words.msg('outbox.allSent')
}
