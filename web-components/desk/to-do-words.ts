import type { ToDo, ToDoChange } from '../../src/desk/schema.ts'
import type { ToDoId, ToDoWords } from '../i18n/words.ts'

const FIELDS: Record<ToDoChange['field'], ToDoId> = {
  homePhone: 'toDo.homePhone',
  mobilePhone: 'toDo.mobilePhone',
  contactEmail: 'toDo.contactEmail',
  trustedEmail: 'toDo.trustedEmail',
}

export const fieldName = (words: ToDoWords, { field }: ToDoChange): string => words.msg(FIELDS[field])

/** "Mobile phone, Trusted e-mail", after the name where there are several patients. */
export function changesInWords(words: ToDoWords, { patient, changes }: ToDo, named: boolean): string {
  const fields = changes.map((change) => fieldName(words, change))
  return [...(named ? [patient.name] : []), ...fields].join(', ')
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** "Checked 5 minutes ago." */
export function checkedInWords(words: ToDoWords, { checkedAt }: ToDo, now: number): string {
  if (checkedAt === null) return words.msg('toDo.unchecked')
  const minutes = Math.floor((now - checkedAt) / MINUTE_MS)
  if (minutes < 2) return words.msg('toDo.checkedNow')
  if (now - checkedAt > DAY_MS) return words.msg('toDo.checkedAt', { when: words.moment(checkedAt, now) })
  return words.msg('toDo.checkedAgo', { wait: words.wait(minutes * 60) })
}

export const notedInWords = (words: ToDoWords, { createdAt, createdBy: by }: ToDo, now: number): string => {
  const at = words.moment(createdAt, now)
  return by === null ? words.msg('toDo.noted', { at }) : words.msg('toDo.notedBy', { at, by })
}
