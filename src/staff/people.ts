import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { publishEvent } from '../events/events.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { PresetRole, type GiveRole, type PeopleView, type Permission } from './schema.ts'
import type { Staff } from './require-staff.ts'
import { WITHOUT_ROLE } from './roles.ts'
import type { StaffPerson, StaffRole } from './schema.ts'
import { openStaffName } from './store.ts'

export type PeopleDeps = { store: Store; keyring: Keyring; now: Clock }
/** Who looks after people and rights, in one request. */
export type PeopleManager = {
  practice: Practice
  staff: Pick<Staff, 'fhirUser' | 'permissions'>
  requestId: string
}

type Member = Schema['staff_member']
type Role = Schema['staff_role']

/** Who has launched Portico here and what each role may do; whoever waits for a role stands first. */
export async function readPeople(db: Db, keyring: Keyring, practice: Practice): Promise<PeopleView> {
  const [members, roles] = await Promise.all([
    db.selectFrom('staff_member').selectAll().where('practice_id', '=', practice.id).execute(),
    readRoles(db, practice.id),
  ])
  const known = new Set(roles.map(({ id }) => id))
  const people = members.map((member) => toPerson(keyring, practice, member, known))
  return {
    people: people.toSorted(waitingFirst),
    roles: roles.map((role) => toRole(role, people)),
  }
}

/**
 * Gives somebody a role, or takes it away. It holds from their next request on, also in the middle of a session.
 *
 * @throws Problem `not-found`, `locked-by-file`, `last-administrator`, `invalid-request` for a role that is not there,
 * `not-permitted` for more than who gives it may do
 */
export const giveRole = (
  deps: PeopleDeps,
  by: PeopleManager,
  personId: string,
  { role: roleId }: GiveRole,
): Promise<PeopleView> =>
  changePeople(deps, by, async (tx) => {
    const { practice } = by
    const member = await findMember(tx, practice.id, personId)
    if (!member) throw new Problem('not-found', 'Nobody of that kind has opened Portico here.')
    if (practice.administrators.includes(member.fhir_user))
      throw new Problem('locked-by-file', 'The configuration file makes this person an administrator.')
    const roles = await readRoles(tx, practice.id)
    const role = roles.find(({ id }) => id === roleId)
    if (roleId !== null && !role) throw noSuchRole()
    if (member.role_id === roleId) return
    const before = roles.find(({ id }) => id === member.role_id)
    if (role) refuseMore(by, before ? permissionsIn(before) : WITHOUT_ROLE, permissionsIn(role))
    await tx
      .updateTable('staff_member')
      .set({ role_id: roleId, role_decided_at: deps.now() })
      .where('practice_id', '=', practice.id)
      .where('id', '=', personId)
      .execute()
    const detail = { person: member.fhir_user, before: before?.name ?? null, after: role?.name ?? null }
    const ids = { roleBefore: before?.id ?? null, role: role?.id ?? null }
    const action = role ? 'staff.role-given' : 'staff.role-taken'
    await noteChange(tx, deps, by, action, { ...detail, ...ids })
  })

/**
 * Changes people or roles, one change at a time in a practice: two administrators who take each other's role away must
 * not both succeed.
 *
 * @throws Problem `last-administrator` where nobody could manage people afterwards
 */
export async function changePeople(
  { store, keyring }: PeopleDeps,
  { practice }: PeopleManager,
  change: (tx: Db) => Promise<void>,
): Promise<PeopleView> {
  return store.transaction(async (tx) => {
    await tx
      .updateTable('practice')
      .set((eb) => ({ updated_at: eb.ref('updated_at') }))
      .where('id', '=', practice.id)
      .execute()
    await change(tx)
    if (practice.administrators.length === 0 && !(await hasManager(tx, practice.id)))
      throw new Problem('last-administrator', 'Give the right to manage people to somebody else first.')
    return readPeople(tx, keyring, practice)
  })
}

/**
 * Who looks after people passes on what they may do themselves, or else this one right would be all of them. What stays
 * as it was, or is taken away, is not passed on.
 *
 * @throws Problem `not-permitted`, extra.permission = the first that is missing
 */
export function refuseMore({ staff }: PeopleManager, before: Permission[], after: Permission[]) {
  const permission = after.find((one) => !before.includes(one) && !staff.permissions.includes(one))
  if (permission === undefined) return
  throw new Problem('not-permitted', 'You can pass on only what you may do yourself.', {
    extra: { permission },
  })
}

/** The trail and the event of a change. */
export async function noteChange(
  tx: Db,
  { now }: PeopleDeps,
  { practice, staff, requestId }: PeopleManager,
  action: string,
  detail: Record<string, string | null>,
) {
  const entry = { practiceId: practice.id, actor: staff.fhirUser, action, requestId, detail }
  await recordAudit(tx, entry, now())
  await publishEvent(tx, { practiceId: practice.id, topic: 'staff' }, now())
}

/** The three that every practice starts with, then its own, oldest first. */
export async function readRoles(db: Db, practiceId: string): Promise<Role[]> {
  const roles = await db
    .selectFrom('staff_role')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const presets: readonly string[] = PresetRole.options
  const place = ({ id }: Role) => (presets.indexOf(id) + presets.length + 1) % (presets.length + 1)
  return roles.toSorted((one, other) => place(one) - place(other))
}

export const permissionsIn = (role: Pick<Role, 'permissions'>) => JSON.parse(role.permissions) as Permission[]

export const findMember = (tx: Db, practiceId: string, id: string) =>
  tx
    .selectFrom('staff_member')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()

/** Whether anybody is left who manages people; somebody who is stopped cannot. */
async function hasManager(tx: Db, practiceId: string) {
  const held = await tx
    .selectFrom('staff_member')
    .innerJoin('staff_role', (join) =>
      join
        .onRef('staff_role.practice_id', '=', 'staff_member.practice_id')
        .onRef('staff_role.id', '=', 'staff_member.role_id'),
    )
    .select('staff_role.permissions')
    .distinct()
    .where('staff_member.practice_id', '=', practiceId)
    .where('staff_member.stopped_at', 'is', null)
    .execute()
  return held.some((role) => permissionsIn(role).includes('staff.manage'))
}

function toPerson(keyring: Keyring, practice: Practice, member: Member, roles: Set<string>): StaffPerson {
  const { id, fhir_user: fhirUser, name_sealed, role_id } = member
  return {
    id,
    name: openStaffName(keyring, practice.id, name_sealed),
    fhirUser,
    // A role that the file gives may have been deleted since.
    role: role_id !== null && roles.has(role_id) ? role_id : null,
    locked: practice.administrators.includes(fhirUser),
    stoppedAt: member.stopped_at,
    firstSeenAt: member.first_seen_at,
    lastSeenAt: member.last_seen_at,
  }
}

function toRole(role: Role, people: StaffPerson[]): StaffRole {
  const preset = PresetRole.safeParse(role.preset)
  return {
    id: role.id,
    name: role.name,
    preset: preset.success ? preset.data : null,
    permissions: permissionsIn(role),
    version: role.version,
    people: people.filter((person) => person.role === role.id).length,
  }
}

/** The newest of those who wait comes first; the others by name. */
function waitingFirst(one: StaffPerson, other: StaffPerson): number {
  const waits = ({ role, locked, stoppedAt }: StaffPerson) => role === null && !locked && stoppedAt === null
  if (waits(one) !== waits(other)) return waits(one) ? -1 : 1
  if (waits(one)) return other.firstSeenAt - one.firstSeenAt
  return (one.name ?? one.fhirUser).localeCompare(other.name ?? other.fhirUser)
}

const noSuchRole = () => {
  const detail = 'There is no such role any more.'
  return new Problem('invalid-request', detail, { issues: [{ pointer: '/role', detail }] })
}
