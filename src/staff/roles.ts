import type { Clock } from '../clock.ts'
import type { PracticeConfig } from '../config.ts'
import type { Practice } from '../practices/practice.ts'
import type { Store } from '../store/open.ts'
import { Permission, type PresetRole } from './schema.ts'
import type { StaffMember } from './store.ts'

/** What each of the roles that a practice starts with may do. */
const PRESETS: Record<PresetRole, { name: string; permissions: Permission[] }> = {
  'front-desk': {
    name: 'Front desk',
    permissions: ['access.read', 'access.manage', 'credentials.manage'],
  },
  clinician: { name: 'Clinician', permissions: ['access.read'] },
  administrator: { name: 'Administrator', permissions: [...Permission.options] },
}

/** What somebody may do whom nobody has given a role: look. */
export const WITHOUT_ROLE: Permission[] = ['access.read']

/** What a staff member may do right now. The file's administrators may do everything, whatever the store says. */
export const permissionsOf = (
  { administrators }: Pick<Practice, 'administrators'>,
  { fhirUser, role }: Pick<StaffMember, 'fhirUser' | 'role'>,
): Permission[] =>
  administrators.includes(fhirUser) ? [...Permission.options] : (role?.permissions ?? WITHOUT_ROLE)

/** Gives each practice the three roles to start with, once: one that was deleted stays deleted. */
export async function addPresetRoles(
  store: Store,
  practices: Pick<PracticeConfig, 'slug'>[],
  now: Clock,
): Promise<void> {
  const at = now()
  await store.transaction(async (tx) => {
    for (const { slug } of practices) {
      // Of two nodes that start at once one does it.
      const fresh = await tx
        .updateTable('practice')
        .set({ roles_seeded_at: at })
        .where('id', '=', slug)
        .where('roles_seeded_at', 'is', null)
        .returning('id')
        .executeTakeFirst()
      if (!fresh) continue
      const rows = Object.entries(PRESETS).map(([id, { name, permissions }]) => ({
        practice_id: slug,
        id,
        name,
        preset: id,
        permissions: JSON.stringify(permissions),
        version: 1,
        created_at: at,
      }))
      await tx.insertInto('staff_role').values(rows).execute()
    }
  })
}
