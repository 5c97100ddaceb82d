import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { PasswordHasher } from '../crypto/passwords.ts'
import { publishEvent } from '../events/events.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { startSession } from '../store/sessions.ts'
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

export type SignInDeps = { store: Store; keyring: Keyring; hasher: PasswordHasher; now: Clock }
export type SignInOrigin = {
  practiceId: string
  ip: string
  requestId: string
  deviceCookie: string | undefined
}

/**
 * Signs a patient in by username and password. One hash is worked out per try whether the name exists or not, and every
 * refusal but one reads the same: with the right password, a patient whose access was stopped is told to call.
 *
 * @throws Problem `sign-in-refused`, `access-paused`, `too-many-tries`, `busy`
 */
export async function signIn(deps: SignInDeps, origin: SignInOrigin, request: SignIn) {
  const { practiceId } = origin
  const { store } = deps
  const found = await findAccountByUsername(store.db, practiceId, request.username)
  const buckets = bucketsOf(deps, origin, request, found)
  const { passwordStopped } = await store.transaction((tx) => countSignInTry(tx, buckets, deps.now()))

  const credential = await readCredential(deps, practiceId, found)
  const matches = await verify(deps, buckets, credential, request.password)
  const account = matches && !passwordStopped ? found : undefined
  if (!account) {
    await recordRefusal(deps, origin, found, 'session.refused')
    throw new Problem('sign-in-refused', 'That username and password do not go together. Check both.')
  }
  if (!(await findHolder(store.db, practiceId, account.id))) {
    await store.transaction((tx) => forgiveSignInTry(tx, buckets))
    await recordRefusal(deps, origin, account, 'session.paused')
    throw new Problem(
      'access-paused',
      'Your access is paused right now. Call the practice; they can open it again.',
    )
  }
  if (credential) await renewHash(deps, practiceId, account, credential, request.password)
  return openSession(deps, origin, account, buckets)
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

type Credential = { id: string; sealed: string; hash: string }

async function readCredential(
  { store, keyring }: SignInDeps,
  practiceId: string,
  account: Account | undefined,
): Promise<Credential | undefined> {
  const row = account && (await findPasswordOf(store.db, practiceId, account.id))
  if (!row) return undefined
  const sealed = row.secret_sealed
  return { id: row.id, sealed, hash: keyring.open(sealed, accountContext(practiceId, account.id)) }
}

async function verify(
  deps: SignInDeps,
  buckets: Buckets,
  credential: Credential | undefined,
  password: string,
) {
  try {
    return await deps.hasher.verify(credential?.hash ?? null, password)
  } catch (error) {
    // Too busy to look: the try was none.
    await deps.store.transaction((tx) => forgiveSignInTry(tx, buckets))
    throw error
  }
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
  credential: Credential,
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

function openSession(deps: SignInDeps, origin: SignInOrigin, account: Account, buckets: Buckets) {
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
    await publishEvent(tx, { practiceId, topic: 'account' }, now)
    const subject = { practice_id: practiceId, kind: 'patient' as const, subject_id: account.id }
    return { ...(await startSession(tx, subject, now)), account }
  })
}
