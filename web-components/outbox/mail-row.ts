import { html, nothing } from 'lit'
import type { OutboxMail } from '../../src/settings/schema.ts'
import { MAIL_FAULTS, MAIL_KINDS } from '../i18n/mail-words.ts'
import type { AdminId, AdminWords } from '../i18n/words.ts'
import { alertIcon, checkIcon, icon } from '../ui/icons.ts'

const clockIcon = () => icon('M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7v5.5l3.5 2')

type Standing = OutboxMail['state'] | 'printed'

const PILLS: Record<Standing, [mood: string, mark: () => unknown, word: AdminId]> = {
  failed: ['bad', alertIcon, 'outbox.notSent'],
  waiting: ['info', clockIcon, 'outbox.waiting'],
  sent: ['good', checkIcon, 'outbox.sent'],
  printed: ['', checkIcon, 'outbox.printed'],
}

export type MailRow = {
  words: AdminWords
  mail: OutboxMail
  now: number
  mayPrint: boolean
  busy: boolean
  retry: () => void
  print: () => void
}

/** One e-mail: what it is, to whom, what became of it, and what can be done about it. */
export function mailRow(row: MailRow) {
  const { words, mail } = row
  const [mood, mark, word] = PILLS[standingOf(mail)]
  return html`<li class="mail" id="mail-${mail.id}" tabindex="-1">
    <div class="card-head">
      <p>
        <strong>${words.msg(MAIL_KINDS[mail.kind])}</strong>
        <span class="to">${mail.to}</span>
      </p>
      <span class="pill ${mood}">${mark()}${words.msg(word)}</span>
    </div>
    <p class="soft small num">${timesOf(row)}</p>
    ${
      mail.fault && mail.state !== 'sent'
        ? html`<p class=${mail.state === 'failed' ? 'why' : 'soft'}>${words.msg(MAIL_FAULTS[mail.fault])}</p>`
        : nothing
    }
    ${needsSomebody(mail) ? actions(row) : nothing}
  </li>`
}

/** Printing settles a mail for good: it is over, and nothing went wrong with it. */
export const standingOf = ({ state, fault, kept }: OutboxMail): Standing =>
  state === 'failed' && fault === null && !kept ? 'printed' : state

/** It could not be sent, or could not so far. */
const needsSomebody = (mail: OutboxMail) =>
  standingOf(mail) === 'failed' || (mail.state === 'waiting' && mail.fault !== null)

/** "Given up today, 9:42 AM · 5 tries". */
function timesOf({ words, mail, now }: MailRow): string {
  const when = words.moment(mail.at, now)
  const tries = mail.attempts > 0 ? words.msg('outbox.tries', { count: mail.attempts }) : ''
  const times: Record<Standing, () => string> = {
    failed: () => words.msg('outbox.gaveUpAt', { when }),
    sent: () => words.msg('outbox.sentAt', { when }),
    printed: () => words.msg('outbox.printedAt', { when }),
    waiting: () =>
      mail.at <= now ? words.msg('outbox.nextTrySoon') : words.msg('outbox.nextTryAt', { when }),
  }
  return [times[standingOf(mail)](), tries].filter(Boolean).join(' · ')
}

function actions(row: MailRow) {
  const { words, mail, mayPrint, busy } = row
  if (!mail.kept) return html`<p class="soft small">${words.msg('outbox.textGone')}</p>`
  const about = words.msg('outbox.forThis', { kind: words.msg(MAIL_KINDS[mail.kind]), address: mail.to })
  const again = words.msg(busy ? 'outbox.retrying' : 'outbox.retry')
  const print = words.msg('outbox.print')
  return html`<div class="actions">
      <button
        class="button"
        type="button"
        aria-label="${again}: ${about}"
        aria-busy=${busy}
        @click=${row.retry}
      >
        ${again}
      </button>
      ${
        mayPrint
          ? html`<button
              class="button quiet"
              type="button"
              aria-label="${print}: ${about}"
              @click=${row.print}
            >
              ${print}
            </button>`
          : nothing
      }
    </div>
    ${mayPrint ? nothing : html`<p class="soft small">${words.msg('outbox.printNeedsRight')}</p>`}`
}
