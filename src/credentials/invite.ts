import type { Patient } from '@medplum/fhirtypes'
import { readPatient, type AccessDeps, type Asker } from '../access/read-access-card.ts'
import { clearRefusal } from '../access/refusal.ts'
import { trustedEmailFor } from '../access/standing.ts'
import { lockAccess, readPortalState } from '../access/store.ts'
import { plainWords } from '../accounts/temporary-password.ts'
import { recordAudit } from '../audit/record.ts'
import type { PasswordHasher } from '../crypto/passwords.ts'
import { publishEvent } from '../events/events.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { clearFailures } from '../store/throttle.ts'
import { identityBucket } from './activation-limits.ts'
import { checkEligible, eligibilityOf, mailAddress } from './eligibility.ts'
import { endInvitations } from './end-invitations.ts'
import { toPayload, type Invited } from './invited.ts'
import { issueActivation, type IssuedActivation } from './issue-activation.ts'
import { issueTemporary, type IssuedTemporary } from './issue-temporary.ts'
import type { LetterFacts } from './letter-sheets.ts'
import { suggestFor } from './new-credentials.ts'
import { openAccountFor } from './portal-account.ts'
import { randomWords } from './random-words.ts'
import type { CreateInvitation, InvitationIssued } from './schema.ts'
import { addSlip, toSlipContent } from './slip-content.ts'
import { isTaken, suggestUsername, takenUsername, toUsername } from './suggest-username.ts'

export type InviteDeps = AccessDeps & { staffUrl: string; hasher: PasswordHasher }

/** Null for an activation: the patient chooses. */
type Words = { words: string; hash: string } | null

/**
 * Staff invite a patient, by an activation or by a temporary password: ends everything older at once, mails what was
 * asked for, and answers with the one-time address of the slip. Who invites sees the secret once, or nobody does.
 *
 * @throws Problem `not-eligible` with the lines that block, `already-active`, `mail-not-possible` (extra.bar),
 * `username-taken` (extra.suggestion), `invalid-request`, `busy`, or one of the EHR gateway's
 * @see seed 000 step 3, seed 001 "Create+", seed 004 "Create this user"
 */
export async function invite(
  deps: InviteDeps,
  asker: Asker,
  request: CreateInvitation,
): Promise<InvitationIssued> {
  const { store } = deps
  const username = request.username === undefined ? undefined : toUsername(request.username)
  // The hash takes its time; nobody must wait for it behind a transaction.
  const [patient, words] = await Promise.all([
    readPatient(deps, asker),
    request.kind === 'activation' ? null : makeWords(deps.hasher),
  ])
  const attempt = () =>
    store.transaction((tx) => issue(tx, deps, asker, { ...request, username, patient, words }))
  try {
    return await attempt()
  } catch (error) {
    if (error instanceof Problem || words === null) throw error
    // Somebody else took the name between the look and the write: the unique index decides. A suggestion is made anew.
    if (username === undefined) return attempt()
    throw (await takenBy(deps, asker, patient, username)) ?? error
  }
}

async function makeWords(hasher: PasswordHasher): Promise<Words> {
  const words = await randomWords()
  return { words, hash: await hasher.hash(plainWords(words)) }
}

type Request = Omit<CreateInvitation, 'username'> & {
  username: string | undefined
  patient: Patient
  words: Words
}

async function issue(tx: Db, deps: InviteDeps, asker: Asker, request: Request): Promise<InvitationIssued> {
  const { practice, staff, requestId } = asker
  const { patient } = request
  const patientId = staff.context.patientId
  const now = deps.now()
  await lockAccess(tx, practice.id, patientId)
  const state = await readPortalState(tx, practice.id, patientId)
  const eligibility = eligibilityOf(deps.keyring, { practice, patient, state, now })
  checkEligible(state, eligibility)
  const bar = request.kind === 'activation' ? eligibility.mailBar : eligibility.passwordMailBar
  const mailTo = request.mail ? mailAddress(eligibility, bar) : null

  const account = await openAccountFor(tx, deps.keyring, practice, patient, now)
  await endInvitations(tx, practice.id, account.id, now)
  const payload = toPayload(deps.keyring, practice, patient, eligibility.trustedEmail)
  // Staff vouch for this patient anew: earlier wrong tries by the same initials and birth date are forgiven.
  for (const identity of payload.identities)
    await clearFailures(tx, practice.id, identityBucket(deps.keyring, identity))
  const invited: Invited = { practice, accountId: account.id, staffId: staff.id, payload, mailTo, now }
  const issued = await issueKind(tx, deps, invited, request)
  const facts: LetterFacts = { ...issued, practice, patient, accountId: account.accountId, now }
  const slip = { practiceId: practice.id, accountId: account.id, staffId: staff.id, now }
  const slipUrl = request.slip
    ? await addSlip(tx, deps, { ...slip, content: toSlipContent(facts, mailTo) })
    : null

  const trail = { practiceId: practice.id, actor: staff.fhirUser, patientId, requestId }
  await clearRefusal(tx, trail, now)
  const detail = { ticket: issued.id, kind: issued.kind, mailed: mailTo !== null }
  await recordAudit(tx, { ...trail, action: 'invitation.issued', detail }, now)
  await publishEvent(tx, { practiceId: practice.id, topic: 'access', patientId }, now)
  return { slipUrl, validUntil: issued.validUntil, mailedTo: mailTo }
}

async function issueKind(
  tx: Db,
  deps: InviteDeps,
  invited: Invited,
  { username, patient, words }: Request,
): Promise<IssuedActivation | IssuedTemporary> {
  if (words === null) return issueActivation(tx, deps, invited)
  const { practice, accountId, payload } = invited
  const from = suggestFor(practice, { ...payload, accountId })
  if (username !== undefined && (await isTaken(tx, practice.id, username, accountId)))
    throw await takenUsername(tx, from)
  const name = username ?? (await suggestUsername(tx, from))
  const birthDate = patient.birthDate ?? ''
  return issueTemporary(tx, deps, { ...invited, birthDate }, { ...words, username: name })
}

async function takenBy(
  { store, keyring }: InviteDeps,
  { practice, staff }: Asker,
  patient: Patient,
  username: string,
): Promise<Problem | undefined> {
  const { account, access } = await readPortalState(store.db, practice.id, staff.context.patientId)
  const accountId = account?.id ?? null
  if (!(await isTaken(store.db, practice.id, username, accountId))) return undefined
  const payload = toPayload(keyring, practice, patient, trustedEmailFor(keyring, patient, access))
  return takenUsername(store.db, suggestFor(practice, { ...payload, accountId }))
}
