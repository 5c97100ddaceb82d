import type { LetterFact } from './schema.ts'

/** A fact in the groups in which it is set and read out: three digits, four letters, one word. */
export function groupsOf({ value, form }: Pick<LetterFact, 'value' | 'form'>): string[] {
  if (form === 'digits') return inGroups(value, 3)
  if (form === 'code') return inGroups(value, 4)
  return form === 'words' ? value.split(' ') : [value]
}

/** An account ID as it stands on letters: `PA 7F3K 92QD`. */
export const spacedAccountId = (id: string): string => [id.slice(0, 2), ...inGroups(id.slice(2), 4)].join(' ')

const inGroups = (text: string, size: number) => text.match(new RegExp(`.{1,${size}}`, 'gu')) ?? []
