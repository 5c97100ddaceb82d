import { randomInt } from 'node:crypto'

/** 7776 words to choose from: 64.6 bits. */
const WORDS = 5

/**
 * A temporary password: five diceware words with a space between them, each drawn evenly from the whole list. The list is
 * loaded with the first one.
 * @see https://www.eff.org/dice (long list); ASVS 5.0 6.4.1, 6.4.6: staff do not choose it
 */
export async function randomWords(): Promise<string> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const list = dictionary['diceware-common']
  return Array.from({ length: WORDS }, () => list[randomInt(list.length)]).join(' ')
}
