import { usernameKey } from '../accounts/account.ts'
import { accountContext } from '../accounts/store.ts'
import { endTicketsOf, lockAccess } from '../access/store.ts'
import { recordAudit } from '../audit/record.ts'
import type { PasswordHasher } from '../crypto/passwords.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { publishEvent } from '../events/events.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { startSession } from '../store/sessions.ts'
import type { ActivationDeps, ActivationOrigin } from './confirm-activation.ts'
import { sendWelcome } from './letters.ts'
import { checkPassword, type PasswordStrength } from './password-policy.ts'
import type { ChooseCredentials } from './schema.ts'
import { isTaken, suggestUsername, USERNAME_FORM } from './suggest-username.ts'
import { findTokenTicket, ticketContext, useTicket, type SetupPayload, type Ticket } from './tickets.ts'

export type ChooseDeps = ActivationDeps & { hasher: PasswordHasher; strength: PasswordStrength }

/**
 * The patient chooses username and password and is signed in. Letter and set-up ticket are used up in the same
 * transaction: of two browsers at once exactly one gets in, and a refusal leaves both as they were.
 *
 * @throws Problem `ticket-ended`, `already-active`, `username-taken` (extra.suggestion), `weak-password`, `invalid-request`, `busy`
 * @see seed 004 "create their login information"
 */
export async function chooseCredentials(
  deps: ChooseDeps,
  origin: ActivationOrigin,
  request: ChooseCredentials,
) {
  const { store } = deps
  const practiceId = origin.practice.id
  const { ticket, payload } = await readSetup(deps, practiceId, request.ticket)
  const username = request.username.normalize('NFKC')
  checkUsername(username)
  await checkPassword(deps.strength, request.password, {
    words: [
      username,
      payload.firstName,
      payload.lastName,
      payload.email ?? '',
      origin.practice.name,
      'portico',
    ],
    birthDate: payload.birthDate,
  })
  if (await isTaken(store.db, practiceId, username)) throw await taken(deps, origin, payload)
  const hash = await deps.hasher.hash(request.password)
  try {
    return await store.transaction((tx) => activate(tx, deps, origin, { ticket, payload, username, hash }))
  } catch (error) {
    // Somebody else took the name between the check and the write: the unique index decides.
    if (!(error instanceof Problem) && (await isTaken(store.db, practiceId, username)))
      throw await taken(deps, origin, payload)
    throw error
  }
}

type Chosen = { ticket: Ticket; payload: SetupPayload; username: string; hash: string }

async function activate(tx: Db, deps: ChooseDeps, origin: ActivationOrigin, chosen: Chosen) {
  const { ticket, payload, username } = chosen
  const practiceId = origin.practice.id
  const now = deps.now()
  const access = await lockAccess(tx, practiceId, payload.patientId)
  const wasLive =
    access?.allowed_at != null &&
    (await useTicket(tx, practiceId, ticket.id, now)) &&
    (await useTicket(tx, practiceId, payload.activationId, now))
  if (!wasLive) throw ended()
  await endTicketsOf(tx, practiceId, ticket.account_id, now)
  const account = await tx
    .updateTable('portal_account')
    .set({ username, username_key: usernameKey(username), activated_at: now, last_signed_in_at: now })
    .where('practice_id', '=', practiceId)
    .where('id', '=', ticket.account_id)
    .where('activated_at', 'is', null)
    .where('suspended_at', 'is', null)
    .where('closed_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (!account) throw ended()
  await savePassword(tx, deps, practiceId, ticket.account_id, chosen.hash)
  const entry = {
    practiceId,
    actor: `account/${ticket.account_id}`,
    patientId: payload.patientId,
    requestId: origin.requestId,
  }
  await recordAudit(tx, { ...entry, action: 'account.activated' }, now)
  await publishEvent(tx, { practiceId, topic: 'access', patientId: payload.patientId }, now)
  await sendWelcome(tx, deps.keyring, origin.practice, { accountId: ticket.account_id, ...payload }, now)
  const opened = await startSession(
    tx,
    { practice_id: practiceId, kind: 'patient', subject_id: ticket.account_id },
    now,
  )
  return { ...opened, account }
}

const savePassword = (
  tx: Db,
  { keyring, now }: ChooseDeps,
  practiceId: string,
  accountId: string,
  hash: string,
) =>
  tx
    .insertInto('credential')
    .values({
      practice_id: practiceId,
      id: uuidv7(now()),
      account_id: accountId,
      kind: 'password',
      secret_sealed: keyring.seal(hash, accountContext(practiceId, accountId)),
      created_at: now(),
      replaced_at: null,
    })
    .execute()

async function readSetup({ store, keyring, now }: ChooseDeps, practiceId: string, token: string) {
  const ticket = await findTokenTicket(store.db, practiceId, 'setup', token)
  if (ticket?.used_at != null)
    throw new Problem('already-active', 'Your account was opened with this letter already. Sign in.')
  const isLive = ticket && ticket.used_at === null && ticket.ended_at === null && ticket.expires_at > now()
  if (!isLive) throw ended()
  const payload = JSON.parse(
    keyring.open(ticket.payload_sealed ?? '', ticketContext(practiceId, ticket.id)),
  ) as SetupPayload
  return { ticket, payload }
}

function checkUsername(username: string) {
  if (USERNAME_FORM.test(username)) return
  const detail = "Use letters, digits and . _ - @ + ' only, 3 to 64 of them."
  throw new Problem('invalid-request', detail, { issues: [{ pointer: '/username', detail }] })
}

async function taken({ store }: ChooseDeps, { practice }: ActivationOrigin, payload: SetupPayload) {
  const suggestion = await suggestUsername(
    store.db,
    practice.id,
    payload,
    practice.settings.usernameFromEmail,
  )
  return new Problem('username-taken', 'Somebody else has this username.', {
    issues: [{ pointer: '/username', detail: 'Choose another one.' }],
    extra: { suggestion },
  })
}

const ended = () => new Problem('ticket-ended', 'This page was open too long. Start again with your letter.')
