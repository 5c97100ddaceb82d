import { endTicketsOf, lockAccess } from '../access/store.ts'
import type { OpenedSession } from '../accounts/sign-in.ts'
import { Problem } from '../problem.ts'
import {
  activateAccount,
  mailable,
  saveCredentials,
  type NewCredentialDeps,
  type NewCredentialOrigin,
} from './new-credentials.ts'
import type { ChooseCredentials } from './schema.ts'
import { findTokenTicket, openSetup, useLinks, useTicket } from './tickets.ts'

/**
 * The patient chooses username and password and is signed in. Letter, mailed link and set-up ticket are used up in the
 * same transaction: of two browsers at once exactly one gets in, and a refusal leaves all of them as they were.
 *
 * @throws Problem `ticket-ended`, `already-active`, `username-taken` (extra.suggestion), `weak-password`, `invalid-request`,
 * `too-many-tries`, `busy`
 * @see seed 004 "create their login information"
 */
export async function chooseCredentials(
  deps: NewCredentialDeps,
  origin: NewCredentialOrigin,
  request: ChooseCredentials,
): Promise<OpenedSession> {
  const practiceId = origin.practice.id
  const { ticket, payload } = await readSetup(deps, practiceId, request.ticket)
  const who = { ...payload, accountId: ticket.account_id }
  return saveCredentials(deps, origin, who, request, async (tx, ready) => {
    const now = deps.now()
    const access = await lockAccess(tx, practiceId, payload.patientId)
    const wasLive =
      access?.allowed_at != null &&
      (await useTicket(tx, practiceId, ticket.id, now)) &&
      (await useTicket(tx, practiceId, payload.activationId, now))
    if (!wasLive) throw ended()
    await useLinks(tx, practiceId, ticket.account_id, now)
    await endTicketsOf(tx, practiceId, ticket.account_id, now)
    const action = 'account.activated' as const
    const opened = await activateAccount(tx, deps, origin, mailable(who, access), { ...ready, action })
    if (!opened) throw ended()
    return opened
  })
}

async function readSetup({ store, keyring, now }: NewCredentialDeps, practiceId: string, token: string) {
  const ticket = await findTokenTicket(store.db, practiceId, 'setup', token)
  if (ticket?.used_at != null)
    throw new Problem('already-active', 'Your account was opened with this letter already. Sign in.')
  const isLive = ticket && ticket.used_at === null && ticket.ended_at === null && ticket.expires_at > now()
  if (!isLive) throw ended()
  return { ticket, payload: openSetup(keyring, ticket) }
}

const ended = () => new Problem('ticket-ended', 'This page was open too long. Start again with your letter.')
