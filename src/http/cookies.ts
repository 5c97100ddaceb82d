import type { Context, Env } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'

/** Cookies carry the practice in their name, because `__Host-` forces Path=/. */
export const cookieNames = {
  patient: (slug: string) => `__Host-portico-patient-${slug}`,
  staff: (slug: string) => `__Host-portico-staff-${slug}`,
  knownDevice: (slug: string) => `__Host-portico-known-${slug}`,
  launch: (state: string) => `__Host-portico-launch-${state.slice(0, 8)}`,
}

/** In an EMR's iframe only a partitioned cookie survives; at the top level Lax, as EHR callbacks and mail links are cross-site GETs. */
export const cookieAttributes = (framed: boolean): CookieOptions =>
  framed
    ? { path: '/', secure: true, httpOnly: true, sameSite: 'None', partitioned: true }
    : { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }

export const readCookie = <E extends Env>(c: Context<E>, name: string) => getCookie(c, name)

export const writeCookie = <E extends Env>(
  c: Context<E>,
  name: string,
  value: string,
  options: CookieOptions,
) => setCookie(c, name, value, options)

/** Expires a cookie in both jars: whether this page is framed now says nothing of when the cookie was set. */
export function expireCookie<E extends Env>(c: Context<E>, name: string) {
  setCookie(c, name, '', { ...cookieAttributes(false), maxAge: 0 })
  setCookie(c, name, '', { ...cookieAttributes(true), maxAge: 0 })
}
