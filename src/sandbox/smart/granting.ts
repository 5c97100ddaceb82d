import type { SmartRules } from '../personalities/personality.ts'
import { OAuthError } from './errors.ts'
import { grantScope, words } from './scopes.ts'

/** What a client gets of what it asks for, within limits such as its registration and the role of the user. */
export type Grants = (requested: string, ...limits: string[]) => string

/** Types in small letters belong to an interface beside FHIR. */
const RESOURCE = /^(patient|user|system)\/(\*|[A-Za-z]+)\.(?:(read|write|\*)|(?=[cruds])(c?r?u?d?s?))$/
const FIRST_VERSION: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' }

/**
 * How an EMR makes a grant of a request: scopes in a form that it does not speak are passed over.
 * @throws OAuthError invalid_scope when nothing is left
 */
export function createGrants({ grants, scopesSupported, capabilities }: SmartRules): Grants {
  const speaks = (word: string) => {
    const form = parse(word)?.form
    return form === undefined || capabilities.includes(`permission-${form}`)
  }
  if (grants === 'rights')
    return (requested, ...limits) =>
      grantScope(words(requested).filter(speaks).join(' '), scopesSupported.join(' '), ...limits)
  const isKnown = (word: string) => speaks(word) && scopesSupported.some((known) => covers(known, word))
  return (requested, ...limits) => {
    const granted = words(requested).filter(
      (word) => isKnown(word) && limits.every((limit) => words(limit).some((bound) => meets(bound, word))),
    )
    if (granted.length > 0) return granted.join(' ')
    throw new OAuthError('invalid_scope', 'nothing of the requested scope is allowed')
  }
}

function parse(word: string) {
  const [, level = '', type = '', first, second = ''] = RESOURCE.exec(word) ?? []
  if (level === '') return undefined
  return { level, type, form: first ? 'v1' : 'v2', letters: first ? (FIRST_VERSION[first] ?? '') : second }
}

/** Whether a supported scope is this one, or has it in it and is written in the same form. */
function covers(known: string, word: string): boolean {
  const [whole, part] = [parse(known), parse(word)]
  if (!whole || !part) return known === word
  const isAll = part.letters.split('').every((letter) => whole.letters.includes(letter))
  return whole.form === part.form && isSame(whole, part) && isAll
}

/** Whether a limit leaves anything of a scope. */
function meets(limit: string, word: string): boolean {
  const [bound, part] = [parse(limit), parse(word)]
  if (!bound || !part) return limit === word
  return isSame(bound, part) && part.letters.split('').some((letter) => bound.letters.includes(letter))
}

const isSame = (whole: { level: string; type: string }, part: { level: string; type: string }) =>
  whole.level === part.level && (whole.type === '*' || whole.type === part.type)
