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
import { bucketsFor, checkLimits, clearSignInFailures, countSignInFailure } from './sign-in-limits.ts'
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
  const { practiceId, requestId } = origin
  const { store, keyring } = deps
  const found = await findAccountByUsername(store.db, practiceId, request.username)
  const knownDevice = found !== undefined && isKnownDevice(keyring, origin.deviceCookie, practiceId, found.id)
  const key = usernameKey(request.username)
  const buckets = bucketsFor(keyring, { practiceId, usernameKey: key, ip: origin.ip, knownDevice })
  const { passwordStopped } = await checkLimits(store.db, buckets, deps.now())

  const credential = await readCredential(deps, practiceId, found)
  const matches = await deps.hasher.verify(credential?.hash ?? null, request.password)
  const now = deps.now()
  const account = matches && !passwordStopped ? found : undefined
  if (!account) {
    await store.transaction(async (tx) => {
      await countSignInFailure(tx, buckets, now)
      const actor = found ? `account/${found.id}` : 'anonymous'
      await recordAudit(
        tx,
        { practiceId, actor, action: 'session.refused', outcome: 'refused', requestId },
        now,
      )
    })
    throw new Problem('sign-in-refused', 'That username and password do not go together. Check both.')
  }
  await checkAccess(deps, practiceId, account)
  if (credential) await rehash(deps, practiceId, account, credential, request.password)
  return store.transaction(async (tx) => {
    await clearSignInFailures(tx, buckets)
    await tx
      .updateTable('portal_account')
      .set({ last_signed_in_at: now })
      .where('practice_id', '=', practiceId)
      .where('id', '=', account.id)
      .execute()
    await recordAudit(
      tx,
      { practiceId, actor: `account/${account.id}`, action: 'session.started', requestId },
      now,
    )
    await publishEvent(tx, { practiceId, topic: 'account' }, now)
    const opened = await startSession(
      tx,
      { practice_id: practiceId, kind: 'patient', subject_id: account.id },
      now,
    )
    return { ...opened, account }
  })
}

async function readCredential(
  { store, keyring }: SignInDeps,
  practiceId: string,
  account: Account | undefined,
) {
  const row = account && (await findPasswordOf(store.db, practiceId, account.id))
  return row && { id: row.id, hash: keyring.open(row.secret_sealed, accountContext(practiceId, account.id)) }
}

/** Stronger parameters reach old passwords at their next use. */
async function rehash(
  deps: SignInDeps,
  practiceId: string,
  account: Account,
  credential: { id: string; hash: string },
  password: string,
) {
  if (!deps.hasher.needsRehash(credential.hash)) return
  const secret_sealed = deps.keyring.seal(
    await deps.hasher.hash(password),
    accountContext(practiceId, account.id),
  )
  const renewed = deps.store.db.updateTable('credential').set({ secret_sealed })
  await renewed.where('practice_id', '=', practiceId).where('id', '=', credential.id).execute()
}

/** @throws Problem `access-paused`: only somebody with the right password learns this. */
async function checkAccess({ store }: SignInDeps, practiceId: string, account: Account) {
  if (!(await findHolder(store.db, practiceId, account.id)))
    throw new Problem(
      'access-paused',
      'Your access is paused right now. Call the practice; they can open it again.',
    )
}
