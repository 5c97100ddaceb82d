import type { SessionView } from '../../src/accounts/schema.ts'
import { clickedLink } from './clicked-link.ts'

/** Where in the patient's app we are. `unknown` gets a page of its own with a way back. */
export type Route = 'home' | 'activate' | 'sign-in' | 'change' | 'unknown'

const PATHS: Record<string, Route> = {
  '': 'home',
  activate: 'activate',
  'sign-in': 'sign-in',
  change: 'change',
}

/** The address under which the patient's app of a practice lives; ends in a slash. */
export const portalBase = (practice: string): string => `/${practice}/portal/`

export function readRoute(pathname: string, practice: string): Route {
  const base = portalBase(practice)
  if (!`${pathname}/`.startsWith(base)) return 'unknown'
  return PATHS[pathname.slice(base.length).replace(/\/$/, '')] ?? 'unknown'
}

/**
 * The page that opens when one is wanted. After a temporary password it is always the one where a new one is chosen;
 * home needs somebody signed in; who is signed in needs no sign-in page.
 */
export function pageFor(wanted: Route, session: Pick<SessionView, 'restricted'> | null): Route {
  if (session?.restricted) return 'change'
  const start = session ? 'home' : 'sign-in'
  return wanted === 'home' || wanted === 'sign-in' || wanted === 'change' ? start : wanted
}

/** The link of this app that a click follows inside this page; null when the browser should handle it. */
export function followedLink(event: MouseEvent, practice: string): URL | null {
  const link = clickedLink(event)
  return link?.pathname.startsWith(portalBase(practice)) ? link : null
}
