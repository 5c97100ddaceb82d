import type { AccessCard, ContactField, LineId, SaveAccess } from '../../src/access/schema.ts'

/**
 * What somebody typed into one field: what the chart held before, what stood there (which may wait to be typed into the
 * chart), and the text as it is now.
 */
type Typed = {
  from: string | null
  was: string | null
  /** What was seen waiting; undefined = nothing. */
  waiting?: string | null | undefined
  text: string
}

/** What stands on the card and is not saved yet. Null and absent mean: as saved. */
export type Draft = {
  allowPortal: boolean | null
  allowEmail: boolean | null
  contacts: Partial<Record<ContactField, Typed>>
  /** "Same as contact e-mail" is ticked; only looked at while the trusted e-mail is being changed. */
  sameEmail: boolean
  /** Lines that are done and were opened to be changed all the same. */
  open: readonly LineId[]
}

/** What is wrong with a typed value, as far as the browser can tell. */
export type FieldFault = 'phone' | 'email' | 'contact-first'

export const NO_DRAFT: Draft = {
  allowPortal: null,
  allowEmail: null,
  contacts: {},
  sameEmail: false,
  open: [],
}

/** The fields that a line of the card is mended by, in the order of the screen. */
export const FIELDS_OF: Partial<Record<LineId, readonly ContactField[]>> = {
  phone: ['homePhone', 'mobilePhone'],
  'contact-email': ['contactEmail'],
  'trusted-email': ['trustedEmail'],
}
export const CONTACT_FIELDS = Object.values(FIELDS_OF).flat()

/** The service reads them by the same forms (`src/access/schema.ts`). */
const PHONE = /^[+\d(][\d\s().-]{5,}(\s*(x|ext\.?)\s*\d{1,6})?$/i
const EMAIL = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/

export const isPhone = (field: ContactField): boolean => field === 'homePhone' || field === 'mobilePhone'

/** What waits to be typed into the chart; null = it is to be taken out, undefined = nothing waits. */
export const pendingOf = ({ todos }: AccessCard, field: ContactField): string | null | undefined =>
  todos.flatMap(({ changes }) => changes).find((change) => change.field === field)?.to

/** What is saved, in the chart or on the way there. */
function savedOf(card: AccessCard, field: ContactField): string | null {
  const pending = pendingOf(card, field)
  return pending === undefined ? card.contacts[field] : pending
}

/** The field as it stands on the screen. */
export const textOf = (card: AccessCard, draft: Draft, field: ContactField): string =>
  draft.contacts[field]?.text ?? savedOf(card, field) ?? ''

/** The same draft with another text in one field; what stood there when typing began stays the ground. */
export function typed(card: AccessCard, draft: Draft, field: ContactField, text: string): Draft {
  const ground = groundOf(card, draft, field)
  return { ...draft, contacts: { ...draft.contacts, [field]: { ...ground, text } } }
}

/** Opens a line that is done. A trusted e-mail that follows the contact e-mail opens with it, where everybody sees it. */
export function opened(card: AccessCard, draft: Draft, line: LineId): Draft {
  const trustedEmail = savedOf(card, 'trustedEmail')
  const follows = trustedEmail !== null && trustedEmail === savedOf(card, 'contactEmail')
  const isEmail = line === 'contact-email' || line === 'trusted-email'
  const lines: LineId[] = isEmail && follows ? ['contact-email', 'trusted-email'] : [line]
  const sameEmail = isEmail && follows ? true : draft.sameEmail
  return { ...draft, sameEmail, open: [...new Set([...draft.open, ...lines])] }
}

/** What Save sends: exactly what differs. Null when nothing does. */
export function changesOf(card: AccessCard, draft: Draft): SaveAccess | null {
  const contacts = contactChanges(card, draft)
  const portal = draft.allowPortal !== null && draft.allowPortal !== isAllowed(card)
  const email = draft.allowEmail !== null && draft.allowEmail !== card.emailAllowed
  const fields = Object.keys(contacts).length > 0
  if (!portal && !email && !fields) return null
  return {
    ...(portal ? { allowPortal: draft.allowPortal ?? false } : {}),
    ...(email ? { allowEmail: draft.allowEmail ?? false } : {}),
    ...(fields ? { contacts } : {}),
  }
}

/** What has to be put right before anything can be sent, field by field. */
export function faultsOf(card: AccessCard, draft: Draft): Partial<Record<ContactField, FieldFault>> {
  const changes = contactChanges(card, draft)
  const faults: Partial<Record<ContactField, FieldFault>> = {}
  for (const field of CONTACT_FIELDS) {
    const to = changes[field]?.to ?? null
    // A wrong address is said once, where it was typed.
    if (to === null || (field === 'trustedEmail' && draft.sameEmail)) continue
    if (!(isPhone(field) ? PHONE : EMAIL).test(to)) faults[field] = isPhone(field) ? 'phone' : 'email'
  }
  if (draft.sameEmail && textOf(card, draft, 'contactEmail').trim() === '')
    faults.contactEmail = 'contact-first'
  return faults
}

/** What is left of a draft after a Save: only what was typed while it ran, on the ground of what is saved now. */
export function leftOver(saved: AccessCard, sent: Draft, draft: Draft): Draft {
  if (draft === sent) return NO_DRAFT
  const contacts: Draft['contacts'] = {}
  for (const field of CONTACT_FIELDS) {
    const text = draft.contacts[field]?.text
    if (text !== undefined && text !== sent.contacts[field]?.text)
      contacts[field] = { ...groundIn(saved, field), text }
  }
  return { ...draft, contacts }
}

export const isAllowed = (card: AccessCard): boolean =>
  card.lines.some((line) => line.id === 'allowed' && line.done)

/** What stood there when typing began, nothing at all included: the card may show somebody else's value by now. */
const groundOf = (card: AccessCard, draft: Draft, field: ContactField): Omit<Typed, 'text'> =>
  draft.contacts[field] ?? groundIn(card, field)

const groundIn = (card: AccessCard, field: ContactField): Omit<Typed, 'text'> => ({
  from: card.contacts[field],
  was: savedOf(card, field),
  waiting: pendingOf(card, field),
})

function contactChanges(card: AccessCard, draft: Draft): NonNullable<SaveAccess['contacts']> {
  const changes: NonNullable<SaveAccess['contacts']> = {}
  for (const field of CONTACT_FIELDS) {
    const { from, was, waiting } = groundOf(card, draft, field)
    const follows = field === 'trustedEmail' && draft.sameEmail
    const to = textOf(card, draft, follows ? 'contactEmail' : field).trim() || null
    if (to !== was && to !== savedOf(card, field))
      changes[field] = { from, to, ...(waiting === undefined ? {} : { waiting }) }
  }
  return changes
}
