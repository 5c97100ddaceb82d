import { setTimeout } from 'node:timers/promises'
import { refreshGrant, SmartError, type SmartClient, type SmartDeps } from '../../smart-launch/index.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

/** Ask for a new token so long before the old one ends, so that no request starts with one that dies on the way. */
const RENEW_BEFORE_MS = 30_000
/** What another node needs to write down what it was just given. */
const NODE_LAG_MS = 200

export type EhrTokenDeps = {
  store: Store
  keyring: Keyring
  now: Clock
  smart: SmartDeps
  clientOf: (practiceId: string) => SmartClient
}

type NewToken = {
  practiceId: string
  accessToken: string
  refreshToken: string | null
  scope: string
  expiresAt: number
}

const context = (practiceId: string) => `ehr-token ${practiceId}`

/** Keeps the tokens that the EHR granted, encrypted; the browser never sees them. Returns the row's id. */
export async function saveEhrToken(db: Db, keyring: Keyring, token: NewToken, now: number): Promise<string> {
  const id = uuidv7(now)
  await db
    .insertInto('ehr_token')
    .values({
      practice_id: token.practiceId,
      id,
      access_sealed: keyring.seal(token.accessToken, context(token.practiceId)),
      refresh_sealed:
        token.refreshToken === null ? null : keyring.seal(token.refreshToken, context(token.practiceId)),
      scope: token.scope,
      expires_at: token.expiresAt,
      version: 1,
    })
    .execute()
  return id
}

/**
 * Hands out a staff member's EHR access token, renewed when it is about to end. One renewal at a time on this node;
 * between nodes the version decides who wrote, and the loser reads again.
 */
export function createEhrTokens(deps: EhrTokenDeps) {
  const renewing = new Map<string, Promise<string>>()

  /** @throws Problem `ehr-session-ended` when the EHR will give no more tokens for this launch. */
  async function accessToken(practiceId: string, id: string): Promise<string> {
    const row = await readToken(deps.store.db, practiceId, id)
    if (row.expires_at - RENEW_BEFORE_MS > deps.now())
      return deps.keyring.open(row.access_sealed, context(practiceId))
    const running = renewing.get(id)
    if (running) return running
    const renewal = renew(deps, row).finally(() => renewing.delete(id))
    renewing.set(id, renewal)
    return renewal
  }
  return { accessToken }
}

async function renew(deps: EhrTokenDeps, row: Schema['ehr_token']): Promise<string> {
  const { keyring, store } = deps
  if (row.refresh_sealed === null) {
    if (row.expires_at > deps.now()) return keyring.open(row.access_sealed, context(row.practice_id))
    throw ended()
  }
  const refreshToken = keyring.open(row.refresh_sealed, context(row.practice_id))
  try {
    const grant = await refreshGrant(
      deps.clientOf(row.practice_id),
      { refreshToken, scope: row.scope },
      deps.smart,
    )
    await store.db
      .updateTable('ehr_token')
      .set({
        access_sealed: keyring.seal(grant.accessToken, context(row.practice_id)),
        refresh_sealed: keyring.seal(grant.refreshToken, context(row.practice_id)),
        scope: grant.scope,
        expires_at: grant.expiresAt,
        version: row.version + 1,
      })
      .where('practice_id', '=', row.practice_id)
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .execute()
    return grant.accessToken
  } catch (error) {
    if (!(error instanceof SmartError)) throw error
    if (error.code !== 'grant-ended') throw new Problem('ehr-unavailable', undefined, { cause: error })
    const newer = await newerToken(deps, row)
    if (newer) return newer
    await endLaunch(deps, row)
    throw ended(error)
  }
}

/** A staff session lives no longer than the grant that it stands on. */
const endLaunch = ({ store, now }: EhrTokenDeps, row: Schema['ehr_token']) =>
  store.db
    .updateTable('launch')
    .set({ ended_at: now() })
    .where('practice_id', '=', row.practice_id)
    .where('ehr_token_id', '=', row.id)
    .execute()

/** Another node may have spent this refresh token a moment ago: its newer row is as good as ours would have been. */
async function newerToken({ store, keyring }: EhrTokenDeps, row: Schema['ehr_token']) {
  for (let look = 0; look < 3; look++) {
    const latest = await readToken(store.db, row.practice_id, row.id)
    if (latest.version > row.version) return keyring.open(latest.access_sealed, context(row.practice_id))
    await setTimeout(NODE_LAG_MS)
  }
  return undefined
}

async function readToken(db: Db, practiceId: string, id: string) {
  const row = await db
    .selectFrom('ehr_token')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw ended()
  return row
}

const ended = (cause?: unknown) =>
  new Problem('ehr-session-ended', 'Your EMR session has ended. Open Portico from the EMR again.', { cause })
