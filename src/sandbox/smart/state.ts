import { randomBytes } from 'node:crypto'
import { type Clock, MINUTE_MS, SECOND_MS } from '../../clock.ts'
import type { StaffUser } from '../staff.ts'

/** What the dashboard says to the app when it opens it. */
export type LaunchContext = {
  patient: string
  /** FHIR reference of the staff member, e.g. `Practitioner/12`. */
  user: string
  encounter?: string | undefined
  intent?: string | undefined
  needPatientBanner?: boolean | undefined
  /** What a CDS Hooks link carried; the app gets it as it is. */
  appContext?: string | undefined
  /** Set where the page around the app listens to messages that name it. */
  messagingHandle?: string | undefined
  /** Where the app reads how the EMR looks, in place of the usual address; null = the EMR does not say. */
  styleUrl?: string | null | undefined
}
type Launch = LaunchContext & { clientId: string; expiresAt: number }

export type Code = {
  clientId: string
  redirectUri: string
  challenge: string
  nonce: string | undefined
  scope: string
  launch: LaunchContext
  user: StaffUser
  sessionId: string
  expiresAt: number
  /** Set by the first presentation; a second one ends what the first one gave. */
  grantId: string | undefined
  used: boolean
}

/** One consent of one user for one app; every token hangs on it. */
export type Grant = {
  id: string
  clientId: string
  scope: string
  /** Absent for a backend service. */
  user?: StaffUser
  launch?: LaunchContext
  sessionId?: string
}
type Access = { grantId: string; scope: string; expiresAt: number }
type Refresh = { grantId: string; current: boolean; expiresAt: number }

const LAUNCH_MS = 5 * MINUTE_MS
const CODE_MS = MINUTE_MS

export type SmartState = ReturnType<typeof createSmartState>

/** Everything that the authorization server remembers, in memory. */
export function createSmartState(now: Clock, refreshMs: number) {
  const launches = new Map<string, Launch>()
  const codes = new Map<string, Code>()
  const grants = new Map<string, Grant>()
  const accesses = new Map<string, Access>()
  const refreshes = new Map<string, Refresh>()
  const live = <T extends { expiresAt: number }>(row: T | undefined) =>
    row && row.expiresAt > now() ? row : undefined

  return {
    addLaunch: (context: LaunchContext, clientId: string) =>
      put(launches, { ...context, clientId, expiresAt: now() + LAUNCH_MS }),
    findLaunch: (id: string) => live(launches.get(id)),
    useLaunch: (id: string) => launches.delete(id),

    addCode: (code: Omit<Code, 'expiresAt' | 'used' | 'grantId'>, lifetimeMs = CODE_MS) =>
      put(codes, { ...code, expiresAt: now() + lifetimeMs, used: false, grantId: undefined }),
    findCode: (code: string) => codes.get(code),
    isCodeLive: (code: Code) => live(code) !== undefined,

    addGrant: (grant: Omit<Grant, 'id'>): Grant => {
      const id = newToken()
      grants.set(id, { ...grant, id })
      return { ...grant, id }
    },
    findGrant: (id: string) => grants.get(id),
    endGrant: (id: string) => grants.delete(id),

    addAccess: (grantId: string, scope: string, seconds: number) =>
      put(accesses, { grantId, scope, expiresAt: now() + seconds * SECOND_MS }),
    findAccess: (token: string) => live(accesses.get(token)),
    endAccess: (token: string) => accesses.delete(token),

    /** Gives the only refresh token that is good from now on; the older ones stay known, to notice their reuse. */
    rotateRefresh: (grantId: string) => {
      for (const refresh of refreshes.values()) if (refresh.grantId === grantId) refresh.current = false
      return put(refreshes, { grantId, current: true, expiresAt: now() + refreshMs })
    },
    findRefresh: (token: string) => live(refreshes.get(token)),
  }
}

/** 256 random bits for whatever must not be guessed. */
export const newToken = () => randomBytes(32).toString('base64url')

function put<T>(rows: Map<string, T>, row: T): string {
  const token = newToken()
  rows.set(token, row)
  return token
}
