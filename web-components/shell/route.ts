/** Where in the patient's app we are. `unknown` gets a page of its own with a way back. */
export type Route = 'home' | 'activate' | 'sign-in' | 'unknown'

const PATHS: Record<string, Route> = { '': 'home', activate: 'activate', 'sign-in': 'sign-in' }

/** The address under which the patient's app of a practice lives; ends in a slash. */
export const portalBase = (practice: string): string => `/${practice}/portal/`

export function readRoute(pathname: string, practice: string): Route {
  const base = portalBase(practice)
  if (!`${pathname}/`.startsWith(base)) return 'unknown'
  return PATHS[pathname.slice(base.length).replace(/\/$/, '')] ?? 'unknown'
}

/** Home needs somebody signed in; who is signed in needs no sign-in page. */
export function pageFor(wanted: Route, signedIn: boolean): Route {
  if (wanted === 'home' && !signedIn) return 'sign-in'
  if (wanted === 'sign-in' && signedIn) return 'home'
  return wanted
}

/** The link of ours that a click follows inside this page; null when the browser should handle it. */
export function followedLink(event: MouseEvent, practice: string): URL | null {
  if (event.defaultPrevented || event.button !== 0) return null
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null
  const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement)
  if (!link || link.target !== '' || link.origin !== location.origin) return null
  return link.pathname.startsWith(portalBase(practice)) ? new URL(link.href) : null
}
