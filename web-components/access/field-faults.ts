import type { ContactField, SaveAccess } from '../../src/access/schema.ts'
import type { Refusal } from '../client.ts'
import type { InviteId, InviteWords } from '../i18n/words.ts'
import { CONTACT_FIELDS, type FieldFault, isPhone } from './draft.ts'

type Faults = Partial<Record<ContactField, string>>

const FAULTS: Record<FieldFault, InviteId> = {
  phone: 'field.phoneForm',
  email: 'field.emailForm',
  'contact-first': 'field.contactFirst',
}

/** What the browser itself found, for the fields that are due. */
export function faultsInWords(
  words: InviteWords,
  faults: Partial<Record<ContactField, FieldFault>>,
  due: readonly ContactField[],
): Faults {
  const said: Faults = {}
  for (const field of due) {
    const fault = faults[field]
    if (fault) said[field] = words.msg(FAULTS[fault])
  }
  return said
}

/** What the EMR or the service said about single fields, in words to stand at each. */
export function fieldRefusals(words: InviteWords, refusal: Refusal, sent: SaveAccess): Faults {
  const said: Faults = {}
  if (refusal.code !== 'ehr-rejected' && refusal.code !== 'invalid-request') return said
  const isEhr = refusal.code === 'ehr-rejected'
  for (const field of CONTACT_FIELDS) {
    const pointer = `/contacts/${field}`
    if (!sent.contacts?.[field] || !(refusal.names(pointer) || refusal.names(`${pointer}/to`))) continue
    const phone = isEhr ? 'field.phoneRejected' : 'field.phoneForm'
    said[field] = words.msg(isPhone(field) ? phone : isEhr ? 'field.emailRejected' : 'field.emailForm')
  }
  return said
}
