import { recordAudit } from '../audit/record.ts'
import { publishEvent } from '../events/events.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import {
  changePeople,
  findMember,
  noteChange,
  type PeopleDeps,
  type PeopleManager,
  permissionsIn,
  readRoles,
  refuseMore,
} from './people.ts'
import { WITHOUT_ROLE } from './roles.ts'
import type { PeopleView } from './schema.ts'
import { endLaunchesOf } from './store.ts'

/**
 * Stops somebody's use of Portico, or lets them back in. It holds from their very next call on, which tells them: every
 * way in asks each time, and their launches and the EHR tokens that came with these are gone. The role stays noted, so
 * whoever comes back has what the role gives by then.
 *
 * @throws Problem `not-found`, `locked-by-file`, `last-administrator`, `not-permitted` for oneself (extra.reason `self`)
 * and for letting in somebody who may do more than who lets them in
 */
export const stopPerson = (
  deps: PeopleDeps,
  by: PeopleManager,
  personId: string,
  stopped: boolean,
): Promise<PeopleView> =>
  changePeople(deps, by, async (tx) => {
    const member = await findMember(tx, by.practice.id, personId)
    if (!member) throw new Problem('not-found', 'Nobody of that kind has opened Portico here.')
    if (stopped) refuseToStop(by, member)
    if (stopped === (member.stopped_at !== null)) return
    if (!stopped) await refuseToPassOn(tx, by, member)
    const now = deps.now()
    await markStopped(tx, member, stopped ? now : null)
    if (stopped) await endLaunchesOf(tx, by.practice.id, member.id, now)
    const action = stopped ? 'staff.stopped' : 'staff.resumed'
    await noteChange(tx, deps, by, action, { person: member.fhir_user })
  })

/**
 * Whether somebody who comes in, by a launch or a host, was stopped. Whom the configuration file names an administrator is let in, and their
 * stop is forgotten: a practice is never locked out.
 */
export async function isStopped(
  tx: Db,
  practice: Practice,
  staffId: string,
  { requestId, now }: { requestId: string; now: number },
): Promise<boolean> {
  const member = await findMember(tx, practice.id, staffId)
  if (!member || member.stopped_at === null) return false
  if (!practice.administrators.includes(member.fhir_user)) return true
  await markStopped(tx, member, null)
  const entry = { practiceId: practice.id, actor: 'portico', action: 'staff.resumed', requestId }
  await recordAudit(tx, { ...entry, detail: { person: member.fhir_user, by: 'file' } }, now)
  await publishEvent(tx, { practiceId: practice.id, topic: 'staff' }, now)
  return false
}

type Member = Schema['staff_member']

function refuseToStop({ practice, staff }: PeopleManager, { fhir_user }: Member) {
  if (practice.administrators.includes(fhir_user))
    throw new Problem('locked-by-file', 'The configuration file makes this person an administrator.')
  if (fhir_user === staff.fhirUser)
    throw new Problem('not-permitted', 'Nobody stops themself. Ask another administrator.', {
      extra: { reason: 'self' },
    })
}

/** To let somebody in is to give what their role gives; to look is given to whoever launches. */
async function refuseToPassOn(tx: Db, by: PeopleManager, { role_id }: Member) {
  const role = (await readRoles(tx, by.practice.id)).find(({ id }) => id === role_id)
  if (role) refuseMore(by, WITHOUT_ROLE, permissionsIn(role))
}

const markStopped = (tx: Db, { practice_id, id }: Member, at: number | null) =>
  tx
    .updateTable('staff_member')
    .set({ stopped_at: at })
    .where('practice_id', '=', practice_id)
    .where('id', '=', id)
    .execute()
