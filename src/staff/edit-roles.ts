import { uuidv7 } from '../crypto/tokens.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import {
  changePeople,
  noteChange,
  type PeopleDeps,
  type PeopleManager,
  permissionsIn,
  readRoles,
  refuseMore,
} from './people.ts'
import { type NewRole, type PeopleView, Permission, type SaveRole } from './schema.ts'

type Role = Schema['staff_role']

/**
 * Adds a role of the practice's own.
 * @throws Problem `invalid-request` for a name that is taken, `not-permitted` for more than who adds it may do
 */
export const addRole = (deps: PeopleDeps, by: PeopleManager, wanted: NewRole): Promise<PeopleView> =>
  changePeople(deps, by, async (tx) => {
    const { practice } = by
    refuseMore(by, [], wanted.permissions)
    await refuseTakenName(tx, practice.id, wanted.name)
    const id = uuidv7(deps.now())
    const permissions = inOrder(wanted.permissions)
    await tx
      .insertInto('staff_role')
      .values({
        practice_id: practice.id,
        id,
        name: wanted.name,
        preset: null,
        permissions: JSON.stringify(permissions),
        version: 1,
        created_at: deps.now(),
      })
      .execute()
    const detail = { role: id, name: wanted.name, before: null, after: permissions.join(' ') }
    await noteChange(tx, deps, by, 'role.added', detail)
  })

/**
 * Renames a role, or changes what it may do: for everybody who has it, from their next request on.
 *
 * @throws Problem `not-found`, `conflict`, `last-administrator`, `invalid-request` for a name that is taken,
 * `not-permitted` for more than who saves it may do
 */
export const saveRole = (
  deps: PeopleDeps,
  by: PeopleManager,
  roleId: string,
  wanted: SaveRole,
): Promise<PeopleView> =>
  changePeople(deps, by, async (tx) => {
    const role = await readRole(tx, by, roleId)
    if (role.version !== wanted.version)
      throw new Problem('conflict', 'Somebody changed this role meanwhile. Look again.')
    const before = permissionsIn(role)
    const after = inOrder(wanted.permissions)
    const isRenamed = wanted.name !== role.name
    if (!isRenamed && before.join() === after.join()) return
    refuseMore(by, before, after)
    if (isRenamed) await refuseTakenName(tx, by.practice.id, wanted.name, roleId)
    await tx
      .updateTable('staff_role')
      .set({
        name: wanted.name,
        // From now on the practice's own word, in every language.
        preset: isRenamed ? null : role.preset,
        permissions: JSON.stringify(after),
        version: role.version + 1,
      })
      .where('practice_id', '=', by.practice.id)
      .where('id', '=', roleId)
      .execute()
    const names = isRenamed ? { name: wanted.name, nameBefore: role.name } : { name: role.name }
    const detail = { role: roleId, ...names, before: before.join(' '), after: after.join(' ') }
    await noteChange(tx, deps, by, 'role.changed', detail)
  })

/** Deletes a role that nobody has. @throws Problem `not-found`, `role-in-use` */
export const removeRole = (deps: PeopleDeps, by: PeopleManager, roleId: string): Promise<PeopleView> =>
  changePeople(deps, by, async (tx) => {
    const { practice } = by
    const role = await readRole(tx, by, roleId)
    const holders = await tx
      .selectFrom('staff_member')
      .select('id')
      .where('practice_id', '=', practice.id)
      .where('role_id', '=', roleId)
      .execute()
    if (holders.length > 0)
      throw new Problem('role-in-use', 'Give those who have it another role first.', {
        extra: { people: holders.map(({ id }) => id) },
      })
    await tx
      .deleteFrom('staff_role')
      .where('practice_id', '=', practice.id)
      .where('id', '=', roleId)
      .execute()
    const detail = { role: roleId, name: role.name, before: permissionsIn(role).join(' '), after: null }
    await noteChange(tx, deps, by, 'role.removed', detail)
  })

async function readRole(tx: Db, { practice }: PeopleManager, roleId: string): Promise<Role> {
  const role = (await readRoles(tx, practice.id)).find(({ id }) => id === roleId)
  if (!role) throw new Problem('not-found', 'There is no such role any more.')
  return role
}

async function refuseTakenName(tx: Db, practiceId: string, name: string, exceptId?: string) {
  const key = (text: string) => text.normalize('NFKC').toLowerCase()
  const roles = await readRoles(tx, practiceId)
  if (!roles.some((role) => role.id !== exceptId && key(role.name) === key(name))) return
  const detail = 'Another role has this name.'
  throw new Problem('invalid-request', detail, { issues: [{ pointer: '/name', detail }] })
}

/** Each once, in one order, so that the same rights are the same text. */
const inOrder = (permissions: Permission[]) =>
  Permission.options.filter((permission) => permissions.includes(permission))
