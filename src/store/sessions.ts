import { HOUR_MS, MINUTE_MS } from '../clock.ts'
import { fingerprint, randomToken } from '../crypto/tokens.ts'
import type { Db } from './open.ts'
import type { Schema } from './schema.ts'

export const SESSION_IDLE_MS = 15 * MINUTE_MS
export const SESSION_LIFETIME_MS = 8 * HOUR_MS
/** A patient may be signed in on so many devices; the oldest gives way. */
const MOST_PATIENT_SESSIONS = 5

export type Session = Schema['session']
type Subject = Pick<Session, 'practice_id' | 'kind' | 'subject_id'>

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
    expires_at: now + SESSION_LIFETIME_MS,
  }
  await db.insertInto('session').values(session).execute()
  if (subject.kind === 'patient') await dropOldest(db, subject)
  return { token, session }
}

/** The live session behind a token. Its last use is written at most once a minute: a commit is a disk sync. */
export async function findSession(
  db: Db,
  practiceId: string,
  kind: Session['kind'],
  token: string,
  now: number,
) {
  const session = await db
    .selectFrom('session')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('token_hash', '=', fingerprint(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .where('seen_at', '>', now - SESSION_IDLE_MS)
    .executeTakeFirst()
  if (!session || now - session.seen_at < MINUTE_MS) return session
  await db
    .updateTable('session')
    .set({ seen_at: now })
    .where('practice_id', '=', practiceId)
    .where('token_hash', '=', session.token_hash)
    .execute()
  return { ...session, seen_at: now }
}

export const endSession = (db: Db, session: Pick<Session, 'practice_id' | 'token_hash'>) =>
  db
    .deleteFrom('session')
    .where('practice_id', '=', session.practice_id)
    .where('token_hash', '=', session.token_hash)
    .execute()

/** Ends every session of one person, e.g. when access is withdrawn. */
export const endSessionsOf = (db: Db, subject: Subject) => ofSubject(db, subject).execute()

const ofSubject = (db: Db, subject: Subject) =>
  db
    .deleteFrom('session')
    .where('practice_id', '=', subject.practice_id)
    .where('kind', '=', subject.kind)
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
  await ofSubject(db, subject)
    .where(
      'token_hash',
      'not in',
      kept.map((row) => row.token_hash),
    )
    .execute()
}
