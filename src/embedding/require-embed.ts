import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Keyring } from '../crypto/keyring.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import { type Actor, type ActorEnv, refuseStopped, type StaffDoor } from '../staff/actor.ts'
import { permissionsOf } from '../staff/roles.ts'
import { findStaffMember, type StaffMember } from '../staff/store.ts'
import { type EmbedGrant, readToken, type TokenDeps } from './access-token.ts'
import { chartContext, type ChartDeps, giveUpToken } from './chart-context.ts'
import type { HostRefusals } from './host-refusals.ts'
import { hostStoppedAt } from './hosts.ts'
import { HostPermission } from './schema.ts'

export type RequireEmbedDeps = ChartDeps & TokenDeps & { keyring: Keyring; hostRefusals: HostRefusals }

/** Whose page calls, and until when its token is good (epoch ms). */
type Embedded = { hostId: string; origin: string; endsAt: number }
export type EmbedEnv = ActorEnv & { Variables: ActorEnv['Variables'] & { embedded: Embedded } }

/**
 * Lets a call of a host's page through by its token alone; cookies are not looked at. Everything that may have changed
 * since the exchange is asked again with every call: the host, the person, their role. What the token itself rules out
 * comes before what has changed since, the page before the patient, the host before the person.
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
    const misuse = misuseOf(deps, grant, c)
    if (misuse) {
      const { hostId, patient: patientId } = grant
      const refusal = { practiceId: practice.id, requestId: c.var.requestId, patientId }
      const detail = { host: hostId, reason: misuse }
      await deps.hostRefusals.note({ ...refusal, action: 'host-token.misused', detail })
      throw misuse === 'other-origin' ? otherOrigin() : otherPatient()
    }
    checkMediaType(c.req.method, c.req.header('content-type'))
    const staff = await findActor(deps, practice, grant, c.req.param('patient') !== undefined)
    c.set('staff', staff)
    c.set('embedded', { hostId: grant.hostId, origin: grant.origin, endsAt: grant.endsAt })
    await next()
    const { ehrTokenId } = staff.context
    const isOver = c.error instanceof Problem && c.error.code === 'ehr-session-ended'
    if (isOver && ehrTokenId !== null) await giveUpToken(deps, practice.id, ehrTokenId)
  })

/** The way in for the card in the EMR's own pages. */
export const embeddedDoor = (deps: RequireEmbedDeps): StaffDoor => ({
  patient: '/:practice/embed/api/patients/:patient',
  // It sets more than the routes behind the door look at.
  guard: requireEmbed(deps) as MiddlewareHandler as StaffDoor['guard'],
})

/** What a good token is used for that it is not good for. */
function misuseOf(
  deps: TokenDeps,
  grant: EmbedGrant,
  { req }: Context<EmbedEnv>,
): 'other-origin' | 'other-patient' | undefined {
  if (!isFrom(deps, grant.origin, req.header('origin'), req.header('sec-fetch-site'))) return 'other-origin'
  const patient = req.param('patient')
  return patient === undefined || patient === grant.patient ? undefined : 'other-patient'
}

/**
 * A browser names the origin of every page of another site. One of our own it leaves out when the page reads, and says
 * in another header that it was ours.
 */
function isFrom(
  { staffUrl }: TokenDeps,
  expected: string,
  origin: string | undefined,
  site: string | undefined,
): boolean {
  const isOwn = origin === undefined && site === 'same-origin' && expected === staffUrl
  return origin === expected || isOwn
}

function checkMediaType(method: string, type: string | undefined): void {
  if (['GET', 'HEAD', 'DELETE'].includes(method) || /^application\/json\b/i.test(type ?? '')) return
  throw new Problem('unsupported-media-type', 'Send JSON.')
}

/** @param isOfChart what never reaches for the chart need not wait to learn how. */
async function findActor(
  deps: RequireEmbedDeps,
  practice: Practice,
  grant: EmbedGrant,
  isOfChart: boolean,
): Promise<Actor> {
  const host = practice.hosts.find(({ id }) => id === grant.hostId)
  const [stoppedAt, member, context] = await Promise.all([
    hostStoppedAt(deps.store.db, practice.id, grant.hostId),
    findStaffMember(deps.store.db, deps.keyring, practice.id, grant.staffId),
    isOfChart ? chartContext(deps, grant) : { patientId: grant.patient, scope: '', ehrTokenId: null },
  ])
  if (!member) throw tokenEnded()
  if (!host?.origins.includes(grant.origin) || stoppedAt !== null) throw hostStopped()
  refuseStopped(practice, member)
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
const otherOrigin = () => new Problem('cross-site', 'This token belongs to a page of another origin.')
const otherPatient = () =>
  new Problem('not-permitted', 'This token is for another patient.', { extra: { reason: 'other-patient' } })
const hostStopped = () =>
  new Problem('not-permitted', 'An administrator has stopped this page’s use of Portico.', {
    extra: { reason: 'stopped' },
  })
