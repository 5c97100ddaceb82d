import type { PeopleView, StaffPerson, StaffRole } from '../../src/staff/schema.ts'
import { roleName } from '../i18n/role-words.ts'
import type { AdminWords } from '../i18n/words.ts'

/** How a person is called where the EMR told no name. */
export const personName = ({ name, fhirUser }: StaffPerson): string => name ?? fhirUser

/** Nobody has given this person a role, no file makes them an administrator, and nobody has stopped them. */
export const isWaiting = ({ role, locked, stoppedAt }: StaffPerson): boolean =>
  role === null && !locked && stoppedAt === null

/** "Jo Park has the role “Front desk” now." */
export function givenInWords(words: AdminWords, person: StaffPerson, role: StaffRole | undefined): string {
  const name = personName(person)
  return role
    ? words.msg('people.given', { name, role: roleName(words, role.name) })
    : words.msg('people.taken', { name })
}

/** Where focus goes when a row leaves those who wait: to the next of them, else to the people. */
export function neighbourOf(person: StaffPerson, view: PeopleView | null): string {
  if (!isWaiting(person)) return `#person-${CSS.escape(person.id)}`
  const waiting = view?.people.filter(isWaiting) ?? []
  const index = waiting.findIndex(({ id }) => id === person.id)
  const next = waiting[index + 1] ?? waiting[index - 1]
  return next ? `#person-${CSS.escape(next.id)}` : '#people'
}
