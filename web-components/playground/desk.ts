import type { AccessCard, ContactField, RefuseAccess, SaveAccess } from '../../src/access/schema.ts'
import type { CreateInvitation } from '../../src/credentials/schema.ts'
import {
  DAY_MS,
  invitationOf,
  LOOK_ONLY,
  MAIL,
  offerForWalter,
} from '../../test/web-components/support/fixtures.ts'
import { toDoOf } from '../../test/web-components/support/to-do.ts'
import type { Look } from './look.ts'
import type { Answers } from './scene.ts'

const SLIP_MS = 60_000

/** A service that knows one patient: it saves, invites and takes back, so that a card can be worked with. */
export function deskFor(first: AccessCard, look: Look): Answers {
  let card = asAllowed(first, look)
  const answer = (change: Partial<AccessCard>) => {
    card = asAllowed({ ...card, ...change }, look)
    return { body: card }
  }
  return {
    'GET patients/12/access': () => ({ body: card }),
    'PUT patients/12/access': (body) => answer(saved(card, body as SaveAccess)),
    'PUT patients/12/todos/t1': () => answer({ todos: [] }),
    'PUT patients/12/refusal': (body) => answer({ refused: putOff(body as RefuseAccess) }),
    'DELETE patients/12/refusal': () => answer({ refused: null }),
    'GET patients/12/invitations/offer': () => ({ body: offerOf(card, look) }),
    'POST patients/12/invitations': (body) => {
      const { kind, mail } = body as CreateInvitation
      answer({
        state: 'invited',
        refused: null,
        invitation: invitationOf({ kind, mail: mail ? onItsWay() : null }),
      })
      return { status: 201, body: issued(mail) }
    },
    'POST patients/12/invitations/current/mail': () => {
      answer({ invitation: { ...(card.invitation ?? invitationOf()), mail: onItsWay() } })
      return { body: { slipUrl: null, validUntil: Date.now() + SLIP_MS, mailedTo: MAIL } }
    },
    'DELETE patients/12/invitations/current': () => answer({ state: 'ready', invitation: null }),
  }
}

/** The card as somebody sees it who may do less, or whose practice sends no e-mail. */
function asAllowed(card: AccessCard, { can }: Look): AccessCard {
  if (can === 'look-only') return { ...card, may: LOOK_ONLY }
  if (can === 'no-chart-edit') return { ...card, may: { ...card.may, edit: 'no' } }
  if (can === 'chart-by-hand') return { ...card, may: { ...card.may, edit: 'to-do' } }
  if (can === 'no-mail')
    return {
      ...card,
      lines: card.lines.map((line) =>
        line.id === 'mail-sender' ? { ...line, done: false, reason: 'missing' } : line,
      ),
    }
  return card
}

function saved(
  card: AccessCard,
  { allowPortal, allowEmail, contacts: sent = {} }: SaveAccess,
): Partial<AccessCard> {
  const isByHand = card.may.edit === 'to-do'
  const contacts = isByHand ? {} : sent
  const values = Object.entries(contacts).map(([name, edit]) => [name, edit?.to ?? null])
  const now: AccessCard['contacts'] = { ...card.contacts, ...Object.fromEntries(values) }
  const value: Partial<Record<string, string | null>> = {
    phone: now.mobilePhone ?? now.homePhone,
    'contact-email': now.contactEmail,
    'trusted-email': now.trustedEmail,
  }
  const lines = card.lines.map((line) => {
    const held = value[line.id]
    if (held !== undefined)
      return { ...line, value: held, done: held !== null, reason: held === null ? 'missing' : null }
    if (line.id === 'allowed' && allowPortal !== undefined)
      return { ...line, done: allowPortal, reason: allowPortal ? null : 'withdrawn' }
    if (line.id === 'allow-email' && allowEmail !== undefined) return { ...line, done: allowEmail }
    return line
  })
  return {
    lines,
    contacts: now,
    todos: isByHand ? noted(card, sent) : card.todos,
    emailAllowed: allowEmail ?? card.emailAllowed,
    state: stateOf({ ...card, lines }),
  }
}

/** What is to be typed into the chart by hand from now on: a later value takes the place of an earlier one. */
function noted({ todos }: AccessCard, sent: NonNullable<SaveAccess['contacts']>): AccessCard['todos'] {
  const fields = Object.keys(sent) as ContactField[]
  const changes = [
    ...todos.flatMap((todo) => todo.changes).filter(({ field }) => !fields.includes(field)),
    ...fields.map((field) => ({ field, from: sent[field]?.from ?? null, to: sent[field]?.to ?? null })),
  ].filter(({ from, to }) => from !== to)
  return changes.length > 0 ? [toDoOf({ changes, createdAt: Date.now(), checkedAt: null })] : []
}

/** Where the lines alone leave a patient. */
function stateOf({ state, lines }: AccessCard): AccessCard['state'] {
  const isReady = lines.every(({ need, done }) => need !== 'blocks' || done)
  if (state === 'not-ready' || state === 'ready') return isReady ? 'ready' : 'not-ready'
  if (state === 'active' || state === 'suspended') return isReady ? 'active' : 'suspended'
  return state
}

const putOff = ({ reason, askAgainOn }: RefuseAccess): AccessCard['refused'] => ({
  reason,
  askAgainOn,
  due: false,
  at: Date.now(),
  by: 'J. Park',
})

const onItsWay = () => ({ to: MAIL, state: 'waiting' as const, at: Date.now(), fault: null })

const issued = (mail: boolean) => ({
  slipUrl: mail ? null : `${location.origin}/fernwood/slip#${'a'.repeat(43)}`,
  validUntil: Date.now() + 30 * DAY_MS,
  mailedTo: mail ? MAIL : null,
})

function offerOf({ contacts, emailAllowed }: AccessCard, { can }: Look) {
  const bar = can === 'no-mail' ? 'no-server' : contacts.trustedEmail === null ? 'no-trusted-email' : null
  const mailBar = bar ?? (emailAllowed ? null : 'not-allowed')
  return offerForWalter({ mailBar, mailTo: mailBar === null ? contacts.trustedEmail : null })
}
