import { type Clock, HOUR_MS } from '../../clock.ts'
import type { EmrSession } from '../smart/authorize.ts'
import { newToken } from '../smart/state.ts'
import type { StaffUser } from '../staff.ts'

const SESSION_MS = 8 * HOUR_MS

export type Sessions = ReturnType<typeof createSessions>

/**
 * Who is logged in to the EMR. Two cookies carry one session: a Lax one for browsers that keep no Secure cookie on
 * plain http, and a SameSite=None one, which still comes along when a frame gets here by a redirect that another
 * site started.
 * @param cookieName differs by port and clinic, because cookies know neither.
 */
export function createSessions(cookieName: string, now: Clock) {
  const sessions = new Map<string, { user: StaffUser; endsAt: number }>()
  const names = [cookieName, `${cookieName}-frame`]
  const attributes = ['SameSite=Lax', 'SameSite=None; Secure']
  const isLive = (id: string) => (sessions.get(id)?.endsAt ?? 0) > now()

  return {
    isLive,
    open: (user: StaffUser): EmrSession => {
      const id = newToken()
      sessions.set(id, { user, endsAt: now() + SESSION_MS })
      return { id, user }
    },
    find: (request: Request): EmrSession | undefined => {
      const cookies = parseCookies(request.headers.get('cookie') ?? '')
      for (const name of names) {
        const id = cookies.get(name) ?? ''
        const session = isLive(id) ? sessions.get(id) : undefined
        if (session) return { id, user: session.user }
      }
      return undefined
    },
    end: (id: string) => {
      sessions.delete(id)
    },
    cookieHeader: (id: string) => `${cookieName}=${id}`,
    /** Values for Set-Cookie; an empty id takes the cookies back. */
    setCookies: (id: string) =>
      names.map(
        (name, index) =>
          `${name}=${id}; Path=/; HttpOnly; ${attributes[index]}${id === '' ? '; Max-Age=0' : ''}`,
      ),
  }
}

const parseCookies = (header: string) =>
  new Map(
    header.split('; ').map((pair): [string, string] => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
