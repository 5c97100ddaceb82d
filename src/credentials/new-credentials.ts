import { usernameKey } from '../accounts/account.ts'
import type { OpenedSession } from '../accounts/sign-in.ts'
import { accountContext } from '../accounts/store.ts'
import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { PasswordHasher } from '../crypto/passwords.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { publishEvent } from '../events/events.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { startSession } from '../store/sessions.ts'
import { limitChoices } from './choice-limits.ts'
import { sendWelcome } from './letters.ts'
import { checkPassword, type PasswordStrength } from './password-policy.ts'
import { isTaken, takenUsername, toUsername, type SuggestFrom } from './suggest-username.ts'
import type { ActivationPayload } from './tickets.ts'

export type NewCredentialDeps = {
  store: Store
  keyring: Keyring
  hasher: PasswordHasher
  strength: PasswordStrength
  now: Clock
}
export type NewCredentialOrigin = { practice: Practice; requestId: string }

/** Whose first own credentials these are. */
export type Newcomer = ActivationPayload & { accountId: string; birthDate: string }
export type Chosen = { username: string; password: string }
/** Checked, and ready to be written. */
export type ReadyCredentials = { username: string; hash: string }

/**
 * Checks what a patient has chosen, hashes it, and hands it to `write`, which runs in one transaction. Of two people who
 * want one name at the same moment the unique index decides. Who asks for other people's names, or guesses at the words
 * that `refuse` compares with, is stopped: usernames are mostly e-mail addresses.
 *
 * @throws Problem `username-taken` (extra.suggestion), `weak-password`, `invalid-request`, `too-many-tries`, `busy`
 */
export async function saveCredentials<T>(
  deps: NewCredentialDeps,
  { practice }: NewCredentialOrigin,
  who: Newcomer & { refuse?: (password: string) => Promise<void> },
  chosen: Chosen,
  write: (tx: Db, ready: ReadyCredentials) => Promise<T>,
): Promise<T> {
  const { store } = deps
  const { accountId, email, firstName, lastName, birthDate } = who
  const username = toUsername(chosen.username)
  await checkPassword(deps.strength, chosen.password, {
    words: [username, firstName, lastName, email ?? '', practice.name, 'portico'],
    birthDate,
  })
  const isOthers = () => isTaken(store.db, practice.id, username, accountId)
  const taken = () => takenUsername(store.db, suggestFor(practice, who))
  await limitChoices(deps, { practiceId: practice.id, accountId }, async () => {
    if (await isOthers()) throw await taken()
    await who.refuse?.(chosen.password)
  })
  const hash = await deps.hasher.hash(chosen.password)
  try {
    return await store.transaction((tx) => write(tx, { username, hash }))
  } catch (error) {
    if (!(error instanceof Problem) && (await isOthers())) throw await taken()
    throw error
  }
}

/** What a username is suggested from: of addresses only the one that nobody else reads; a family may share the other. */
export const suggestFor = (
  practice: Practice,
  from: Pick<Newcomer, 'trustedEmail' | 'firstName' | 'lastName'> & { accountId: string | null },
): SuggestFrom => ({
  practiceId: practice.id,
  email: from.trustedEmail,
  firstName: from.firstName,
  lastName: from.lastName,
  accountId: from.accountId,
  useEmail: practice.settings.usernameFromEmail,
})

/** Who has not allowed e-mail, or no longer does, gets no welcome by it. */
export const mailable = (who: Newcomer, access: { email_allowed_at: number | null }): Newcomer =>
  access.email_allowed_at === null ? { ...who, trustedEmail: null } : who

/**
 * Opens the account with its own password, tells the patient by mail, and signs them in. Undefined for an account that
 * was opened, suspended or closed meanwhile.
 */
export async function activateAccount(
  tx: Db,
  deps: NewCredentialDeps,
  { practice, requestId }: NewCredentialOrigin,
  who: Newcomer,
  request: ReadyCredentials & { action: 'account.activated' | 'credentials.changed' },
): Promise<OpenedSession | undefined> {
  const { username, hash, action } = request
  const { accountId, patientId } = who
  const now = deps.now()
  const account = await tx
    .updateTable('portal_account')
    .set({ username, username_key: usernameKey(username), activated_at: now, last_signed_in_at: now })
    .where('practice_id', '=', practice.id)
    .where('id', '=', accountId)
    .where('activated_at', 'is', null)
    .where('suspended_at', 'is', null)
    .where('closed_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (!account) return undefined
  await savePassword(tx, deps, { practiceId: practice.id, accountId, hash })
  const actor = `account/${accountId}`
  await recordAudit(tx, { practiceId: practice.id, actor, action, patientId, requestId }, now)
  await publishEvent(tx, { practiceId: practice.id, topic: 'access', patientId }, now)
  await sendWelcome(tx, deps.keyring, practice, who, now)
  const subject = { practice_id: practice.id, kind: 'patient' as const, subject_id: accountId }
  return { ...(await startSession(tx, subject, now)), account }
}

const savePassword = (
  tx: Db,
  { keyring, now }: NewCredentialDeps,
  { practiceId, accountId, hash }: { practiceId: string; accountId: string; hash: string },
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
