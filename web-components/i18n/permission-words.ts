import type { Permission } from '../../src/staff/schema.ts'
import type { AdminId, AdminWords } from './words.ts'

/** Each right in plain words: what it is called, and what somebody with it can do. */
export const PERMISSIONS: Record<Permission, readonly [name: AdminId, text: AdminId]> = {
  'access.read': ['permission.accessRead', 'permission.accessReadText'],
  'access.manage': ['permission.accessManage', 'permission.accessManageText'],
  'credentials.manage': ['permission.credentialsManage', 'permission.credentialsManageText'],
  'settings.manage': ['permission.settingsManage', 'permission.settingsManageText'],
  'audit.read': ['permission.auditRead', 'permission.auditReadText'],
  'staff.manage': ['permission.staffManage', 'permission.staffManageText'],
}
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as Permission[]

/** Rights by name, in one order: "See access, Create credentials". */
export function permissionNames(words: AdminWords, permissions: readonly string[]): string {
  const names = ALL_PERMISSIONS.filter((one) => permissions.includes(one)).map((one) =>
    words.msg(PERMISSIONS[one][0]),
  )
  return names.length > 0 ? names.join(', ') : words.msg('roles.lookOnly')
}
