import { html, nothing } from 'lit'
import type { Client } from '../client.ts'
import './portal-check.ts'
import { option } from '../ui/option.ts'
import { formOf } from './form-state.ts'
import { selectSetting, type SettingsForm, switchSetting } from './set-parts.ts'

/** Whether patients may come, and under which address. */
export function portalPart(form: SettingsForm, { client, launch }: { client: Client; launch: string }) {
  const { words, state } = form
  const { portalOpen, portalAddress } = formOf(state)
  const { portalAddresses, values } = state.view
  const [first = ''] = portalAddresses
  const address = portalAddress ?? first
  const kept = values.portalAddress
  return html`${switchSetting(form, 'portalOpen', words.msg(portalOpen ? 'hint.portalOn' : 'hint.portalOff'))}
    <div class="stack">
      ${selectSetting(form, 'portalAddress', {
        // An address that is kept but no longer offered stays to be seen.
        options: [...new Set([...portalAddresses, address])].map((one) => option(one, one, address)),
        hint: words.msg('hint.portalAddress'),
        // Nothing kept means the first: choosing that one again is no change.
        value: (chosen) => (kept === null && chosen === first ? null : chosen),
      })}
      ${
        address === ''
          ? nothing
          : html`<portico-portal-check
              .client=${client}
              .words=${words}
              .launch=${launch}
              .address=${address}
            ></portico-portal-check>`
      }
    </div>`
}
