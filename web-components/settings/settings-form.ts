import { html, nothing } from 'lit'
import type { SettingKey, TestMail } from '../../src/settings/schema.ts'
import type { Client } from '../client.ts'
import { changesOf } from './form-state.ts'
import { gettingInPart } from './getting-in-part.ts'
import { languagesPart } from './languages-part.ts'
import { mailPart } from './mail-part.ts'
import { testNotice } from './news.ts'
import { portalPart } from './portal-part.ts'
import { practicePart } from './practice-part.ts'
import { section } from './sections.ts'
import type { SettingsForm } from './set-parts.ts'
import './test-mail.ts'
import type { TestedMail } from './test-mail.ts'

export const MAIL_KEYS: readonly SettingKey[] = [
  'mailFrom',
  'mailHost',
  'mailPort',
  'mailSecurity',
  'mailUser',
  'mailPassword',
]

export type SettingsSections = {
  form: SettingsForm
  client: Client
  launch: string
  tested: TestedMail | null
  /** May keep the question where the test e-mail should go from being asked. */
  onTestAsked: (event: Event) => void
  onTested: (event: CustomEvent<TestedMail>) => void
}

/** Everything that can be set, part by part. */
export function settingsSections({ form, client, launch, tested, ...test }: SettingsSections) {
  const { words } = form
  const mail = html`${tested ? html`<div class="tested">${testNotice(words, tested)}</div>` : nothing}
    ${mailPart(form)}
    <portico-test-mail
      .client=${client}
      .words=${words}
      .launch=${launch}
      .changes=${unsavedMail(form)}
      @portico-test-asked=${test.onTestAsked}
      @portico-mail-tested=${test.onTested}
    ></portico-test-mail>`
  return html`${section(words, 'portal', portalPart(form, { client, launch }))}
  ${section(words, 'getting-in', gettingInPart(form))} ${section(words, 'mail', mail)}
  ${section(words, 'practice', practicePart(form, client.now()))}
  ${section(words, 'languages', languagesPart(form))}`
}

/** Mail settings that are on the page but not saved: the test goes out with them. */
function unsavedMail({ state }: SettingsForm): TestMail['changes'] {
  const changes = Object.entries(changesOf(state))
  return Object.fromEntries(changes.filter(([key]) => MAIL_KEYS.includes(key as SettingKey)))
}
