/** The people that tests speak of, and what they would write on the activation page. All are made up. */
export { HARBOR_PEOPLE, PEOPLE } from '../../src/sandbox/people/index.ts'

/** What stands on nobody's letter: initials and birth date. */
export const IDENTITY = {
  walter: { firstInitial: 'W', lastInitial: 'O', birthDate: '1948-03-14' },
  maria: { firstInitial: 'M', lastInitial: 'N', birthDate: '1987-09-21' },
  piotr: { firstInitial: 'p', lastInitial: 'l', birthDate: '1971-11-04' },
  /** Twins: same initials, same birth date. */
  lena: { firstInitial: 'L', lastInitial: 'H', birthDate: '2001-08-12' },
  luca: { firstInitial: 'L', lastInitial: 'H', birthDate: '2001-08-12' },
} as const

/** A password that is long, is not guessable, and is nobody's name. */
export const GOOD_PASSWORD = 'copper kettle window drift'
