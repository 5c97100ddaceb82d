import type { Bundle, BundleEntry, ExtractResource, Patient, Reference, Resource } from '@medplum/fhirtypes'
import { Problem } from '../problem.ts'
import { isId, type FhirHandle, type Kept, type SearchParams } from './client.ts'

/** Where each type that a patient may search says whose it is. A type that is not here does not exist for patients. */
const OWNER = {
  AllergyIntolerance: (resource) => [resource.patient],
  Appointment: (resource) => listOf(resource.participant).map((participant) => participant.actor),
  CarePlan: (resource) => [resource.subject],
  Communication: (resource) => [resource.subject],
  Condition: (resource) => [resource.subject],
  Coverage: (resource) => [resource.beneficiary],
  DiagnosticReport: (resource) => [resource.subject],
  DocumentReference: (resource) => [resource.subject],
  Encounter: (resource) => [resource.subject],
  Goal: (resource) => [resource.subject],
  Immunization: (resource) => [resource.patient],
  MedicationRequest: (resource) => [resource.subject],
  Observation: (resource) => [resource.subject],
  Procedure: (resource) => [resource.subject],
} as const satisfies {
  [T in Resource['resourceType']]?: (resource: ExtractResource<T>) => (Reference | undefined)[]
}

export type PatientType = keyof typeof OWNER

/** An entry that the EHR returned though it is not this patient's; it was dropped. */
export type ForeignEntry = { patientId: string; resourceType: string; id: string | null }

/** All that patient-side code can reach of the EHR. */
export type PatientHandle = {
  readonly patientId: string
  /** The patient's own record; any other id is `not-found`. */
  read(type: 'Patient', id: string): Promise<Kept<Patient>>
  /** The patient's own resources of a type: first page, without links and total. */
  search<T extends PatientType>(type: T, params?: SearchParams): Promise<Bundle<ExtractResource<T>>>
}

type IsOwn = (reference: Reference | undefined) => boolean

/** Parameters that say whose: ours replaces them. */
const WHOSE = new Set(['patient', 'subject', 'beneficiary', 'actor', 'subscriber', 'policy-holder'])
/** No chain, no `_has`, no type modifier: each could reach into other records. */
const NAME =
  /^(?:[a-z][a-z0-9-]{0,63}(?::(?:exact|contains|missing|not|text))?|_id|_lastUpdated|_count|_sort)$/
// oxlint-disable-next-line no-control-regex -- what no search value has any use for
const VALUE = /^[^\u0000-\u001f\u007f]{1,500}$/
const OWN_FORM: Readonly<Record<string, RegExp>> = {
  _id: /^[A-Za-z0-9\-.]{1,64}(,[A-Za-z0-9\-.]{1,64})*$/,
  _count: /^([1-9]|[1-9]\d|1\d\d|200)$/,
  _sort: /^-?[A-Za-z_-]{1,64}(,-?[A-Za-z_-]{1,64})*$/,
}

/**
 * Pins a handle to one patient: searches carry our own `patient`, and every entry that comes back is checked again,
 * since an EHR that overlooks a parameter would hand out everybody's. Everything else is refused.
 * @param onForeign told of each entry that was dropped as somebody else's: an alarm, not a detail
 * @throws Problem `not-found` for other types and other patients, `invalid-request` for a parameter that could reach
 * further; and what the handle throws
 * @see design §6; FHIR R4 Patient compartment
 */
export function forPatient(
  handle: FhirHandle,
  patientId: string,
  onForeign: (entry: ForeignEntry) => void = () => {},
): PatientHandle {
  if (!isId(patientId)) throw new Problem('not-found')
  const isOwn: IsOwn = (reference) => patientIn(reference, handle.base) === patientId

  return {
    patientId,
    async read(type, id) {
      if (type !== 'Patient' || id !== patientId) throw new Problem('not-found')
      return withoutContainedPatients(await handle.read('Patient', patientId))
    },
    async search(type, params = {}) {
      if (!Object.hasOwn(OWNER, type)) throw new Problem('not-found')
      const { entry = [] }: Bundle = await handle.search(type, pin(params, patientId))
      const own = entry.flatMap(({ resource, fullUrl }): BundleEntry[] => {
        if (resource && isOwned(type, resource, isOwn)) {
          const shown = withoutOthers(withoutContainedPatients(resource), isOwn)
          return [{ ...(fullUrl ? { fullUrl } : {}), resource: shown, search: { mode: 'match' } }]
        }
        onForeign({ patientId, resourceType: resource?.resourceType ?? type, id: resource?.id ?? null })
        return []
      })
      return {
        resourceType: 'Bundle',
        type: 'searchset',
        entry: own as BundleEntry<ExtractResource<typeof type>>[],
      }
    },
  }
}

function pin(params: SearchParams, patientId: string): SearchParams {
  const kept = Object.entries(params).filter(([name, values]) => {
    const form = Object.hasOwn(OWN_FORM, name) ? OWN_FORM[name] : undefined
    const fits = [values].flat().every((value) => VALUE.test(value) && (form?.test(value) ?? true))
    if (!NAME.test(name) || !fits) throw new Problem('invalid-request', 'This search is not possible here.')
    return !WHOSE.has(name.split(':')[0] ?? '')
  })
  return { ...Object.fromEntries(kept), patient: patientId }
}

function isOwned(type: PatientType, resource: Resource, isOwn: IsOwn) {
  if (resource.resourceType !== type) return false
  // The type was compared just above; the table's rows differ in nothing else.
  const owners = OWNER[type] as (resource: Resource) => (Reference | undefined)[]
  return owners(resource).some(isOwn)
}

/** The id of the patient of this EHR that a reference names, relative or absolute, at any version. */
function patientIn(reference: Reference | undefined, base: string): string | undefined {
  const text = typeof reference?.reference === 'string' ? reference.reference : ''
  const relative = text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text
  return /^Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(relative)?.[1]
}

function withoutContainedPatients<T extends Resource>(resource: T): T {
  if (!('contained' in resource)) return resource
  return {
    ...resource,
    contained: listOf(resource.contained).filter((one) => one.resourceType !== 'Patient'),
  }
}

/** The EHR's lists are taken at no more than their word. */
const listOf = <T>(list: T[] | undefined): T[] =>
  Array.isArray(list) ? list.filter((item) => typeof item === 'object' && item !== null) : []

/** A group visit or a message to many names other patients; this one sees their own part. */
function withoutOthers<T extends Resource>(resource: T, isOwn: IsOwn): T {
  const isOther = (reference: Reference | undefined) =>
    (reference?.type === 'Patient' || /(^|\/)Patient\//.test(String(reference?.reference))) &&
    !isOwn(reference)
  if (resource.resourceType === 'Appointment') {
    return { ...resource, participant: listOf(resource.participant).filter(({ actor }) => !isOther(actor)) }
  }
  if (resource.resourceType === 'Communication' && resource.recipient) {
    return { ...resource, recipient: listOf(resource.recipient).filter((recipient) => !isOther(recipient)) }
  }
  return resource
}
