import { invitationState, isWaiting } from '../access/invitation.ts'
import type { PortalState } from '../access/store.ts'
import { DAY_MS } from '../clock.ts'
import { dateIn } from '../fhir/dates.ts'
import type { CardWords } from './card-words.ts'

/** What a card says, what it leads to, and how loud it is. */
export type PortalNote = {
  says: (words: CardWords) => string
  /** What the launch opens with. */
  intent: 'create-credentials' | 'access'
  indicator: 'info' | 'warning'
}

/**
 * What to tell whoever has opened a chart about the patient's way into the portal, from our own store alone; null =
 * nothing that needs them. A patient we know nothing of is one without access, and no more is ever said.
 */
export function portalNote(state: PortalState, now: number, timeZone: string): PortalNote | null {
  const { access, account, refusal, invitation } = state
  const isAllowed = access?.allowed_at != null
  if (account?.activated_at != null)
    return account.suspended_at !== null || !isAllowed ? warn((words) => words.locked) : null
  if (isAllowed && invitation && isWaiting(invitation)) return invited(invitation, now, timeZone)
  if (!refusal) return { says: (words) => words.notSetUp, intent: 'create-credentials', indicator: 'info' }
  return refusal.ask_again_on <= dateIn(now, timeZone) ? inform((words) => words.askAgain) : null
}

function invited(invitation: NonNullable<PortalState['invitation']>, now: number, timeZone: string) {
  const state = invitationState(invitation, now)
  if (state === 'ended') return warn((words) => words.tooManyTries)
  if (state === 'expired') return inform((words) => words.expired)
  const days = daysBetween(dateIn(invitation.created_at, timeZone), dateIn(now, timeZone))
  return inform((words) => words.invited(days))
}

const inform = (says: PortalNote['says']): PortalNote => ({ says, intent: 'access', indicator: 'info' })
const warn = (says: PortalNote['says']): PortalNote => ({ says, intent: 'access', indicator: 'warning' })

/** Days of the practice's calendar. */
const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
