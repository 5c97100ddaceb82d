import type { StaffId, StaffWords } from './words.ts'

/** The names that the three roles start with, as the service keeps them, and what we call them. */
const PRESETS: Record<string, StaffId> = {
  'Front desk': 'role.frontDesk',
  Clinician: 'role.clinician',
  Administrator: 'role.administrator',
}

/** A role's name in the reader's language; one that the practice made or renamed stays as it wrote it. */
export function roleName(words: StaffWords, name: string): string {
  const id = PRESETS[name]
  return id ? words.msg(id) : name
}

/** The same in the middle of a sentence: "front desk"; abbreviations keep their capitals. */
export function roleInSentence(words: StaffWords, name: string): string {
  const shown = roleName(words, name)
  return /^\p{Lu}\p{Lu}/u.test(shown) ? shown : shown.charAt(0).toLocaleLowerCase() + shown.slice(1)
}
