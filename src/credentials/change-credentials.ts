import { endTicketsOf, lockAccess } from '../access/store.ts'
import { findSignedIn, type Holder } from '../accounts/require-patient.ts'
import type { OpenedSession } from '../accounts/sign-in.ts'
import { plainWords } from '../accounts/temporary-password.ts'
import type { Ehr } from '../fhir/handles.ts'
import { isGone } from '../fhir/is-gone.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { endRestrictedSessions } from '../store/sessions.ts'
import {
  activateAccount,
  mailable,
  saveCredentials,
  type NewCredentialDeps,
  type NewCredentialOrigin,
} from './new-credentials.ts'
import type { ChangeCredentials } from './schema.ts'
import { openTemporary, type TemporaryPayload } from './tickets.ts'

/**
 * After a temporary password the patient chooses one of their own, and another username if they wish; then the account
 * is open, and the browser gets a session under a new token. The restricted session is what counts: whoever ends it
 * (staff who withdraw, cancel or make a new letter, the same patient on another phone) has decided.
 *
 * @throws Problem `signed-out`, `username-taken` (extra.suggestion), `weak-password` (extra.reason also `temporary`),
 * `invalid-request`, `too-many-tries`, `busy`
 * @see seed 003 "forced resets"; ASVS 5.0 6.4.1
 */
export async function changeCredentials(
  deps: NewCredentialDeps & { ehr: Ehr },
  origin: NewCredentialOrigin & { token: string | undefined },
  request: ChangeCredentials,
): Promise<OpenedSession> {
  const practiceId = origin.practice.id
  const { session, account, patientId } = await findSignedIn(deps, practiceId, origin.token)
  const words = session.kind === 'restricted' ? await findUsedWords(deps, practiceId, account.id) : undefined
  if (!words || (await isGone(deps.ehr, practiceId, patientId))) throw signedOut()
  const who = { ...words.payload, accountId: account.id, refuse: refuseSameWords(deps, words.payload) }
  return saveCredentials(deps, origin, who, request, async (tx, ready) => {
    const access = await lockAccess(tx, practiceId, patientId)
    if (access?.allowed_at == null || !(await finishVisit(tx, deps, session, words.id))) throw signedOut()
    const action = 'credentials.changed' as const
    const opened = await activateAccount(tx, deps, origin, mailable(who, access), { ...ready, action })
    if (!opened) throw signedOut()
    return opened
  })
}

/** The words that let this session in; after the third visit they are ended already, and it may still finish. */
async function findUsedWords({ store, keyring }: NewCredentialDeps, practiceId: string, accountId: string) {
  const row = await store.db
    .selectFrom('ticket')
    .select(['practice_id', 'id', 'payload_sealed'])
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'temporary')
    .where('used_at', 'is', null)
    // What was ended by staff has been blanked.
    .where('payload_sealed', 'is not', null)
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  if (!row) return undefined
  return { id: row.id, payload: openTemporary(keyring, row) }
}

/** What staff have seen must not stay the password. */
const refuseSameWords =
  ({ hasher }: NewCredentialDeps, { hash }: TemporaryPayload) =>
  async (password: string) => {
    if (!(await hasher.verify(hash, plainWords(password)))) return
    const detail = 'These are the five words. Choose a password that only you know.'
    throw new Problem('weak-password', detail, {
      issues: [{ pointer: '/password', detail }],
      extra: { reason: 'temporary' },
    })
  }

/** Ends every restricted session of the account and the words themselves; false when this session was not among them. */
async function finishVisit(
  tx: Db,
  { now }: NewCredentialDeps,
  session: Holder['session'],
  ticketId: string,
): Promise<boolean> {
  const { practice_id, subject_id } = session
  const ended = await endRestrictedSessions(tx, practice_id, subject_id)
  if (!ended.includes(session.token_hash) || session.expires_at <= now()) return false
  await tx
    .updateTable('ticket')
    .set({ used_at: now(), payload_sealed: null })
    .where('practice_id', '=', practice_id)
    .where('id', '=', ticketId)
    .execute()
  await endTicketsOf(tx, practice_id, subject_id, now())
  return true
}

const signedOut = () => new Problem('signed-out', 'Sign in first.')
