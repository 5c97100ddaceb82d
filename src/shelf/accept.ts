import type { Resource } from '@medplum/fhirtypes'
import { HOME_TYPES, type HomeType } from '../fhir/homes.ts'
import { Problem, type ProblemIssue } from '../problem.ts'
import { COMMON, ELEMENTS } from './elements.ts'
import { mapReferences } from './references.ts'

/** A resource as it is kept: its id and version stand in columns. */
export type Content = { resourceType: HomeType } & Record<string, unknown>

/** A message or a request is a few kB; files have a place of their own. */
const MOST_BYTES = 256 * 1024

const isHomeType = (type: string): type is HomeType => (HOME_TYPES as readonly string[]).includes(type)

/** @throws Problem `not-found` for what the shelf does not hold: to an EHR's client an unknown type looks the same */
export function homeTypeOf(type: string): HomeType {
  if (!isHomeType(type)) throw new Problem('not-found')
  return type
}

/**
 * What the shelf keeps of a resource: references into the chart are relative, and id and version are the shelf's own to
 * give.
 * @throws Problem `ehr-rejected` naming each element at fault
 */
export function accept(resource: Resource, base: string): Content {
  const type = homeTypeOf(resource.resourceType)
  const text = JSON.stringify(resource)
  if (Buffer.byteLength(text) > MOST_BYTES) throw new Problem('ehr-rejected')
  const { id: _, meta, ...rest } = JSON.parse(text) as Record<string, unknown>
  const content = mapReferences({ ...rest, ...metaOf(meta), resourceType: type }, (reference) =>
    reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference,
  ) as Content
  const issues = faultsOf(content)
  if (issues.length > 0) throw new Problem('ehr-rejected', undefined, { issues })
  return content
}

function metaOf(meta: unknown): { meta?: object } {
  if (typeof meta !== 'object' || meta === null) return {}
  const { versionId: _, lastUpdated: __, ...rest } = meta as Record<string, unknown>
  return Object.keys(rest).length > 0 ? { meta: rest } : {}
}

function faultsOf(content: Content): ProblemIssue[] {
  const { known, required, codes } = ELEMENTS[content.resourceType]
  const missing = required.filter((name) =>
    name.endsWith('[]') ? !isFilledList(content[name.slice(0, -2)]) : content[name] === undefined,
  )
  const strange = Object.entries(content).filter(
    ([name, value]) => !isKnown(known, name) || isEmpty(value) || !isAllowed(codes[name], value),
  )
  return [
    ...missing.map((name) => fault(name.replace('[]', ''), 'The EMR needs a value here.')),
    ...strange.map(([name]) => fault(name, 'The EMR does not accept this value.')),
    ...timesMissing(content).map((name) => fault(name, 'The EMR needs a value here.')),
  ]
}

const TIMED = new Set([
  'pending',
  'booked',
  'arrived',
  'fulfilled',
  'noshow',
  'entered-in-error',
  'checked-in',
])

/** Only what is asked for, cancelled or waits may be without a time, and never have half of one: app-2 and app-3. */
function timesMissing({ resourceType, status, start, end }: Content): string[] {
  if (resourceType !== 'Appointment') return []
  const isTimed = TIMED.has(status as string)
  if (!isTimed && start === undefined && end === undefined) return []
  return Object.entries({ start, end }).flatMap(([name, value]) => (value === undefined ? [name] : []))
}

const fault = (name: string, detail: string): ProblemIssue => ({ pointer: `/${name}`, detail })

/** `_status` holds the extensions of `status`. */
const isKnown = (known: ReadonlySet<string>, name: string) =>
  COMMON.has(name) || known.has(name.startsWith('_') ? name.slice(1) : name)

/** FHIR has no null and no empty list, object or text. */
const isEmpty = (value: unknown) =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)

const isFilledList = (value: unknown) => Array.isArray(value) && value.length > 0

const isAllowed = (codes: ReadonlySet<string> | undefined, value: unknown) =>
  !codes || (typeof value === 'string' && codes.has(value))
