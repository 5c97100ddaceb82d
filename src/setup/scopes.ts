import { scopeAllows, type Interaction } from '../../smart-launch/index.ts'
import type { FoundEhr } from './look-at-ehr.ts'

export type NarrowedScopes = {
  scope: string
  serviceScope: string
  /** What of the file this EHR does not have. */
  left: string[]
}

type Can = Pick<FoundEhr, 'can' | 'services' | 'scopesSupported'>

const LETTERS: readonly Interaction[] = ['c', 'r', 'u', 'd', 's']
const RESOURCE = /^(user|system)\/(\*|[A-Z][A-Za-z]*)\.([a-z]+|\*)$/
/** Without them there is no launch; not every EHR lists them. */
const NEEDED = ['openid', 'fhirUser', 'launch']
/** With one of them a session outlives its first token. */
export const LASTING = ['online_access', 'offline_access']

/**
 * What to ask this EHR for: the scopes of its registration file without those it does not have. Many EHRs refuse a
 * whole launch for one scope that they do not know.
 */
export function narrowScopes(wanted: { scope: string; serviceScope: string }, ehr: Can): NarrowedScopes {
  const scope = narrow(wanted.scope, ehr)
  const serviceScope = ehr.services ? narrow(wanted.serviceScope, ehr) : []
  const words = (text: string) => text.split(/\s+/).filter(Boolean)
  const kept = new Set([...scope, ...serviceScope])
  return {
    scope: [...scope, ...messaging(scope, ehr)].join(' '),
    serviceScope: serviceScope.some((one) => one.startsWith('system/')) ? serviceScope.join(' ') : '',
    left: [...new Set([...words(wanted.scope), ...words(wanted.serviceScope)])].filter(
      (one) => !kept.has(one),
    ),
  }
}

function narrow(scope: string, ehr: Can): string[] {
  const parts = scope.split(/\s+/).filter(Boolean)
  return [...new Set(parts.flatMap((part) => narrowOne(part, ehr)))]
}

function narrowOne(scope: string, ehr: Can): string[] {
  const { scopesSupported: listed } = ehr
  const [, context, type = '', rights = ''] = RESOURCE.exec(scope) ?? []
  if (context === 'user' || context === 'system') return narrowResource({ scope, context, type, rights }, ehr)
  if (NEEDED.includes(scope) || listed.length === 0 || listed.includes(scope)) return [scope]
  if (!LASTING.includes(scope)) return []
  return LASTING.filter((other) => listed.includes(other))
}

type Parts = { scope: string; context: 'user' | 'system'; type: string; rights: string }

function narrowResource({ scope, context, type, rights }: Parts, { can, scopesSupported }: Can): string[] {
  // A list of the scopes of this kind is believed; one that has none of them is only a part (SMART App Launch 2.2).
  const lists = scopesSupported.some((one) => one.startsWith(`${context}/`) && RESOURCE.test(one))
  const letters = LETTERS.filter(
    (letter) =>
      scopeAllows(scope, context, type, letter) &&
      (type === '*' || Object.keys(can).length === 0 || (can[type] ?? '').includes(letter)) &&
      (!lists || scopeAllows(scopesSupported.join(' '), context, type, letter)),
  )
  if (letters.length === 0) return []
  return /^(read|write|\*)$/.test(rights) ? [scope] : [`${context}/${type}.${letters.join('')}`]
}

/** With it the app in its window can close itself and have the chart opened (SMART Web Messaging). */
const messaging = (scope: string[], { scopesSupported }: Can) =>
  scopesSupported.includes('messaging/ui') && !scope.includes('messaging/ui') ? ['messaging/ui'] : []
