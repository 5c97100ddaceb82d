import type { Resource } from '@medplum/fhirtypes'
import { FULL } from '../personalities/full.ts'
import type { FhirRules } from '../personalities/personality.ts'

/** What this EHR does as the standard would like it; each can be switched off while it runs. */
export type Habits = {
  /** Tells versions (`ETag`, `meta.versionId`) and heeds `If-Match`. */
  etags: boolean
  /** Keeps extensions on a patient's phones and e-mails. */
  extensions: boolean
}

export const goodHabits = ({ versions, telecomExtensions }: FhirRules = FULL.fhir): Habits => ({
  etags: versions === 'kept',
  extensions: telecomExtensions,
})

/**
 * A resource as an EHR answers it that tells no versions; what is inside a Bundle too.
 * @param fixed the one `versionId` that it has for all of them, if any
 */
export function withoutVersions<T extends Resource>(resource: T, fixed?: string): T {
  const { meta, ...rest } = resource
  const { versionId, ...untold } = meta ?? {}
  const others = fixed !== undefined && versionId !== undefined ? { versionId: fixed, ...untold } : untold
  const bare = { ...rest, ...(Object.keys(others).length > 0 ? { meta: others } : {}) } as T
  if (bare.resourceType !== 'Bundle' || !bare.entry) return bare
  const entry = bare.entry.map(({ resource: inner, response, ...more }) => {
    const { etag: __, ...answered } = response ?? {}
    return {
      ...more,
      ...(inner ? { resource: withoutVersions(inner, fixed) } : {}),
      ...(response ? { response: answered } : {}),
    }
  })
  return { ...bare, entry }
}

/** A resource as an EHR keeps it that has columns for value and use of a contact, and for nothing else. */
export function withoutTelecomExtensions<T extends Resource>(resource: T): T {
  if (!('telecom' in resource) || !Array.isArray(resource.telecom)) return resource
  const telecom = resource.telecom.map((contact) => {
    const { extension: _, ...rest } = contact
    return rest
  })
  return { ...resource, telecom }
}
