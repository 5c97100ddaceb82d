import { html } from 'lit'
import type { AccessCard, ContactField, SaveAccess } from '../../src/access/schema.ts'
import type { Refusal } from '../client.ts'
import type { InviteWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import { fieldLabel } from './contact-fields.ts'
import { CONTACT_FIELDS, type Draft, isPhone } from './draft.ts'

/** One value that somebody else changed while it was being changed here. */
export type Conflict = {
  field: ContactField
  theirs: string | null
  mine: string | null
  /** Theirs still waits to be typed into the chart. */
  waits: boolean
}

/** What the card holds and what is still to be saved, once it is known what stands in the EMR. */
type Settled = { card: AccessCard; draft: Draft }

/**
 * Both values of each field that a Save ran into; null when the service named no field. Where both are the same there is
 * nothing to decide, and often it was this very Save, whose answer was lost.
 */
export function runInto(
  now: Settled,
  refusal: Refusal,
  sent: SaveAccess,
): (Settled & { conflicts: Conflict[] }) | null {
  if (refusal.code !== 'conflict') return null
  const all = CONTACT_FIELDS.flatMap((field) => {
    const edit = sent.contacts?.[field]
    const inChart = refusal.theirs(`/contacts/${field}`)
    const theirs = inChart === undefined ? refusal.theirs(`/contacts/${field}/waiting`) : inChart
    const waits = inChart === undefined
    return edit === undefined || theirs === undefined ? [] : [{ field, theirs, mine: edit.to, waits }]
  })
  if (all.length === 0) return null
  const agreed = all.filter(({ theirs, mine }) => theirs === mine)
  return {
    ...agreed.reduce(keepTheirs, now),
    conflicts: all.filter((conflict) => !agreed.includes(conflict)),
  }
}

/** Theirs stays: nothing of this field is sent. */
export function keepTheirs({ card, draft }: Settled, { field, theirs, waits }: Conflict): Settled {
  const { [field]: _mine, ...contacts } = draft.contacts
  const sameEmail = field === 'trustedEmail' ? false : draft.sameEmail
  return { card: waits ? card : seen(card, field, theirs), draft: { ...draft, contacts, sameEmail } }
}

/** Mine goes out again, on the ground of theirs. */
export function useMine({ card, draft }: Settled, { field, theirs, mine, waits }: Conflict): Settled {
  const { from: seenInChart } = draft.contacts[field] ?? { from: card.contacts[field] }
  const from = waits ? seenInChart : theirs
  const ground = { from, was: theirs, waiting: waits ? theirs : undefined, text: mine ?? '' }
  const contacts = { ...draft.contacts, [field]: ground }
  return { card: waits ? card : seen(card, field, theirs), draft: { ...draft, contacts } }
}

const seen = (card: AccessCard, field: ContactField, value: string | null): AccessCard => ({
  ...card,
  contacts: { ...card.contacts, [field]: value },
})

export type ConflictView = {
  words: InviteWords
  conflicts: readonly Conflict[]
  settle: (conflict: Conflict, choice: 'theirs' | 'mine') => void
}

/** Both values of each field, and two buttons: nothing is overwritten by itself. */
export function conflictNotice({ words, conflicts, settle }: ConflictView) {
  const [first] = conflicts
  const one = first && isPhone(first.field) ? 'conflict.phone' : 'conflict.email'
  return notice({
    mood: 'warn',
    title: words.msg(conflicts.length > 1 ? 'conflict.several' : one),
    text: words.msg('conflict.text'),
    actions: conflicts.map((conflict) => choice(words, conflict, settle)),
  })
}

function choice(words: InviteWords, conflict: Conflict, settle: ConflictView['settle']) {
  const label = fieldLabel(words, conflict.field)
  const value = (text: string | null) => text ?? words.msg('conflict.none')
  return html`<div class="conflict" role="group" aria-label=${label}>
    <p><strong>${label}</strong></p>
    <dl class="facts">
      <div>
        <dt>${words.msg('conflict.theirs')}</dt>
        <dd>${value(conflict.theirs)}</dd>
      </div>
      <div>
        <dt>${words.msg('conflict.mine')}</dt>
        <dd>${value(conflict.mine)}</dd>
      </div>
    </dl>
    <div class="row">
      <button class="button" type="button" @click=${() => settle(conflict, 'theirs')}>
        ${words.msg('conflict.keep')}
      </button>
      <button class="button" type="button" @click=${() => settle(conflict, 'mine')}>
        ${words.msg('conflict.use')}
      </button>
    </div>
  </div>`
}
