import { HOUR_MS, MINUTE_MS } from '../clock.ts'
import { fingerprint, randomToken } from '../crypto/tokens.ts'
import type { Db } from './open.ts'
import type { Schema } from './schema.ts'

export const SESSION_IDLE_MS = 15 * MINUTE_MS
export const SESSION_LIFETIME_MS = 8 * HOUR_MS
/** Time to choose a new password after a temporary one; nothing prolongs it. */
export const RESTRICTED_LIFETIME_MS = 15 * MINUTE_MS
/** A patient may be signed in on so many devices; the oldest gives way. */
const MOST_PATIENT_SESSIONS = 5

export type Session = Schema['session']
type Kind = Session['kind']
type Subject = Pick<Session, 'practice_id' | 'kind' | 'subject_id'>

const LIFETIME_MS: Record<Kind, number> = {
  patient: SESSION_LIFETIME_MS,
  staff: SESSION_LIFETIME_MS,
  restricted: RESTRICTED_LIFETIME_MS,
}

/** Opens a session and returns its token; only the SHA-256 of it is kept. */
export async function startSession(
  db: Db,
  subject: Subject,
  now: number,
): Promise<{ token: string; session: Session }> {
  const token = randomToken()
  const session: Session = {
    ...subject,
    token_hash: fingerprint(token),
    created_at: now,
    seen_at: now,
    expires_at: now + LIFETIME_MS[subject.kind],
  }
  await db.insertInto('session').values(session).execute()
  if (subject.kind === 'patient') await dropOldest(db, subject)
  return { token, session }
}

/**
 * Looks at the live session behind a token and leaves it as it is: a page that asks whether it is still signed in must
 * not keep itself, or another tab that asks the same, signed in.
 */
export const peekSession = (
  db: Db,
  practiceId: string,
  kinds: readonly Kind[],
  token: string,
  now: number,
): Promise<Session | undefined> =>
  db
    .selectFrom('session')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('token_hash', '=', fingerprint(token))
    .where('kind', 'in', kinds)
    .where('expires_at', '>', now)
    .where('seen_at', '>', now - SESSION_IDLE_MS)
    .executeTakeFirst()

/** The live session behind a token; using it prolongs it. */
export async function findSession(db: Db, practiceId: string, kind: Kind, token: string, now: number) {
  const session = await peekSession(db, practiceId, [kind], token, now)
  return session && keepSession(db, session, now)
}

/** Epoch ms when a session ends unless somebody uses it. */
export const endOfSession = ({ seen_at, expires_at }: Session): number =>
  Math.min(expires_at, seen_at + SESSION_IDLE_MS)

/** Prolongs a session that is used. Its last use is written at most once a minute: a commit is a disk sync. */
export const keepSession = async (db: Db, session: Session, now: number): Promise<Session | undefined> =>
  now - session.seen_at < MINUTE_MS ? session : touchSession(db, session, now)

/** Somebody is there: the idle time begins anew. Undefined when the session was ended meanwhile. */
export const touchSession = (
  db: Db,
  session: Pick<Session, 'practice_id' | 'token_hash'>,
  now: number,
): Promise<Session | undefined> =>
  db
    .updateTable('session')
    .set({ seen_at: now })
    .where('practice_id', '=', session.practice_id)
    .where('token_hash', '=', session.token_hash)
    .returningAll()
    .executeTakeFirst()

export const endSession = (db: Db, session: Pick<Session, 'practice_id' | 'token_hash'>) =>
  db
    .deleteFrom('session')
    .where('practice_id', '=', session.practice_id)
    .where('token_hash', '=', session.token_hash)
    .execute()

/** Ends every session of one person, e.g. when access is withdrawn; a patient's restricted ones are among them. */
export const endSessionsOf = (db: Db, subject: Subject) =>
  ofSubject(db, subject, subject.kind === 'patient' ? ['patient', 'restricted'] : [subject.kind]).execute()

/**
 * Ends the restricted sessions of an account: its temporary password is no longer good, or has done its work.
 * @returns the hashes of their tokens
 */
export async function endRestrictedSessions(
  db: Db,
  practiceId: string,
  accountId: string,
): Promise<string[]> {
  const subject = { practice_id: practiceId, subject_id: accountId }
  const ended = await ofSubject(db, subject, ['restricted']).returning('token_hash').execute()
  return ended.map(({ token_hash }) => token_hash)
}

const ofSubject = (db: Db, subject: Omit<Subject, 'kind'>, kinds: readonly Kind[]) =>
  db
    .deleteFrom('session')
    .where('practice_id', '=', subject.practice_id)
    .where('kind', 'in', kinds)
    .where('subject_id', '=', subject.subject_id)

async function dropOldest(db: Db, subject: Subject) {
  const kept = await db
    .selectFrom('session')
    .select('token_hash')
    .where('practice_id', '=', subject.practice_id)
    .where('kind', '=', subject.kind)
    .where('subject_id', '=', subject.subject_id)
    .orderBy('created_at', 'desc')
    .limit(MOST_PATIENT_SESSIONS)
    .execute()
  if (kept.length < MOST_PATIENT_SESSIONS) return
  await ofSubject(db, subject, [subject.kind])
    .where(
      'token_hash',
      'not in',
      kept.map((row) => row.token_hash),
    )
    .execute()
}
