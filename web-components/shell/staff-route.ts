import type { Permission } from '../../src/staff/schema.ts'

/** The pages beside the patient's card. */
export type AdminPage = 'todos' | 'outbox' | 'people' | 'history' | 'settings' | 'report'
/** Where in the staff app we are. `unknown` gets a way back. */
export type StaffPage = 'patient' | AdminPage | 'unknown'

/** In the order of the navigation, with the right that each page needs. */
const RIGHTS: Record<AdminPage, Permission> = {
  todos: 'access.read',
  outbox: 'settings.manage',
  people: 'staff.manage',
  history: 'audit.read',
  settings: 'settings.manage',
  report: 'settings.manage',
}
export const ADMIN_PAGES = Object.keys(RIGHTS) as AdminPage[]

export const isAdminPage = (page: StaffPage): page is AdminPage => page in RIGHTS

export const mayOpen = (page: StaffPage, permissions: readonly Permission[]): boolean =>
  !isAdminPage(page) || permissions.includes(RIGHTS[page])

export function readStaffPage(address: Location | URL): StaffPage {
  const name = address.pathname.split('/').slice(5).join('/').replace(/\/$/, '')
  if (name === '') return 'patient'
  return ADMIN_PAGES.find((page) => page === name) ?? 'unknown'
}
