import { convertToSearchableReferences, evalFhirPathTyped, toTypedValue } from '@medplum/core'
import type { Keyring } from '../crypto/keyring.ts'
import type { HomeType } from '../fhir/homes.ts'
import { findSearchParameter } from '../fhir/search-parameters.ts'
import type { Schema } from '../store/schema.ts'
import type { Content } from './accept.ts'

/** What a search may be narrowed by. */
export type KeyName = Exclude<Schema['resource_key']['name'], 'awaits'>
export type Key = { name: KeyName; value: string }

/** Search parameters that a key answers, or narrows to a few: a resource that matches always has the key. */
export const NARROWED_BY: Readonly<Record<HomeType, Readonly<Record<string, KeyName>>>> = {
  Communication: {
    patient: 'patient',
    subject: 'patient',
    status: 'status',
    identifier: 'identifier',
    'part-of': 'part-of',
  },
  Appointment: { patient: 'patient', actor: 'patient', status: 'status', identifier: 'identifier' },
  AppointmentResponse: {
    patient: 'patient',
    actor: 'patient',
    'part-status': 'status',
    identifier: 'identifier',
    appointment: 'part-of',
  },
  Task: {
    patient: 'patient',
    subject: 'patient',
    status: 'status',
    identifier: 'identifier',
    'part-of': 'part-of',
    focus: 'part-of',
  },
  DocumentReference: { patient: 'patient', subject: 'patient', status: 'status', identifier: 'identifier' },
  Consent: { patient: 'patient', status: 'status', identifier: 'identifier' },
  AuditEvent: { patient: 'patient' },
}

/** Of several that lead to one key: whose values fill it. The others find a part of the same. */
const FILLED_FROM: Readonly<Record<KeyName, readonly string[]>> = {
  patient: ['patient'],
  status: ['status', 'part-status'],
  identifier: [],
  'part-of': ['part-of', 'appointment', 'focus'],
}

/** What a resource is found by in SQL. Identifiers may name a person elsewhere, so they are kept as keyed hashes. */
export function keysOf(keyring: Keyring, practiceId: string, content: Content): Key[] {
  const type = content.resourceType
  const plain = Object.entries(NARROWED_BY[type]).flatMap(([code, name]) =>
    FILLED_FROM[name].includes(code) ? valuesOf(content, code).map((value): Key => ({ name, value })) : [],
  )
  const identified = identifiersOf(content).flatMap(({ system, value }) =>
    [`${system ?? ''}|${value}`, `*|${value}`].map((text): Key => ({
      name: 'identifier',
      value: keyring.mac(MAC, macText(practiceId, type, text)),
    })),
  )
  const keys = new Map([...plain, ...identified].map((key) => [`${key.name} ${key.value}`, key]))
  return [...keys.values()]
}

const MAC = 'shelf identifier'
const macText = (practiceId: string, type: string, text: string) =>
  `${practiceId} ${type} ${text.toLowerCase()}`

/** The key values of a searched identifier, under every key of the ring: `system|value`, `value` or `|value`. */
export function identifierKeys(keyring: Keyring, practiceId: string, type: string, wanted: string): string[] {
  const text = wanted.includes('|') ? wanted : `*|${wanted}`
  return keyring.macs(MAC, macText(practiceId, type, text))
}

export type Identifier = { system?: string; value: string }

/** Business identifiers of a resource; a document's master identifier is one of them. */
export function identifiersOf(content: Record<string, unknown>): Identifier[] {
  const { identifier, masterIdentifier } = content
  return [identifier, masterIdentifier]
    .flat()
    .filter(
      (one): one is Identifier =>
        typeof one === 'object' && one !== null && typeof (one as { value?: unknown }).value === 'string',
    )
}

/** Ids of what is referred to; codes in lower case, as they are compared. */
function valuesOf(content: Content, code: string): string[] {
  const parameter = findSearchParameter(content.resourceType, code)
  if (!parameter) return []
  const values = evalFhirPathTyped(parameter.expression, [toTypedValue(content)])
  if (parameter.type === 'token')
    return values.flatMap(({ value }) => (typeof value === 'string' ? [value.toLowerCase()] : []))
  return convertToSearchableReferences(values).flatMap((reference) => idIn(reference) ?? [])
}

/** The id in `Type/id`, also behind an address or before a version. */
const idIn = (reference: string): string | undefined =>
  /(?:^|\/)[A-Z][A-Za-z]+\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference)?.[1]
