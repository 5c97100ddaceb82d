import type { ExtractResource, Patient, Resource, ResourceType } from '@medplum/fhirtypes'
import { SECOND_MS, within } from '../clock.ts'
import type { EhrCapability } from './capability.ts'
import type { FhirHandle, Kept } from './client.ts'
import { isOpenEmr } from './plan.ts'
import { readMarks, withoutReadMarks, type TrustedMark } from './telecom.ts'

/**
 * A handle whose Patients say the same way everywhere which address is trusted, however their chart marks it; what is
 * written is in the chart's own words again. Other resources pass as they are.
 * @param markOf asked at each Patient; never throws
 */
export function markedHandle(handle: FhirHandle, markOf: () => Promise<TrustedMark>): FhirHandle {
  const marked = async <T extends Resource>(type: string, work: Promise<T>): Promise<T> => {
    if (type !== 'Patient') return work
    const [resource, mark] = await Promise.all([work, markOf()])
    return readMarks(resource as Patient, mark) as T
  }
  return {
    ...handle,
    read: <T extends ResourceType>(type: T, id: string) =>
      marked<Kept<ExtractResource<T>>>(type, handle.read(type, id)),
    update: (resource, options) =>
      marked(resource.resourceType, handle.update(inOwnWords(resource), options)),
    patch: <T extends ResourceType>(type: T, ...rest: Rest<FhirHandle['patch']>) =>
      marked<Kept<ExtractResource<T>>>(type, handle.patch(type, ...rest)),
  }
}

type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never

const inOwnWords = <T extends Resource>(resource: T): T =>
  resource.resourceType === 'Patient' ? (withoutReadMarks(resource) as T) : resource

/** A Patient waits no longer for what the EHR says of itself. */
const ASK_FOR_MS = 2 * SECOND_MS

/** Tells of each practice how its chart marks a trusted address: as the EHR said last, while it says nothing now. */
export function createTrustedMarks(capabilityOf: (practiceId: string) => Promise<EhrCapability>) {
  const known = new Map<string, TrustedMark>()
  return async (practiceId: string): Promise<TrustedMark> => {
    const before = known.get(practiceId)
    const asked = capabilityOf(practiceId).then(
      (capability) => known.set(practiceId, isOpenEmr(capability) ? 'use-mobile' : 'extension'),
      () => undefined,
    )
    // What is known already costs a reader neither time nor a timer; what the EHR says now is for the next one.
    if (before) return before
    await within(ASK_FOR_MS, asked, undefined)
    return known.get(practiceId) ?? 'extension'
  }
}
