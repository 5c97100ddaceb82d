import { Hono } from 'hono'
import * as z from 'zod'
import { liveKeyOf } from '../events/live-key.ts'
import type { EventStreams } from '../events/streams.ts'
import { sendEvents, WatchEvents } from '../http/event-stream.ts'
import { limitBody } from '../http/pipeline.ts'
import { validate } from '../http/validate.ts'
import { toPracticeView } from '../practices/practice.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import { requirePermission } from '../staff/actor.ts'
import { exchangeToken, type ExchangeDeps } from './exchange-token.ts'
import { invalidGrant } from './invalid-grant.ts'
import { type EmbedEnv, requireEmbed, type RequireEmbedDeps } from './require-embed.ts'
import { type EmbedContext, ExchangeToken, HostPermission } from './schema.ts'

export type EmbedRouteDeps = ExchangeDeps &
  RequireEmbedDeps & { streams: EventStreams; passwordMinLength: number }

const MOST_FORM_BYTES = 32 * 1024

/** For hosts' backends: an assertion becomes a token. Server to server: no page of any origin may read the answer. */
export const exchangeRoutes = (deps: ExchangeDeps) =>
  new Hono<PracticeEnv>().post('/:practice/embed/token', limitBody(MOST_FORM_BYTES), async (c) => {
    if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? ''))
      throw new Problem('unsupported-media-type', 'Send a form: application/x-www-form-urlencoded.')
    const request = readForm(new URLSearchParams(await c.req.text()))
    const { practice, requestId } = c.var
    return c.json(await exchangeToken(deps, { practice, requestId, request }))
  })

/** What the embedded card asks first, and what it hears from then on, for as long as its token is good. */
export const embedRoutes = (deps: EmbedRouteDeps) =>
  new Hono<EmbedEnv>()
    .get('/:practice/embed/api/context', requireEmbed(deps), (c) => c.json(toContext(deps, c.var)))
    .get(
      '/:practice/embed/api/events',
      requireEmbed(deps),
      requirePermission('access.read'),
      validate('query', WatchEvents),
      (c) => {
        const { practice, staff, embedded } = c.var
        const who = { practiceId: practice.id, reader: staff.id, endsAt: embedded.endsAt }
        return sendEvents(deps.streams, c, { ...who, query: c.req.valid('query') })
      },
    )

function toContext(deps: EmbedRouteDeps, { practice, staff }: EmbedEnv['Variables']): EmbedContext {
  const { patientId } = staff.context
  return {
    // A host's policy on pictures need not let ours in, and a broken one is worse than none.
    practice: { ...toPracticeView(practice, deps.passwordMinLength), logo: null },
    patient: patientId,
    permissions: HostPermission.options.filter((one) => staff.permissions.includes(one)),
    liveKey: liveKeyOf(deps.keyring, practice.id, patientId),
  }
}

/** @throws Problem `unsupported-grant`, `invalid-grant`, `invalid-request`, each in OAuth's words too */
function readForm(form: URLSearchParams): ExchangeToken {
  const values = Object.fromEntries(form)
  // Of two values two readers could take different ones for the truth (RFC 6749 §3.2).
  if (Object.keys(values).length < form.size) throw badForm([], 'a parameter is given twice')
  if (values['grant_type'] !== undefined && values['grant_type'] !== ExchangeToken.shape.grant_type.value)
    throw unsupportedGrant()
  const parsed = ExchangeToken.safeParse(values)
  if (parsed.success) return parsed.data
  if (parsed.error.issues.some(({ path }) => path[0] === 'assertion')) throw invalidGrant('unreadable')
  throw badForm(parsed.error.issues, 'a parameter is missing or malformed')
}

const badForm = (issues: z.core.$ZodIssue[], error_description: string) =>
  new Problem('invalid-request', 'Some of this does not have the right form.', {
    issues: issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
    extra: { error: 'invalid_request', error_description },
  })

const unsupportedGrant = () =>
  new Problem('unsupported-grant', undefined, {
    extra: {
      error: 'unsupported_grant_type',
      error_description: `grant_type must be ${ExchangeToken.shape.grant_type.value}`,
    },
  })
