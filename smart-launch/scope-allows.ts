import { type Interaction, parseResourceScope, type ScopeContext, splitScope } from './scopes.ts'

/**
 * Whether a granted scope string lets us do something with every resource of a type that the EHR lets this
 * person see. Understands v1 and v2 forms and the `*` type; a scope narrowed by a query does not count.
 */
export function scopeAllows(
  scope: string,
  context: ScopeContext,
  resourceType: string,
  interaction: Interaction,
): boolean {
  return splitScope(scope).some((part) => {
    const granted = parseResourceScope(part)
    return (
      granted !== undefined &&
      !granted.narrowed &&
      granted.context === context &&
      (granted.type === '*' || granted.type === resourceType) &&
      granted.interactions.includes(interaction)
    )
  })
}

/**
 * Whether the EHR lets us speak with its page: `messaging/ui`, or one of its messages (`messaging/ui.launchActivity`).
 *
 * @see SMART Web Messaging 1.0, Scope examples
 */
export const scopeAllowsMessaging = (scope: string): boolean =>
  splitScope(scope).some((part) => part === 'messaging/ui' || part.startsWith('messaging/ui.'))
