import type { Patient } from '@medplum/fhirtypes'
import { blockingLines, readiness } from '../access/readiness.ts'
import { readPatient, type AccessDeps, type Asker } from '../access/read-access-card.ts'
import { toIssues } from '../access/save-access.ts'
import { endTicketsOf, lockAccess, readPortalState } from '../access/store.ts'
import { recordAudit } from '../audit/record.ts'
import { DAY_MS, MINUTE_MS } from '../clock.ts'
import { randomCode, randomDigits, sealWithToken, uuidv7 } from '../crypto/tokens.ts'
import { publishEvent } from '../events/events.ts'
import { firstName, lastName } from '../fhir/names.ts'
import { emailsOf, trustedEmailOf } from '../fhir/telecom.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { clearFailures } from '../store/throttle.ts'
import { identityBucket } from './activation-limits.ts'
import { identitiesOf } from './identity.ts'
import { openAccountFor } from './portal-account.ts'
import type { InvitationIssued } from './schema.ts'
import { letterLanguage } from './letters.ts'
import { toSlipContent } from './slip.ts'
import {
  addTicket,
  addTokenTicket,
  codeMac,
  portalIdMacs,
  ticketContext,
  type ActivationPayload,
} from './tickets.ts'

const CODE_LENGTH = 8
/** Six digits alone stand up to guessing for so long. */
const DAYS_WITHOUT_CODE = 14
/** Time to open the slip, not to read it. */
const SLIP_LIFETIME_MS = MINUTE_MS
const PORTAL_ID_TRIES = 20

export type InviteDeps = AccessDeps & { staffUrl: string }
type Issued = { id: string; portalId: string; code: string | null; validUntil: number }

/**
 * Staff invite a patient: makes a portal ID and a code for a letter, ends any older letter at once, and answers with the
 * one-time address of the slip that shows them. Who invites sees them once, or nobody does.
 *
 * @throws Problem `not-eligible` with the lines that block, `already-active`, or one of the EHR gateway's
 * @see seed 000 step 3, seed 004 "Create this user"
 */
export async function invite(deps: InviteDeps, asker: Asker): Promise<InvitationIssued> {
  const { practice, staff, requestId } = asker
  const patient = await readPatient(deps, asker)
  const patientId = staff.launch.patient_id
  const now = deps.now()
  return deps.store.transaction(async (tx) => {
    await lockAccess(tx, practice.id, patientId)
    const state = await readPortalState(tx, practice.id, patientId)
    if (state.account?.activated_at != null)
      throw new Problem('already-active', 'This patient already uses the portal.')
    const lines = readiness({
      patient,
      practice,
      allowed: state.access?.allowed_at == null ? 'not-asked' : 'yes',
      now,
    })
    if (blockingLines(lines).length > 0)
      throw new Problem('not-eligible', 'Some things are missing first.', { issues: toIssues(lines) })

    const account = await openAccountFor(tx, deps.keyring, practice, patient, now)
    await endTicketsOf(tx, practice.id, account.id, now)
    const issued = await issueActivation(tx, deps, asker, patient, account.id)
    const content = toSlipContent({ practice, patient, accountId: account.accountId, ...issued })
    const slip = { practice_id: practice.id, id: uuidv7(now), kind: 'slip' as const, account_id: account.id }
    const lifetime = { created_at: now, created_by: staff.id, expires_at: now + SLIP_LIFETIME_MS }
    const token = await addTokenTicket(tx, { ...slip, ...lifetime }, (key) =>
      sealWithToken(key, JSON.stringify(content)),
    )

    const entry = { practiceId: practice.id, actor: staff.fhirUser, patientId, requestId }
    await recordAudit(tx, { ...entry, action: 'invitation.issued', detail: { ticket: issued.id } }, now)
    await publishEvent(tx, { practiceId: practice.id, topic: 'access', patientId }, now)
    return { slipUrl: `${deps.staffUrl}/${practice.id}/slip#${token}`, validUntil: issued.validUntil }
  })
}

async function issueActivation(
  tx: Db,
  deps: InviteDeps,
  asker: Asker,
  patient: Patient,
  accountId: string,
): Promise<Issued> {
  const { practice, staff } = asker
  const now = deps.now()
  const id = uuidv7(now)
  const identities = identitiesOf(deps.keyring, patient)
  // Staff vouch for this patient anew: earlier wrong tries by the same initials and birth date are forgiven.
  for (const identity of identities)
    await clearFailures(tx, practice.id, identityBucket(deps.keyring, identity))
  const payload: ActivationPayload = {
    patientId: staff.launch.patient_id,
    firstName: firstName(patient),
    lastName: lastName(patient),
    email: trustedEmailOf(patient) ?? emailsOf(patient)[0] ?? null,
    trustedEmail: trustedEmailOf(patient),
    language: letterLanguage(patient, practice),
    identities,
  }
  const code = practice.settings.activationMode === 'strong' ? randomCode(CODE_LENGTH) : null
  const { invitationDays } = practice.settings
  const days = code === null ? Math.min(invitationDays, DAYS_WITHOUT_CODE) : invitationDays
  const validUntil = now + days * DAY_MS
  const portalId = await addUnderFreeId(tx, deps, {
    practice_id: practice.id,
    id,
    kind: 'activation',
    account_id: accountId,
    secret_mac: code === null ? null : codeMac(deps.keyring, id, code),
    payload_sealed: deps.keyring.seal(JSON.stringify(payload), ticketContext(practice.id, id)),
    created_at: now,
    created_by: staff.id,
    expires_at: validUntil,
  })
  return { id, portalId, code, validUntil }
}

/** Six digits are few: draw until one is free among the live ones. */
async function addUnderFreeId(
  tx: Db,
  deps: InviteDeps,
  ticket: Omit<Parameters<typeof addTicket>[1], 'lookup'>,
) {
  for (let attempt = 0; attempt < PORTAL_ID_TRIES; attempt++) {
    const portalId = randomDigits(6)
    const [lookup = ''] = portalIdMacs(deps.keyring, ticket.practice_id, portalId)
    if (await addTicket(tx, { ...ticket, lookup })) return portalId
  }
  throw new Problem('busy', 'No free portal ID was found. Try again.', { retryAfter: 1 })
}
