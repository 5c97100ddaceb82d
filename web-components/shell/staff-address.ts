import type { LaunchView, Permission } from '../../src/staff/schema.ts'

/** `/:practice/staff/l/:launch/`: where the app of one launch lives. */
export const staffBase = (practice: string, launch: string): string =>
  `/${practice}/staff/l/${encodeURIComponent(launch)}/`

/** The launch that an address of the staff app names. */
export const launchOf = (address: Location): string =>
  decodeURIComponent(address.pathname.split('/')[4] ?? '')

/** What opens a page beside the card; `staff-route.ts` says which. */
const BEYOND_THE_CARD: readonly Permission[] = ['settings.manage', 'staff.manage', 'audit.read']

/** True where there is more than the card: for this reader, to be done by anybody, or in the address. */
export const hasPages = (
  address: Location,
  base: string,
  { permissions, todos }: Pick<LaunchView, 'permissions' | 'todos'>,
): boolean =>
  address.pathname !== base || todos > 0 || BEYOND_THE_CARD.some((one) => permissions.includes(one))
