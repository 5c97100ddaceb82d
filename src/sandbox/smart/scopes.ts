import { OAuthError } from './errors.ts'

const RESOURCE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|(?=[cruds])c?r?u?d?s?)$/
/** Lets an app speak with the page around it. */
export const MESSAGING = 'messaging/ui'
const CONTEXT = new Set(['openid', 'fhirUser', 'launch', 'online_access', 'offline_access', MESSAGING])
const LEVEL = /^(patient|user|system)\//
const LETTERS = ['c', 'r', 'u', 'd', 's']
/** SMART 1 permissions in SMART 2 letters. @see SMART App Launch 2.2 §scopes for requesting FHIR resources */
const FIRST_VERSION: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' }

/** Letters allowed per `level/Type`, e.g. `user/Patient` → r, s. */
type Rights = Map<string, Set<string>>
type Scopes = { context: Set<string>; rights: Rights; firstVersion: boolean }

/**
 * What a client gets: requested ∩ each of the limits (its registration, the role of the user).
 * Answers in the form (v1 or v2) that the client asked in, where that form can say it.
 * @throws OAuthError invalid_scope when a scope cannot be read or nothing is left.
 */
export function grantScope(requested: string, ...limits: string[]): string {
  const asked = parseScopes(requested)
  const bounds = limits.map(parseScopes)
  const context = [...asked.context].filter((scope) => bounds.every((bound) => bound.context.has(scope)))
  const rights = bounds.reduce((left, bound) => intersect(left, bound.rights), asked.rights)
  const granted = [...context, ...formatRights(rights, asked.firstVersion)]
  if (granted.length === 0) throw new OAuthError('invalid_scope', 'nothing of the requested scope is allowed')
  return granted.join(' ')
}

/** Only the scopes of one level, and the context scopes unless it is `system`; `api:fhir` opens OpenEMR's door to both. */
export const ofLevel = (scope: string, level: 'user' | 'system'): string =>
  words(scope)
    .filter(
      (word) =>
        word.startsWith(`${level}/`) || word === 'api:fhir' || (level !== 'system' && !LEVEL.test(word)),
    )
    .join(' ')

export const withoutScope = (scope: string, word: string) =>
  words(scope)
    .filter((one) => one !== word)
    .join(' ')

export const hasScope = (scope: string, word: string) => words(scope).includes(word)

function parseScopes(text: string): Scopes {
  const scopes: Scopes = { context: new Set(), rights: new Map(), firstVersion: false }
  for (const word of words(text)) {
    if (CONTEXT.has(word)) {
      scopes.context.add(word)
      continue
    }
    const [, level, type, letters] = RESOURCE.exec(word) ?? []
    if (letters === undefined) throw new OAuthError('invalid_scope', `${word} is not a scope known here`)
    if (FIRST_VERSION[letters]) scopes.firstVersion = true
    addRights(scopes.rights, `${level}/${type}`, FIRST_VERSION[letters] ?? letters)
  }
  return scopes
}

function intersect(left: Rights, right: Rights): Rights {
  const both: Rights = new Map()
  for (const [leftKey, leftLetters] of left) {
    for (const [rightKey, rightLetters] of right) {
      const key = commonKey(leftKey, rightKey)
      if (key)
        addRights(
          both,
          key,
          [...leftLetters].filter((letter) => rightLetters.has(letter)),
        )
    }
  }
  return both
}

/** `user/*` and `user/Patient` meet in `user/Patient`; different levels never meet. */
function commonKey(left: string, right: string): string | undefined {
  if (left === right || right === `${levelOf(left)}/*`) return left
  return left === `${levelOf(right)}/*` ? right : undefined
}

const levelOf = (key: string) => key.split('/')[0]

function addRights(rights: Rights, key: string, letters: Iterable<string>) {
  const known = rights.get(key) ?? new Set()
  for (const letter of letters) known.add(letter)
  rights.set(key, known)
}

const formatRights = (rights: Rights, firstVersion: boolean) =>
  [...rights]
    .filter(([, letters]) => letters.size > 0)
    .map(([key, set]) => {
      const letters = LETTERS.filter((letter) => set.has(letter)).join('')
      const old = Object.entries(FIRST_VERSION).find(([, same]) => same === letters)
      return `${key}.${firstVersion && old ? old[0] : letters}`
    })

export const words = (scope: string) => scope.split(' ').filter(Boolean)
