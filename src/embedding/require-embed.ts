import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Keyring } from '../crypto/keyring.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import { type Actor, type ActorEnv, refuseStopped, type StaffDoor } from '../staff/actor.ts'
import { permissionsOf } from '../staff/roles.ts'
import { findStaffMember, type StaffMember } from '../staff/store.ts'
import { type EmbedGrant, readToken, type TokenDeps } from './access-token.ts'
import { chartContext, type ChartDeps, endLaunchesOn } from './chart-context.ts'
import { hostStoppedAt } from './hosts.ts'
import { HostPermission } from './schema.ts'

export type RequireEmbedDeps = ChartDeps & TokenDeps & { keyring: Keyring }

/** Whose page calls, and until when its token is good (epoch ms). */
type Embedded = { hostId: string; origin: string; endsAt: number }
export type EmbedEnv = ActorEnv & { Variables: ActorEnv['Variables'] & { embedded: Embedded } }

/**
 * Lets a call of a host's page through by its token alone; cookies are not looked at. Everything that may have changed
 * since the exchange is asked again with every call: the host, the person, their role.
 *
 * @throws Problem `token-ended`; `cross-site` from another origin; `not-permitted` with extra.reason `other-patient` or
 * `stopped`; `unsupported-media-type`
 * @see design §4: Bearer only, never cookies
 */
export const requireEmbed = (deps: RequireEmbedDeps) =>
  createMiddleware<EmbedEnv>(async function embed(c, next) {
    const { practice } = c.var
    const token = /^Bearer ([\w.-]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const grant = token && (await readToken(deps, practice.id, token, deps.now()))
    if (!grant) throw tokenEnded()
    checkOrigin(deps, grant.origin, c.req.header('origin'), c.req.header('sec-fetch-site'))
    const patient = c.req.param('patient')
    if (patient !== undefined && patient !== grant.patient) throw otherPatient()
    checkMediaType(c.req.method, c.req.header('content-type'))
    const staff = await findActor(deps, practice, grant)
    c.set('staff', staff)
    c.set('embedded', { hostId: grant.hostId, origin: grant.origin, endsAt: grant.endsAt })
    await next()
    const { ehrTokenId } = staff.context
    const isOver = c.error instanceof Problem && c.error.code === 'ehr-session-ended'
    if (isOver && ehrTokenId !== null) await endLaunchesOn(deps, practice.id, ehrTokenId)
  })

/** The way in for the card in the EMR's own pages. */
export const embeddedDoor = (deps: RequireEmbedDeps): StaffDoor => ({
  patient: '/:practice/embed/api/patients/:patient',
  // It sets more than the routes behind the door look at.
  guard: requireEmbed(deps) as MiddlewareHandler as StaffDoor['guard'],
})

/**
 * A browser names the origin of every page of another site. One of our own it leaves out when the page reads, and says
 * in another header that it was ours.
 */
function checkOrigin(
  { staffUrl }: TokenDeps,
  expected: string,
  origin: string | undefined,
  site: string | undefined,
): void {
  const isOwn = origin === undefined && site === 'same-origin' && expected === staffUrl
  if (origin !== expected && !isOwn)
    throw new Problem('cross-site', 'This token belongs to a page of another origin.')
}

function checkMediaType(method: string, type: string | undefined): void {
  if (['GET', 'HEAD', 'DELETE'].includes(method) || /^application\/json\b/i.test(type ?? '')) return
  throw new Problem('unsupported-media-type', 'Send JSON.')
}

async function findActor(deps: RequireEmbedDeps, practice: Practice, grant: EmbedGrant): Promise<Actor> {
  const host = practice.hosts.find(({ id }) => id === grant.hostId)
  const [stoppedAt, member, context] = await Promise.all([
    hostStoppedAt(deps.store.db, practice.id, grant.hostId),
    findStaffMember(deps.store.db, deps.keyring, practice.id, grant.staffId),
    chartContext(deps, grant),
  ])
  if (!member) throw tokenEnded()
  if (!host?.origins.includes(grant.origin) || stoppedAt !== null) throw hostStopped()
  refuseStopped(member)
  return { ...member, context, permissions: permissionsIn(practice, member, host, grant) }
}

/** What the token, the host and the person's role all allow right now. */
function permissionsIn(
  practice: Practice,
  member: StaffMember,
  { permissions }: Practice['hosts'][number],
  { scope }: EmbedGrant,
): HostPermission[] {
  const [granted, held] = [scope.split(' '), permissionsOf(practice, member)]
  return HostPermission.options.filter(
    (one) => granted.includes(one) && permissions.includes(one) && held.includes(one),
  )
}

const tokenEnded = () => new Problem('token-ended', 'Ask the page for a new token.')
const otherPatient = () =>
  new Problem('not-permitted', 'This token is for another patient.', { extra: { reason: 'other-patient' } })
const hostStopped = () =>
  new Problem('not-permitted', 'An administrator has stopped this page’s use of Portico.', {
    extra: { reason: 'stopped' },
  })
