import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import type { ToDo } from '../desk/schema.ts'
import { ageOn, dateIn } from '../fhir/dates.ts'
import { displayName, firstName } from '../fhir/names.ts'
import { languageOf, mrnOf } from '../fhir/patient.ts'
import type { Practice } from '../practices/practice.ts'
import { isWaiting, toInvitation } from './invitation.ts'
import { blockingLines, isStopped, readiness } from './readiness.ts'
import type { AccessCard, MayEdit, PatientBanner, Refused } from './schema.ts'
import { contactsFor, standingOf } from './standing.ts'
import type { PortalState } from './store.ts'

export type CardFacts = {
  patient: Patient
  practice: Practice
  state: PortalState
  /** Names of staff by id, for "by J. Park". */
  staffNames: ReadonlyMap<string, string>
  permissions: readonly string[]
  mayEdit: MayEdit
  todos: ToDo[]
  /** Opens what the store keeps sealed. */
  keyring: Keyring
  now: number
}

/** Puts together what the access card shows: where things stand and what comes next. Does nothing but compute. */
export function toAccessCard(facts: CardFacts): AccessCard {
  const { patient, practice, state, staffNames, permissions, keyring, now } = facts
  const { access, account, invitation } = state
  const standing = standingOf(keyring, patient, access)
  const lines = readiness({ patient, practice, now, ...standing })
  const stopped = isStopped(lines)
  const waiting = account?.activated_at == null && invitation && isWaiting(invitation) ? invitation : null
  const nameOf = (id: string) => staffNames.get(id) ?? null
  return {
    patient: toBanner(patient, practice, now),
    state: stateOf(state, stopped, blockingLines(lines).length === 0),
    lines,
    contacts: contactsFor(patient, standing.trustedEmail),
    todos: facts.todos,
    emailAllowed: standing.emailAllowed,
    allowed: access?.allowed_at == null ? null : { at: access.allowed_at, by: nameOf(access.decided_by) },
    refused: toRefused(facts),
    invitation: waiting && toInvitation(keyring, practice.id, waiting, nameOf(waiting.created_by), now),
    account: account
      ? {
          accountId: account.account_id,
          username: account.username,
          activeSince: account.activated_at,
          lastSignInAt: account.last_signed_in_at,
        }
      : null,
    may: {
      allow: permissions.includes('access.manage') && (!stopped || standing.allowed === 'yes'),
      create: permissions.includes('credentials.manage') && !stopped,
      edit: facts.mayEdit,
      settings: permissions.includes('settings.manage'),
    },
  }
}

function stateOf(
  { access, account, invitation }: PortalState,
  stopped: boolean,
  ready: boolean,
): AccessCard['state'] {
  if (account?.activated_at != null)
    return account.suspended_at !== null || access?.allowed_at == null ? 'suspended' : 'active'
  if (stopped) return 'stopped'
  if (!ready) return 'not-ready'
  return invitation && isWaiting(invitation) ? 'invited' : 'ready'
}

function toRefused({ state: { refusal }, practice, staffNames, now }: CardFacts): Refused | null {
  if (!refusal) return null
  return {
    reason: refusal.reason as Refused['reason'],
    askAgainOn: refusal.ask_again_on,
    due: refusal.ask_again_on <= dateIn(now, practice.timeZone),
    at: refusal.recorded_at,
    by: staffNames.get(refusal.recorded_by) ?? null,
  }
}

const toBanner = (patient: Patient, practice: Practice, now: number): PatientBanner => ({
  id: patient.id ?? '',
  name: displayName(patient),
  firstName: firstName(patient),
  birthDate: patient.birthDate ?? null,
  age: patient.birthDate ? ageOn(patient.birthDate, now, practice.timeZone) : null,
  gender: patient.gender ?? null,
  mrn: mrnOf(patient) ?? null,
  language: languageOf(patient),
})
