import type { Patient } from '@medplum/fhirtypes'
import { ageOn } from '../fhir/dates.ts'
import { displayName, firstName } from '../fhir/names.ts'
import { languageOf, mrnOf } from '../fhir/patient.ts'
import { TRIES_PER_LETTER } from './letter-tries.ts'
import type { Practice } from '../practices/practice.ts'
import { blockingLines, isStopped, readiness } from './readiness.ts'
import type { AccessCard, Invitation, PatientBanner } from './schema.ts'
import type { PortalState } from './store.ts'

export type CardFacts = {
  patient: Patient
  practice: Practice
  state: PortalState
  /** Names of staff by id, for "by J. Park". */
  staffNames: ReadonlyMap<string, string>
  permissions: readonly string[]
  now: number
}

/** Puts together what the access card shows: where things stand and what comes next. Pure. */
export function toAccessCard(facts: CardFacts): AccessCard {
  const { patient, practice, state, permissions, now } = facts
  const { access, account } = state
  const allowed = access?.allowed_at == null ? (access ? 'withdrawn' : 'not-asked') : 'yes'
  const lines = readiness({ patient, practice, allowed, now })
  const stopped = isStopped(lines)
  return {
    patient: toBanner(patient, practice, now),
    state: stateOf(facts, stopped, blockingLines(lines).length === 0),
    lines,
    allowed:
      access?.allowed_at == null
        ? null
        : { at: access.allowed_at, by: facts.staffNames.get(access.decided_by) ?? null },
    invitation: account?.activated_at == null ? toInvitation(facts) : null,
    account: account
      ? {
          accountId: account.account_id,
          username: account.username,
          activeSince: account.activated_at,
          lastSignInAt: account.last_signed_in_at,
        }
      : null,
    may: {
      allow: permissions.includes('access.manage') && (!stopped || allowed === 'yes'),
      create: permissions.includes('credentials.manage') && !stopped,
    },
  }
}

function stateOf(
  { state: { access, account, invitation } }: CardFacts,
  stopped: boolean,
  ready: boolean,
): AccessCard['state'] {
  if (account?.activated_at != null)
    return account.suspended_at !== null || access?.allowed_at == null ? 'suspended' : 'active'
  if (stopped) return 'stopped'
  if (!ready) return 'not-ready'
  return invitation && isWaiting(invitation) ? 'invited' : 'ready'
}

/** A letter that staff ended themselves is no news; one that wrong tries have ended is. */
const isWaiting = ({ used_at, ended_at, tries }: NonNullable<PortalState['invitation']>) =>
  used_at === null && (ended_at === null || tries >= TRIES_PER_LETTER)

function toInvitation({ state: { invitation }, staffNames, now }: CardFacts): Invitation | null {
  if (!invitation || !isWaiting(invitation)) return null
  const expired = invitation.expires_at <= now
  return {
    id: invitation.id,
    issuedAt: invitation.created_at,
    issuedBy: staffNames.get(invitation.created_by) ?? null,
    validUntil: invitation.expires_at,
    state: invitation.ended_at === null ? (expired ? 'expired' : 'live') : 'ended',
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
