import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { PasswordHasher } from '../crypto/passwords.ts'
import { publishEvent } from '../events/events.ts'
import type { Ehr } from '../fhir/handles.ts'
import { isGone } from '../fhir/is-gone.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { startSession, type Session } from '../store/sessions.ts'
import { usernameKey, type Account } from './account.ts'
import { isKnownDevice } from './known-device.ts'
import type { SignIn } from './schema.ts'
import {
  bucketsFor,
  type Buckets,
  clearSignInTries,
  countSignInTry,
  forgiveSignInTry,
} from './sign-in-limits.ts'
import { accountContext, findAccountByUsername, findHolder, findPasswordOf } from './store.ts'
import { findTemporary, plainWords, takeVisit } from './temporary-password.ts'

export type SignInDeps = { store: Store; keyring: Keyring; hasher: PasswordHasher; ehr: Ehr; now: Clock }
export type SignInOrigin = {
  practiceId: string
  ip: string
  requestId: string
  deviceCookie: string | undefined
}
export type OpenedSession = { token: string; session: Session; account: Account }

/** What a name is signed in with: the patient's own password, or the words that staff handed over. */
type Secret =
  | { kind: 'password'; id: string; hash: string; sealed: string }
  | { kind: 'temporary'; id: string; hash: string }

/**
 * Signs a patient in by username and password, or by a temporary password into a session that opens nothing but the page
 * where a new one is chosen. One hash is worked out per try whether the name exists or not, and every refusal but one
 * reads the same: with the right password, a patient whose access was stopped is told to call.
 *
 * @throws Problem `sign-in-refused`, `access-paused`, `too-many-tries`, `busy`
 */
export async function signIn(
  deps: SignInDeps,
  origin: SignInOrigin,
  request: SignIn,
): Promise<OpenedSession> {
  const { practiceId } = origin
  const { store } = deps
  const found = await findAccountByUsername(store.db, practiceId, request.username)
  const buckets = bucketsOf(deps, origin, request, found)
  const { passwordStopped } = await store.transaction((tx) => countSignInTry(tx, buckets, deps.now()))

  const secret = found && (await readSecret(deps, practiceId, found))
  const matches = await verify(deps, buckets, secret, request.password)
  const account = matches && !passwordStopped ? found : undefined
  if (!account || !secret) throw await refused(deps, origin, found)
  const holder = await findHolder(
    store.db,
    practiceId,
    account.id,
    secret.kind === 'password' ? 'patient' : 'restricted',
  )
  if (!holder) throw await paused(deps, origin, account, buckets)
  if (secret.kind === 'password') {
    await renewHash(deps, practiceId, account, secret, request.password)
    return openSession(deps, origin, { account, patientId: holder.patient_id }, buckets)
  }
  const visit = { account, patientId: holder.patient_id, ticketId: secret.id }
  // The words are older than what the chart says now.
  const isOpen = !(await isGone(deps.ehr, practiceId, visit.patientId))
  const opened = isOpen && (await openRestricted(deps, origin, visit, buckets))
  if (!opened) throw await refused(deps, origin, account)
  return opened
}

/** The same work for a name that nobody has: how long the answer takes must not tell. */
function bucketsOf(deps: SignInDeps, origin: SignInOrigin, request: SignIn, found: Account | undefined) {
  const { practiceId, ip, deviceCookie } = origin
  const isMarked = isKnownDevice(deps.keyring, deviceCookie, practiceId, found?.id ?? 'nobody')
  return bucketsFor(deps.keyring, {
    practiceId,
    usernameKey: usernameKey(request.username),
    ip,
    exists: found !== undefined,
    knownDevice: found !== undefined && isMarked,
  })
}

/** An account has one or the other: the words go when the password is chosen. */
async function readSecret(
  { store, keyring, now }: SignInDeps,
  practiceId: string,
  account: Account,
): Promise<Secret | undefined> {
  if (account.activated_at === null) {
    const words = await findTemporary(store.db, keyring, { practiceId, accountId: account.id }, now())
    return words && { kind: 'temporary', id: words.id, hash: words.hash }
  }
  const row = await findPasswordOf(store.db, practiceId, account.id)
  if (!row) return undefined
  const sealed = row.secret_sealed
  const hash = keyring.open(sealed, accountContext(practiceId, account.id))
  return { kind: 'password', id: row.id, sealed, hash }
}

async function verify(deps: SignInDeps, buckets: Buckets, secret: Secret | undefined, typed: string) {
  const password = secret?.kind === 'temporary' ? plainWords(typed) : typed
  try {
    return await deps.hasher.verify(secret?.hash ?? null, password)
  } catch (error) {
    // Too busy to look: the try was none.
    await deps.store.transaction((tx) => forgiveSignInTry(tx, buckets))
    throw error
  }
}

async function refused(deps: SignInDeps, origin: SignInOrigin, account: Account | undefined) {
  await recordRefusal(deps, origin, account, 'session.refused')
  return new Problem('sign-in-refused', 'That username and password do not go together. Check both.')
}

async function paused(deps: SignInDeps, origin: SignInOrigin, account: Account, buckets: Buckets) {
  await deps.store.transaction((tx) => forgiveSignInTry(tx, buckets))
  await recordRefusal(deps, origin, account, 'session.paused')
  return new Problem(
    'access-paused',
    'Your access is paused right now. Call the practice; they can open it again.',
  )
}

async function recordRefusal(
  deps: SignInDeps,
  origin: SignInOrigin,
  account: Account | undefined,
  action: string,
) {
  const { practiceId, requestId } = origin
  const actor = account ? `account/${account.id}` : 'anonymous'
  const entry = { practiceId, actor, action, outcome: 'refused' as const, requestId }
  await recordAudit(deps.store.db, entry, deps.now())
}

/** Stronger parameters, and a new key after a rotation, reach old passwords at their next use. */
async function renewHash(
  deps: SignInDeps,
  practiceId: string,
  account: Account,
  credential: { id: string; hash: string; sealed: string },
  password: string,
) {
  const { keyring, hasher, store } = deps
  const needsRehash = hasher.needsRehash(credential.hash)
  if (!needsRehash && keyring.isCurrent(credential.sealed)) return
  const hash = needsRehash ? await hasher.hash(password) : credential.hash
  await store.db
    .updateTable('credential')
    .set({ secret_sealed: keyring.seal(hash, accountContext(practiceId, account.id)) })
    .where('practice_id', '=', practiceId)
    .where('id', '=', credential.id)
    .execute()
}

function openSession(
  deps: SignInDeps,
  origin: SignInOrigin,
  { account, patientId }: { account: Account; patientId: string },
  buckets: Buckets,
): Promise<OpenedSession> {
  const { practiceId, requestId } = origin
  const now = deps.now()
  return deps.store.transaction(async (tx) => {
    await clearSignInTries(tx, buckets)
    await tx
      .updateTable('portal_account')
      .set({ last_signed_in_at: now })
      .where('practice_id', '=', practiceId)
      .where('id', '=', account.id)
      .execute()
    const entry = { practiceId, actor: `account/${account.id}`, action: 'session.started', requestId }
    await recordAudit(tx, entry, now)
    await publishEvent(tx, { practiceId, topic: 'account', patientId }, now)
    const subject = { practice_id: practiceId, kind: 'patient' as const, subject_id: account.id }
    return { ...(await startSession(tx, subject, now)), account }
  })
}

/** Undefined when the words have stopped working since they were looked up: the count decides. */
function openRestricted(
  deps: SignInDeps,
  { practiceId, requestId }: SignInOrigin,
  { account, patientId, ticketId }: { account: Account; patientId: string; ticketId: string },
  buckets: Buckets,
): Promise<OpenedSession | undefined> {
  const now = deps.now()
  return deps.store.transaction(async (tx) => {
    const visit = await takeVisit(tx, practiceId, ticketId, now)
    if (visit === undefined) return undefined
    await clearSignInTries(tx, buckets)
    const entry = { practiceId, actor: `account/${account.id}`, patientId, requestId }
    await recordAudit(tx, { ...entry, action: 'session.restricted', detail: { visit } }, now)
    await publishEvent(tx, { practiceId, topic: 'access', patientId }, now)
    const subject = { practice_id: practiceId, kind: 'restricted' as const, subject_id: account.id }
    return { ...(await startSession(tx, subject, now)), account }
  })
}
