import type { HumanName, Patient } from '@medplum/fhirtypes'

/** Which name to speak to a person by: what they go by first. */
const USES: readonly (HumanName['use'] | undefined)[] = [
  'usual',
  'official',
  undefined,
  'temp',
  'nickname',
  'anonymous',
]

/** Words before a family name that some people leave out: "de la Cruz" is filed under D and under C. */
const PARTICLES = new Set(
  (
    'a af al abu av ben bin bint d da das de degli dei del della den der des di do dos du e el ibn la las le les lo ' +
    'los op te ten ter und van vande vander vom von y zu zum zur'
  ).split(' '),
)
/** Words around a text-only name that are no part of it. `Sr` is Señor in front and Senior behind. */
const TITLE = /^(mr|mrs|ms|mx|miss|dr|prof|rev|sr|sra|srta)\.?$/i
const SUFFIX = /^(jr|sr|ii|iii|iv|md|phd|esq)\.?$/i
/** Scripts whose names are written family name first, without a space. */
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々・\s]+$/u
/** Letters that Unicode does not take apart into a base letter and a mark. */
const PLAIN = new Map(
  Array.from('ŁL ØO ĐD ÐD ÆA ŒO ßS ẞS ÞT ĦH'.split(' '), ([from = '', to = '']) => [from, to]),
)

/** The patient's full name as the EHR writes it, without title; empty when there is none. */
export const displayName = (patient: Patient): string => {
  const names = namesToShow(patient)
  // A usual name is at times only a given name ("Bob"): too little to tell one patient from another.
  const whole = names.find((name) => name.text?.trim() || (name.family && name.given?.length)) ?? names[0]
  return whole ? textOf(whole) : ''
}

/**
 * How to speak of the patient in a sentence: the given name; the full name where the two are not told apart (王小明),
 * or where no given name is known.
 */
export function firstName(patient: Patient): string {
  const named = namesToShow(patient).find(({ given }) => givenOf(given))
  if (!named) return displayName(patient)
  const given = givenOf(named.given)
  return EAST_ASIAN.test(given) ? textOf(named) : given
}

/** The family name by which the patient goes now; empty when none is known. */
export const lastName = (patient: Patient): string =>
  namesToShow(patient)
    .map((name) => partsOf(name).last)
    .find(Boolean) ?? ''

/**
 * Every pair of initials (first name, last name) by which the patient may be known, folded, without repeats:
 * `['MC', 'MD']` for María de la Cruz. Any name that is in use counts; none that has ended does.
 * @see design §8, "Initials"
 */
export function initialPairs(patient: Patient): string[] {
  const parts = (patient.name ?? []).filter(({ use, period }) => use !== 'old' && !period?.end).map(partsOf)
  const pairs = parts.flatMap(({ first, last }) => {
    // Half a name ("Bob", a maiden name) goes with the other half of the other names; a mononym counts twice.
    const firsts = first
      ? [first]
      : otherHalf(
          parts.map((other) => other.first),
          last,
        )
    const lasts = last
      ? [last]
      : otherHalf(
          parts.map((other) => other.last),
          first,
        )
    return firsts.flatMap((one) => lasts.flatMap(lastInitials).map((initial) => [foldInitial(one), initial]))
  })
  const complete = pairs.filter(([first, last]) => first && last).map((pair) => pair.join(''))
  return [...new Set(complete)].toSorted()
}

/**
 * The first letter of a text, in the form in which initials are compared: capital, without accents. Letters of other
 * scripts stay as written. Empty when the text has no letter.
 */
export function foldInitial(text: string): string {
  // Composed again after the accents are gone: Hangul comes apart into letters that would match far too much.
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC')
  const letter = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}]/u.exec(plain)?.[0] ?? ''
  const capital = PLAIN.get(letter) ?? letter.toUpperCase()
  return PLAIN.get(capital) ?? capital
}

/** What the patient no longer is called is shown only when there is nothing else. */
function namesToShow(patient: Patient): HumanName[] {
  const names = (patient.name ?? []).filter((name) => textOf(name) !== '')
  const current = names.filter(({ use, period }) => use !== 'old' && use !== 'maiden' && !period?.end)
  return (current.length > 0 ? current : names).toSorted((a, b) => USES.indexOf(a.use) - USES.indexOf(b.use))
}

function textOf({ text, given, family, suffix }: HumanName): string {
  if (text?.trim()) return text.trim()
  const parts = [...(given ?? []), family ?? ''].map((part) => part?.trim() ?? '').filter(Boolean)
  if (family && parts.every((part) => EAST_ASIAN.test(part))) {
    return [family.trim(), ...parts.slice(0, -1)].join('')
  }
  return [...parts, ...(suffix ?? [])].join(' ')
}

const givenOf = (given: HumanName['given']) => given?.find((part) => part?.trim())?.trim() ?? ''

const otherHalf = (found: string[], own: string) => (found.some(Boolean) ? found.filter(Boolean) : [own])

/** First and last name, either of them empty when the record does not tell. */
function partsOf({ given, family, text }: HumanName): { first: string; last: string } {
  const [first, last] = [givenOf(given), family?.trim() ?? '']
  if (first && last) return { first, last }
  const fromText = partsOfText(text?.trim() ?? '')
  if (fromText.first && fromText.last) return fromText
  return first || last ? { first, last } : fromText
}

function partsOfText(text: string): { first: string; last: string } {
  const [family, given] = text.split(',').map((part) => part.trim())
  if (family && given && !SUFFIX.test(given)) return { first: given, last: family }
  if (EAST_ASIAN.test(text)) return eastAsianParts(text)
  const words = withoutTitles((family ?? text).split(/\s+/))
  if (words.length < 2) return { first: words[0] ?? '', last: '' }
  // The last word, and the particles right before it.
  let start = words.length - 1
  while (start > 1 && isParticle(words[start - 1] ?? '')) start -= 1
  return { first: words[0] ?? '', last: words.slice(start).join(' ') }
}

/** 王小明 is Wang, Xiaoming: one character of family name unless a space says otherwise. */
function eastAsianParts(text: string): { first: string; last: string } {
  const words = text.split(/[\s・]+/u)
  const [family = '', ...given] = words.length > 1 ? words : Array.from(text)
  return { first: given.join(''), last: family }
}

function withoutTitles(words: string[]): string[] {
  const [start, end] = [
    words.findIndex((word) => !TITLE.test(word)),
    words.findLastIndex((word) => !SUFFIX.test(word)),
  ]
  return start < 0 || end < start ? words : words.slice(start, end + 1)
}

/** "van der Berg": V and B; "d'Angelo": D and A; "Al-Hassan": A and H. */
function lastInitials(last: string): string[] {
  const words = last
    .replace(/(^|\s)(d|dell|all)['’]/giu, '$1$2 ')
    .replace(/^(al|el)-/iu, '$1 ')
    .split(/\s+/)
  const main = isParticle(words[0] ?? '') ? words.find((word) => !isParticle(word)) : undefined
  return [words[0] ?? '', main ?? ''].map(foldInitial).filter(Boolean)
}

const isParticle = (word: string) => PARTICLES.has(word.toLowerCase().replace(/[.'’]/g, ''))
