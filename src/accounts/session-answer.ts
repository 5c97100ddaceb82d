import type { Context } from 'hono'
import type { Keyring } from '../crypto/keyring.ts'
import { cookieAttributes, cookieNames, readCookie, writeCookie } from '../http/cookies.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { SESSION_IDLE_MS, type Session } from '../store/sessions.ts'
import type { Account } from './account.ts'
import { rememberDevice } from './known-device.ts'
import type { SessionView } from './schema.ts'

const KNOWN_DEVICE_SECONDS = 180 * 24 * 60 * 60

/** Hands the browser its new session: the cookie, the mark of a known device, and what its page shows. */
export function answerWithSession(
  c: Context<PracticeEnv>,
  keyring: Keyring,
  opened: { token: string; session: Session; account: Account },
) {
  const { practice } = c.var
  writeCookie(c, cookieNames.patient(practice.id), opened.token, cookieAttributes(false))
  const name = cookieNames.knownDevice(practice.id)
  const marks = rememberDevice(keyring, readCookie(c, name), practice.id, opened.account.id)
  writeCookie(c, name, marks, {
    ...cookieAttributes(false),
    sameSite: 'Strict',
    maxAge: KNOWN_DEVICE_SECONDS,
  })
  return c.json(toSessionView(opened.session, opened.account), 201)
}

export const toSessionView = (session: Session, account: Account): SessionView => ({
  accountId: account.account_id,
  username: account.username ?? '',
  idleEndsAt: session.seen_at + SESSION_IDLE_MS,
  endsAt: session.expires_at,
})
