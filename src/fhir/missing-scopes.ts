import { type Interaction, parseResourceScope, scopeAllows, splitScope } from '../../smart-launch/index.ts'
import { capabilityOf, type EhrCapability } from './capability.ts'

/**
 * What a launch cannot do without: that it worked shows that they were granted, and few EHRs repeat them. And what only
 * a page that shows Portico in a frame grants.
 */
const PROVEN = /^(launch(\/.+)?|openid|fhirUser|profile|messaging\/ui)$/

/**
 * What was asked for, could be granted and was not, scope by scope, without the letters that were. An EHR may grant in
 * the other form what was asked for in one. What it has no such interface for, nobody there can grant. Pure.
 * @param capability null while the EHR does not say what it can do
 */
export const missingScopes = (asked: string, granted: string, capability: EhrCapability | null): string[] =>
  splitScope(asked).flatMap((scope) => {
    if (PROVEN.test(scope) || splitScope(granted).includes(scope)) return []
    const parsed = parseResourceScope(scope)
    if (!parsed) return [scope]
    const { context, type, interactions } = parsed
    const letters = interactions
      // SMART 1 cannot ask for writing without deleting, which Portico never does.
      .filter((letter) => letter !== 'd' || !/\.(write|\*)$/.test(scope))
      .filter((letter) => capability === null || type === '*' || isOffered(capability, type, letter))
      .filter((letter) => !scopeAllows(granted, context, type, letter))
    return letters.length === 0 ? [] : [`${context}/${type}.${letters.join('')}`]
  })

function isOffered(capability: EhrCapability, type: string, letter: Interaction): boolean {
  const { read, search, create, update, patch, delete: remove } = capabilityOf(capability, type)
  return { c: create, r: read, u: update || patch, d: remove, s: search }[letter]
}
