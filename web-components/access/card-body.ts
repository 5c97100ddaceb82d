import { html, nothing } from 'lit'
import type { AccessCard, ReadinessLine } from '../../src/access/schema.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'
import { alertIcon, checkIcon } from '../ui/icons.ts'
import { notice } from '../ui/notice.ts'
import { clockIcon, pauseIcon, plusIcon } from './card-icons.ts'
import { accountFacts, invitationFacts, refusedFacts, refusedInWords } from './card-facts.ts'
import { folded, lineRow, meter } from './card-lines.ts'
import { type CardView, type Readiness, readinessOf } from './card-view.ts'
import { waitingFor, whyStopped } from './card-words.ts'

/** A word and a mark for where things stand. */
export function statusPill(words: StaffWords, card: AccessCard) {
  const pill = (mood: string, mark: unknown, text: string) =>
    html`<span class="pill ${mood}" part="status">${mark}${text}</span>`
  if (isBeforeInvitation(card) && card.refused)
    return card.refused.due
      ? pill('warn', clockIcon(), words.msg('pill.askAgain'))
      : pill('', clockIcon(), words.msg('pill.notNow'))
  if (card.state === 'not-ready')
    return pill('warn', alertIcon(), words.msg('pill.missing', { count: readinessOf(card).missing.length }))
  if (card.state === 'ready') return pill('good', checkIcon(), words.msg('pill.ready'))
  if (card.state === 'active') return pill('good', checkIcon(), words.msg('pill.active'))
  if (card.state === 'suspended') return pill('bad', pauseIcon(), words.msg('pill.suspended'))
  if (card.state === 'stopped') return pill('', pauseIcon(), words.msg('pill.stopped'))
  const ended = card.invitation?.state ?? 'live'
  if (ended !== 'live')
    return pill('warn', alertIcon(), words.msg(ended === 'expired' ? 'pill.expired' : 'pill.ended'))
  return card.invitation?.mail?.state === 'failed'
    ? pill('bad', alertIcon(), words.msg('pill.mailBack'))
    : pill('info', clockIcon(), words.msg('pill.invited'))
}

/** Staff said "not now", and the day to ask again is still to come: nothing else is to be done. */
export const isPutOff = ({ card, changed }: CardView): boolean =>
  isBeforeInvitation(card) && card.refused !== null && !card.refused.due && !changed

const isBeforeInvitation = ({ state }: AccessCard) => state === 'not-ready' || state === 'ready'

/** Headline first, then what is missing or known. */
export function cardBody(view: CardView) {
  const { words, card, now } = view
  const headline = html`<p class="headline" part="headline" tabindex="-1">${headlineOf(view)}</p>`
  if (isPutOff(view)) return html`${headline}${refusedFacts(words, card, now)}`
  if (card.state === 'not-ready') return notReady(view, headline, readinessOf(card))
  if (card.state === 'ready') return ready(view, headline, readinessOf(card))
  if (card.state === 'stopped')
    return html`${headline}
      <p>${whyStopped(words, card)}</p>
      ${permissions(view)}`
  if (card.state === 'invited')
    return html`${headline}${invitationFacts(words, card, now)}${permissions(view)}`
  return html`${headline}${accountFacts(words, card, now)}${permissions(view)}`
}

/** A fold must not close over something that is not saved. */
const isTouched = ({ editor }: CardView, lines: readonly ReadinessLine[]) => editor?.isTouched(lines) ?? false

/** What can still be changed once a patient is invited or in: folded, with what switching the portal off would do. */
function permissions(view: CardView) {
  const { card } = view
  const allowed = card.lines.find(({ id }) => id === 'allowed')
  if (!allowed || !card.may.allow) return nothing
  if (card.state === 'stopped') return allowed.done ? fold(view, allowed, []) : nothing
  const others = card.lines.filter(({ id }) => CONTACT_LINES.has(id))
  const missing = allowed.done
    ? nothing
    : html`<ul class="lines">
        ${lineRow(view, allowed)}
      </ul>`
  return html`${missing}${fold(view, allowed.done ? allowed : null, others)}`
}

const CONTACT_LINES = new Set(['phone', 'contact-email', 'trusted-email', 'allow-email'])

function fold(view: CardView, allowed: ReadinessLine | null, others: readonly ReadinessLine[]) {
  const { words, card } = view
  const warning = html`<li class="small soft">
    ${words.msg('card.withdraw', { name: card.patient.firstName })}
  </li>`
  const rows = () =>
    html`${others.map((line) => lineRow(view, line))}
    ${allowed ? html`${lineRow(view, allowed)}${warning}` : nothing}${view.editor?.renderElsewhere(view, others)}`
  return folded(view, words.msg('card.permission'), checkIcon(), rows, isTouched(view, others))
}

const HEADLINES: Record<AccessCard['state'], StaffId> = {
  stopped: 'card.stopped',
  'not-ready': 'card.notReady',
  ready: 'card.ready',
  invited: 'card.expired',
  active: 'card.active',
  suspended: 'card.suspended',
}

function headlineOf(view: CardView): string {
  const { words, card, now } = view
  const name = card.patient.firstName
  const { invitation } = card
  if (isPutOff(view)) return words.msg('notNow.headline', { name })
  if (card.state === 'invited' && invitation) {
    const isPassword = invitation.kind === 'temporary-password'
    if (invitation.state === 'live') return waitingFor(words, name, invitation.validUntil, now)
    if (invitation.state === 'ended')
      return words.msg(isPassword ? 'card.endedPassword' : 'card.ended', { name })
    return words.msg(isPassword ? 'card.expiredPassword' : 'card.expired', { name })
  }
  const almost = card.state === 'not-ready' && readinessOf(card).missing.length === 1
  return words.msg(almost ? 'card.almost' : HEADLINES[card.state], { name })
}

function notReady(view: CardView, headline: unknown, readiness: Readiness) {
  const { text, bar } = meter(view.words, readiness)
  return html`${askAgain(view)}
    <div>${headline}${text}</div>
    ${bar}
    <ul class="lines">
      ${readiness.missing.map((line) => lineRow(view, line))}
    </ul>
    ${helpfulLines(view, readiness)} ${readyLines(view, readiness)}`
}

const ready = (view: CardView, headline: unknown, readiness: Readiness) =>
  html`${askAgain(view)}${headline}${readyLines(view, readiness)}${helpfulLines(view, readiness)}`

/** The day has come: said before everything else. */
function askAgain({ words, card, now }: CardView) {
  const { refused } = card
  if (!refused) return nothing
  const isToday = refused.askAgainOn === words.isoDay(now)
  return notice({
    mood: 'warn',
    title: words.msg(isToday ? 'notNow.due' : 'notNow.overdue'),
    text: refusedInWords(words, card, now),
  })
}

function readyLines(view: CardView, { missing, ready }: Readiness) {
  if (ready.length === 0) return nothing
  return folded(
    view,
    view.words.msg(missing.length > 0 ? 'card.readyLines' : 'card.allReady', { count: ready.length }),
    checkIcon(),
    () => ready.map((line) => lineRow(view, line)),
    isTouched(view, ready),
  )
}

function helpfulLines(view: CardView, { helpful }: Readiness) {
  if (helpful.length === 0) return nothing
  const count = helpful.filter(({ done }) => !done).length
  // Whoever is putting things right sees all of it; a card that is ready asks for nothing more.
  const isBeingMended = view.card.state === 'not-ready' && view.card.may.allow
  return folded(
    view,
    view.words.msg(count > 0 ? 'card.helpful' : 'card.allHelpful', { count }),
    count > 0 ? plusIcon() : checkIcon(),
    () => html`${helpful.map((line) => lineRow(view, line))}${view.editor?.renderElsewhere(view, helpful)}`,
    isTouched(view, helpful) || (count > 0 && isBeingMended),
  )
}
