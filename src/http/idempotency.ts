import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { Problem } from '../problem.ts'
import { claim, releaseClaim, settleClaim } from '../store/idempotency.ts'
import type { Store } from '../store/open.ts'
import type { EdgeEnv } from './env.ts'

export type IdempotencyDeps = { store: Store; keyring: Keyring; now: Clock }

/** What the guards before this have found out. */
type ScopedEnv = EdgeEnv & {
  Variables: EdgeEnv['Variables'] & {
    practice: { id: string }
    staff?: { id: string }
    holder?: { account: { id: string } }
  }
}

type Answer = { status: number; contentType: string; cookies: string[]; body: string }

const KEY_FORM = /^[\w-]{16,64}$/

/**
 * Makes a POST safe to send again: a double click, a lost answer or a retry on a weak network gets the first answer,
 * and the work is done once. Refusals are not kept: after one, the same key may try again.
 *
 * @throws Problem `invalid-request` without a usable Idempotency-Key, `idempotency-mismatch` when the key came with
 * another body, `in-progress` while the first request is still running.
 * @see draft-ietf-httpapi-idempotency-key-header-07
 */
export const idempotent = (deps: IdempotencyDeps) =>
  createMiddleware<ScopedEnv>(async function once(c, next) {
    const header = c.req.header('idempotency-key') ?? ''
    if (!KEY_FORM.test(header))
      throw new Problem('invalid-request', 'Send an Idempotency-Key header with a new UUID.')
    const practiceId = c.var.practice.id
    // A key belongs to whoever sent it; before sign-in that is anybody, and the random key itself keeps callers apart.
    const subject = c.var.staff?.id ?? c.var.holder?.account.id ?? 'anonymous'
    const key = deps.keyring.mac('idempotency', `${subject} ${c.req.path} ${header}`)
    const requestMac = deps.keyring.mac('idempotency-body', await c.req.text())

    const claimed = await claim(deps.store.db, { practiceId, key, requestMac, now: deps.now() })
    if (claimed.kind === 'mismatch') throw new Problem('idempotency-mismatch')
    if (claimed.kind === 'running')
      throw new Problem('in-progress', 'This is still being worked on.', { retryAfter: 1 })
    if (claimed.kind === 'answered')
      return replay(c, JSON.parse(deps.keyring.open(claimed.sealed, key)) as Answer)
    await next()
    if (c.error !== undefined || c.res.status >= 400) return releaseClaim(deps.store.db, practiceId, key)
    const answer: Answer = {
      status: c.res.status,
      contentType: c.res.headers.get('content-type') ?? 'application/json',
      cookies: c.res.headers.getSetCookie(),
      body: await c.res.clone().text(),
    }
    await settleClaim(deps.store.db, practiceId, key, deps.keyring.seal(JSON.stringify(answer), key))
  })

function replay(c: Context<ScopedEnv>, answer: Answer): Response {
  for (const cookie of answer.cookies) c.header('set-cookie', cookie, { append: true })
  return c.newResponse(answer.body, answer.status as 200, { 'content-type': answer.contentType })
}
