import { html, nothing } from 'lit'
import type { NewRole, Permission, StaffRole } from '../../src/staff/schema.ts'
import type { Refusal } from '../client.ts'
import { typedRefusal } from '../i18n/admin-refusals.ts'
import { ALL_PERMISSIONS, permissionNames, PERMISSIONS } from '../i18n/permission-words.ts'
import { roleName } from '../i18n/role-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { textField } from '../ui/field.ts'
import { notice } from '../ui/notice.ts'
import { passingOnWords } from './stopping.ts'

export type RoleForm = {
  words: AdminWords
  draft: NewRole
  /** As it is kept now; null for a new one. */
  kept: StaffRole | null
  nameFault: 'missing' | 'taken' | null
  refusal: Refusal | null
  working: boolean
  type: (draft: NewRole) => void
  submit: (event: SubmitEvent) => void
  close: () => void
  remove: () => void
}

/** A role as it stands in the form: a preset's name in the reader's language, rights in our order. */
export const draftOf = (words: AdminWords, role: StaffRole | null): NewRole =>
  role
    ? {
        name: roleName(words, role.name),
        permissions: ALL_PERMISSIONS.filter((one) => role.permissions.includes(one)),
      }
    : { name: '', permissions: ['access.read'] }

/** Name and rights, each right with what it means. */
export function roleForm(form: RoleForm) {
  const { words, draft, nameFault, working } = form
  return html`<form novalidate @submit=${form.submit}>
    ${form.refusal ? refusalOf(form, form.refusal) : nothing}
    ${textField({
      id: 'name',
      label: words.msg('roles.name'),
      value: draft.name,
      autocomplete: 'off',
      maxLength: 60,
      error: nameFault && words.msg(nameFault === 'taken' ? 'roles.nameTaken' : 'roles.nameMissing'),
      onInput: (name) => form.type({ ...draft, name }),
    })}
    <fieldset>
      <legend class="label">${words.msg('roles.may')}</legend>
      <div class="rights">${ALL_PERMISSIONS.map((one) => right(form, one))}</div>
    </fieldset>
    <div class="actions">
      <button class="button primary" type="submit" aria-busy=${working}>
        ${words.msg(working ? 'roles.saving' : 'roles.save')}
      </button>
      <button class="button quiet" type="button" @click=${form.close}>${words.msg('admin.cancel')}</button>
      ${
        form.kept
          ? html`<button class="button danger end" type="button" @click=${form.remove}>
              ${words.msg('roles.remove')}
            </button>`
          : nothing
      }
    </div>
  </form>`
}

function right({ words, draft, type }: RoleForm, one: Permission) {
  const [name, text] = PERMISSIONS[one]
  const toggle = (event: Event) => {
    const on = (event.target as HTMLInputElement).checked
    const chosen = ALL_PERMISSIONS.filter((each) => (each === one ? on : draft.permissions.includes(each)))
    type({ ...draft, permissions: chosen })
  }
  return html`<label class="choice bare">
    <input type="checkbox" .checked=${draft.permissions.includes(one)} @change=${toggle} />
    <strong>${words.msg(name)}</strong>
    <span class="soft">${words.msg(text)}</span>
  </label>`
}

function refusalOf({ words, kept }: RoleForm, refusal: Refusal) {
  if (refusal.code !== 'conflict' || !kept)
    return notice({
      mood: 'warn',
      ...typedRefusal(words, refusal, words.msg('roles.save'), passingOnWords(refusal)),
    })
  const now = { role: roleName(words, kept.name), permissions: permissionNames(words, kept.permissions) }
  const text = words.msg('roles.conflictText', now)
  return notice({ mood: 'warn', title: words.msg('roles.conflict'), text })
}
