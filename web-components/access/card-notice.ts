import { html, nothing } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import type { Refusal } from '../client.ts'
import { endsTheTab, mendsItself } from '../i18n/refusal-kinds.ts'
import { cardRefusal, firstRefusal, pressRefusal } from '../i18n/staff-refusals.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import type { Doing } from './card-view.ts'
import { MAIL_BARS } from './card-words.ts'

export type NoticeView = {
  words: StaffWords
  card: AccessCard | null
  refusal: Refusal
  /** What was asked when it was refused. */
  doing: Doing
  busy: boolean
  /** Something is typed that is not saved. */
  typed: boolean
  again: () => void
}

/** What was refused, in words, with the way on. */
export function refusalNotice(view: NoticeView) {
  const { words, card, refusal, busy, again } = view
  const ended = endsTheTab(refusal)
  // Without a card there is no other button: whatever the EMR refused, it can be asked once more.
  const isStuck = !card || refusal.code === 'host-signed-out'
  const label =
    mendsItself(refusal) && repeats(view) ? 'app.tryNow' : ended || !isStuck ? null : 'app.tryAgain'
  const actions =
    label === null
      ? nothing
      : html`<button class="button" type="button" aria-busy=${busy} @click=${again}>
          ${words.msg(label)}
        </button>`
  return notice({ mood: ended ? 'bad' : 'warn', ...inWords(view), actions })
}

const PRESSED: Partial<Record<Doing, StaffId>> = { mail: 'card.resend', 'ask-now': 'notNow.askNow' }

/** Only what can be asked twice without harm is asked again by itself. */
const repeats = ({ doing }: NoticeView): boolean => PRESSED[doing] === undefined

function inWords({ words, card, refusal, doing, typed }: NoticeView) {
  const bar = mailBar(refusal)
  if (bar !== null)
    return { title: words.msg('staffRefused.noMail'), text: barInWords(words, bar, card?.patient.firstName) }
  const pressed = PRESSED[doing]
  return pressed
    ? pressRefusal(words, refusal, words.msg(pressed))
    : typed || doing !== 'load'
      ? cardRefusal(words, refusal, doing === 'load' ? 'load' : 'save')
      : firstRefusal(words, refusal)
}

const mailBar = (refusal: Refusal) => (refusal.code === 'mail-not-possible' ? refusal.text('bar') : null)

/** Why no e-mail can go out, by the service's word for it. */
export function barInWords(words: StaffWords, bar: string, name = ''): string {
  const id = Object.entries(MAIL_BARS).find(([known]) => known === bar)?.[1] ?? 'bar.noServer'
  return words.msg(id, { name })
}
