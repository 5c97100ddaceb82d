import { scopeAllowsMessaging, type LaunchContext } from '../../smart-launch/index.ts'
import type { Practice } from '../practices/practice.ts'
import type { LaunchView } from './schema.ts'

/** Deep links that the staff app knows; `access` is the card itself. */
const INTENTS = ['create-credentials', 'access']

/**
 * What the staff app is to open with: the EHR's own intent, else that of a CDS Hooks link that brought somebody here.
 * One that we do not know counts as none.
 * @see SMART App Launch 2.2, Launch intent; CDS Hooks 2.0, Link `appContext`
 */
export const intentOf = ({ intent, appContext }: Pick<LaunchContext, 'intent' | 'appContext'>) =>
  [intent, intentIn(appContext)].find((one) => one !== null && INTENTS.includes(one)) ?? null

/** `{"intent":"access"}`, `"access"` or the bare word. */
function intentIn(appContext: string | null): string | null {
  if (!appContext) return null
  try {
    const value: unknown = JSON.parse(appContext)
    if (typeof value === 'string') return value
    const intent = typeof value === 'object' && value !== null && 'intent' in value ? value.intent : null
    return typeof intent === 'string' ? intent : null
  } catch {
    return appContext
  }
}

/**
 * How the staff app may speak with the page around it. Messages go to a page of the practice's own EHR or to nobody,
 * whatever the token answer says.
 * @see SMART Web Messaging 1.0
 */
export function messagingOf(
  practice: Pick<Practice, 'issuers' | 'frameAncestors' | 'hosts'>,
  scope: string,
  messaging: LaunchContext['messaging'] | undefined,
): LaunchView['messaging'] {
  if (!messaging || !scopeAllowsMessaging(scope)) return null
  return originsOf(practice).includes(messaging.origin) ? messaging : null
}

/** Where the practice's EHR and the pages around us live. */
export const originsOf = ({
  issuers,
  frameAncestors,
  hosts,
}: Pick<Practice, 'issuers' | 'frameAncestors' | 'hosts'>): string[] => [
  ...issuers.map((issuer) => new URL(issuer).origin),
  ...frameAncestors,
  ...hosts.flatMap(({ origins }) => origins),
]
