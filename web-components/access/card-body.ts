import { html, nothing } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'
import { alertIcon, checkIcon } from '../ui/icons.ts'
import { clockIcon, pauseIcon, plusIcon } from './card-icons.ts'
import { accountFacts, invitationFacts } from './card-facts.ts'
import { allowSwitch, folded, lineRow, meter, type Readiness, readinessOf } from './card-lines.ts'
import { waitingFor, whyStopped } from './card-words.ts'

/** Everything that the parts of the card draw from, and what they may ask for. */
export type CardView = {
  words: StaffWords
  card: AccessCard
  /** Epoch ms by the service's clock. */
  now: number
  /** The switch as it stands on the screen, and whether it differs from what is saved. */
  allow: boolean
  changed: boolean
  saving: boolean
  setAllow: (on: boolean) => void
  save: () => void
  reload: () => void
  create: () => void
}

/** A word and a mark for where things stand. */
export function statusPill(words: StaffWords, card: AccessCard) {
  const pill = (mood: string, mark: unknown, text: string) =>
    html`<span class="pill ${mood}">${mark}${text}</span>`
  const ended = card.invitation?.state ?? 'live'
  if (card.state === 'not-ready')
    return pill('warn', alertIcon(), words.msg('pill.missing', { count: readinessOf(card).missing.length }))
  if (card.state === 'ready') return pill('good', checkIcon(), words.msg('pill.ready'))
  if (card.state === 'active') return pill('good', checkIcon(), words.msg('pill.active'))
  if (card.state === 'suspended') return pill('bad', pauseIcon(), words.msg('pill.suspended'))
  if (card.state === 'stopped') return pill('', pauseIcon(), words.msg('pill.stopped'))
  if (ended === 'live') return pill('info', clockIcon(), words.msg('pill.invited'))
  return pill('warn', alertIcon(), words.msg(ended === 'expired' ? 'pill.expired' : 'pill.ended'))
}

/** Headline first, then what is missing or known. */
export function cardBody(view: CardView) {
  const { words, card, now } = view
  const headline = html`<p class="headline" tabindex="-1">${headlineOf(view)}</p>`
  if (card.state === 'not-ready') return notReady(view, headline, readinessOf(card))
  if (card.state === 'ready') return ready(view, headline, readinessOf(card))
  if (card.state === 'stopped')
    return html`${headline}
      <p>${whyStopped(words, card)}</p>
      ${permission(view)}`
  if (card.state === 'invited')
    return html`${headline}${invitationFacts(words, card, now)}${permission(view)}`
  return html`${headline}${accountFacts(words, card, now)}${permission(view)}`
}

/** The switch where access was given already: folded, with what switching it off would do. */
function permission(view: CardView) {
  const { words, card } = view
  const line = card.lines.find(({ id }) => id === 'allowed')
  if (!line || !card.may.allow) return nothing
  if (!line.done)
    return html`<ul class="lines">
      ${row(view, line)}
    </ul>`
  const rows = html`${row(view, line)}
    <li class="small soft">${words.msg('card.withdraw', { name: card.patient.firstName })}</li>`
  return folded(words.msg('card.permission'), checkIcon(), rows)
}

const HEADLINES: Record<AccessCard['state'], StaffId> = {
  stopped: 'card.stopped',
  'not-ready': 'card.notReady',
  ready: 'card.ready',
  invited: 'card.expired',
  active: 'card.active',
  suspended: 'card.suspended',
}

function headlineOf({ words, card, now }: CardView): string {
  const name = card.patient.firstName
  const { invitation } = card
  if (card.state === 'invited' && invitation?.state === 'live')
    return waitingFor(words, name, invitation.validUntil, now)
  if (card.state === 'invited' && invitation?.state === 'ended') return words.msg('card.ended', { name })
  const almost = card.state === 'not-ready' && readinessOf(card).missing.length === 1
  return words.msg(almost ? 'card.almost' : HEADLINES[card.state], { name })
}

function notReady(view: CardView, headline: unknown, readiness: Readiness) {
  const { text, bar } = meter(view.words, readiness)
  return html`<div>${headline}${text}</div>
    ${bar}
    <ul class="lines">
      ${readiness.missing.map((line) => row(view, line))}
    </ul>
    ${readyLines(view, readiness)} ${helpfulLines(view, readiness)}`
}

const ready = (view: CardView, headline: unknown, readiness: Readiness) =>
  html`${headline}${readyLines(view, readiness)}${helpfulLines(view, readiness)}`

function readyLines(view: CardView, { missing, ready }: Readiness) {
  if (ready.length === 0) return nothing
  return folded(
    view.words.msg(missing.length > 0 ? 'card.readyLines' : 'card.allReady', { count: ready.length }),
    checkIcon(),
    ready.map((line) => row(view, line)),
  )
}

function helpfulLines(view: CardView, { helpful }: Readiness) {
  if (helpful.length === 0) return nothing
  const count = helpful.filter(({ done }) => !done).length
  return folded(
    view.words.msg(count > 0 ? 'card.helpful' : 'card.allHelpful', { count }),
    count > 0 ? plusIcon() : checkIcon(),
    helpful.map((line) => row(view, line)),
  )
}

function row(view: CardView, line: AccessCard['lines'][number]) {
  const { words, card, allow, saving, setAllow } = view
  const base = { words, name: card.patient.firstName }
  if (line.id !== 'allowed' || !card.may.allow) return lineRow(line, base)
  const control = allowSwitch({ words, on: allow, busy: saving, change: setAllow })
  return lineRow(line, { ...base, control, labelFor: 'allow' })
}
