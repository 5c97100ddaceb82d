import type { Context } from 'hono'
import type { Keyring } from '../crypto/keyring.ts'
import { cookieAttributes, cookieNames, readCookie, writeCookie } from '../http/cookies.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { SESSION_IDLE_MS, type Session } from '../store/sessions.ts'
import type { Account } from './account.ts'
import { openIndexRow } from './index-row.ts'
import { rememberDevice } from './known-device.ts'
import type { SessionView } from './schema.ts'

const KNOWN_DEVICE_SECONDS = 180 * 24 * 60 * 60

/**
 * Hands the browser its new session: the cookie, the mark of a known device, and what its page shows. A restricted one
 * leaves no mark: a temporary password says little about whose browser this is.
 */
export function answerWithSession(
  c: Context<PracticeEnv>,
  keyring: Keyring,
  opened: { token: string; session: Session; account: Account },
) {
  const { practice } = c.var
  const { token, session, account } = opened
  writeCookie(c, cookieNames.patient(practice.id), token, cookieAttributes(false))
  if (session.kind !== 'restricted') markDevice(c, keyring, account)
  return c.json(toSessionView(keyring, session, account), 201)
}

/** What a signed-in page shows and counts down. A restricted session has one end, whatever is done in it. */
export function toSessionView(keyring: Keyring, session: Session, account: Account): SessionView {
  const restricted = session.kind === 'restricted'
  return {
    accountId: account.account_id,
    username: account.username ?? '',
    idleEndsAt: restricted
      ? session.expires_at
      : Math.min(session.seen_at + SESSION_IDLE_MS, session.expires_at),
    endsAt: session.expires_at,
    restricted,
    firstName: restricted ? (openIndexRow(keyring, account)?.firstName ?? null) : null,
  }
}

function markDevice(c: Context<PracticeEnv>, keyring: Keyring, account: Account) {
  const { practice } = c.var
  const name = cookieNames.knownDevice(practice.id)
  const marks = rememberDevice(keyring, readCookie(c, name), practice.id, account.id)
  writeCookie(c, name, marks, {
    ...cookieAttributes(false),
    sameSite: 'Strict',
    maxAge: KNOWN_DEVICE_SECONDS,
  })
}
