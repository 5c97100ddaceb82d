import { createMiddleware } from 'hono/factory'
import type { MiddlewareHandler } from 'hono'
import type { Practice } from '../practices/practice.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import type { Permission } from './schema.ts'
import type { StaffMember } from './store.ts'

/** One patient's chart, and what the EHR granted for it. */
export type ChartContext = {
  patientId: string
  /** Granted scopes, space separated, as the EHR wrote them. */
  scope: string
  /** The staff member's own EHR token; null = the practice's service writes in their name. */
  ehrTokenId: string | null
}

/** A staff member who acts for one patient, from a launch or from the card in the EMR's own pages. */
export type Actor = StaffMember & { context: ChartContext; permissions: Permission[] }
export type ActorEnv = PracticeEnv & { Variables: PracticeEnv['Variables'] & { staff: Actor } }

/** A way in for staff: where the patient stands in its addresses, and who is let through. */
export type StaffDoor = {
  /** e.g. `/:practice/api/staff/launches/:launch/patients/:patient` */
  patient: string
  guard: MiddlewareHandler<ActorEnv>
}

/** @throws Problem `not-permitted` */
export const requirePermission = (permission: Permission) =>
  createMiddleware<ActorEnv>(async function permit(c, next) {
    if (!c.var.staff.permissions.includes(permission))
      throw new Problem('not-permitted', 'You can look but not change this. Ask an administrator.', {
        extra: { permission },
      })
    await next()
  })

/**
 * @throws Problem `not-permitted`, extra.reason `stopped` for somebody whom an administrator has stopped; whom the
 * configuration file names an administrator is not.
 */
export function refuseStopped(
  { administrators }: Pick<Practice, 'administrators'>,
  { fhirUser, stoppedAt }: Pick<StaffMember, 'fhirUser' | 'stoppedAt'>,
) {
  if (stoppedAt !== null && !administrators.includes(fhirUser)) throw personStopped()
}

export const personStopped = () =>
  new Problem('not-permitted', 'An administrator has stopped your use of Portico.', {
    extra: { reason: 'stopped' },
  })
