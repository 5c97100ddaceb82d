import type { Slip } from '../../src/credentials/schema.ts'

/** What a patient copies from a letter. A test that reads `code` of a letter without one gets null all the same. */
export type ReadLetter = {
  portalId: string
  code: string
  username: string
  words: string
  accountId: string
  language: string
}

/** Reads the first sheet of a slip as a patient would. */
export function readLetter({ sheets: [sheet] }: Pick<Slip, 'sheets'>): ReadLetter {
  if (!sheet) throw new Error('The slip has no sheet.')
  const fact = (form: string) => sheet.facts.find((one) => one.form === form)?.value ?? (null as never)
  return {
    portalId: fact('digits'),
    code: fact('code'),
    username: fact('username'),
    words: fact('words'),
    accountId: sheet.account?.split(': ')[1]?.replaceAll(' ', '') ?? '',
    language: sheet.language,
  }
}
