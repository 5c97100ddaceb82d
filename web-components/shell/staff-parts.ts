import { html, nothing } from 'lit'
import type { Language } from '../../src/practices/schema.ts'
import type { LaunchView } from '../../src/staff/schema.ts'
import { otherLanguage } from '../i18n/languages.ts'
import { roleInSentence } from '../i18n/role-words.ts'
import type { StaffWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'

/** "J. Park, front desk". */
export function person(words: StaffWords, { staff, permissions }: LaunchView) {
  const { name } = staff
  // The file makes administrators of people whom nobody here has given a role.
  const role = staff.role ?? (permissions.includes('staff.manage') ? 'Administrator' : null)
  const text = name && role ? words.msg('staff.person', { name, role: roleInSentence(words, role) }) : name
  return text ? html`<span class="soft who">${text}</span>` : nothing
}

/** Who is new here looks only, and reads what would change that. */
export const withoutRole = (words: StaffWords, { staff, permissions }: LaunchView) =>
  staff.role === null && permissions.length <= 1
    ? notice({ mood: 'info', title: words.msg('staff.noRole'), text: words.msg('staff.noRoleText') })
    : nothing

export function languageButton(
  words: StaffWords,
  offered: readonly Language[],
  speak: (language: Language) => void,
) {
  const other = otherLanguage(words.language, offered)
  if (!other) return nothing
  return html`<button class="button quiet" type="button" lang=${other} @click=${() => speak(other)}>
    ${words.msg('app.otherLanguage')}
  </button>`
}
