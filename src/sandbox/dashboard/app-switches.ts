import { type Markup, markup } from '../markup.ts'
import type { SmartRules } from '../personalities/personality.ts'
import type { RegisteredClient } from '../smart/clients.ts'
import type { StaffUser } from '../staff.ts'
import type { Frame } from './layout.ts'

/** An app that an administrator may let in or keep out. */
export type AppSwitch = { clientId: string; name: string; enabled: boolean }

type SwitchDeps = {
  rules: SmartRules
  clients: RegisteredClient[]
  isEnabled: (clientId: string) => boolean
  setEnabled: (clientId: string, enabled: boolean) => void
}

/** The apps that somebody may switch: none but for an administrator, in an EMR where apps wait for one. */
export function switchesOf({ rules, clients, isEnabled }: SwitchDeps, { role }: StaffUser): AppSwitch[] {
  if (!rules.enablesClients || role !== 'administrator') return []
  return clients.map(({ clientId, name }) => ({ clientId, name, enabled: isEnabled(clientId) }))
}

/** Does what the form says; false for whoever may not, and for an app that is not there. */
export function switchApp(deps: SwitchDeps, user: StaffUser, form: Record<string, unknown>): boolean {
  const found = switchesOf(deps, user).find(({ clientId }) => clientId === form['client'])
  if (found) deps.setEnabled(found.clientId, form['enabled'] === 'yes')
  return found !== undefined
}

export const appSwitches = (frame: Frame, apps: AppSwitch[]): Markup | '' =>
  apps.length === 0
    ? ''
    : markup`<section class="box" aria-labelledby="apps">
        <h2 id="apps">Apps</h2>
        ${apps.map(
          ({ clientId, name, enabled }) =>
            markup`<form class="pad" method="post" action="${frame.prefix}/apps">
              <input type="hidden" name="client" value="${clientId}" />
              <input type="hidden" name="enabled" value="${enabled ? 'no' : 'yes'}" />
              <span>${name} is ${enabled ? 'enabled' : 'not enabled'}.</span>
              <button>${enabled ? 'Disable' : 'Enable'} ${name}</button>
            </form>`,
        )}
      </section>`
