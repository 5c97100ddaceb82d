import { Problem } from '../problem.ts'
import { createFhirHandle, type FhirHandle } from './client.ts'
import { isUnsupportedByEhr } from './outcome.ts'
import { forPatient, type ForeignEntry, type PatientHandle } from './for-patient.ts'
import { markedHandle } from './marked-handle.ts'
import type { TrustedMark } from './telecom.ts'

/** The three ways to the EHR. Which one code holds decides what it can reach. */
export type Ehr = {
  /** With that staff member's own SMART token: the EHR's permissions and audit apply. */
  asStaff(practiceId: string, ehrTokenId: string): FhirHandle
  /** With the practice's Backend Services token: for workers. */
  asService(practiceId: string): FhirHandle
  /** The service token pinned to one patient: the only handle that patient-side code gets. */
  forPatient(practiceId: string, patientId: string): PatientHandle
}

export type EhrDeps = {
  baseOf(practiceId: string): string
  staffToken(practiceId: string, ehrTokenId: string): Promise<string>
  serviceToken(practiceId: string): Promise<string>
  /** Told when the EHR no longer takes a service token, so that the next piece of work gets a new one. */
  forgetServiceToken(practiceId: string, token: string): void
  /** Told when the EHR handed out somebody else's resource: an alarm. */
  onForeign(practiceId: string, entry: ForeignEntry): void
  /** Told when the EHR does not do what it said that it can do. */
  onUnsupported(practiceId: string): void
  /** How the practice's chart marks a trusted address; never throws. */
  trustedMarkOf(practiceId: string): Promise<TrustedMark>
  fetch: typeof fetch
}

export function createEhr(deps: EhrDeps): Ehr {
  const handle = (practiceId: string, accessToken: () => Promise<string>) =>
    watched(
      markedHandle(createFhirHandle({ base: deps.baseOf(practiceId), accessToken, fetch: deps.fetch }), () =>
        deps.trustedMarkOf(practiceId),
      ),
      (error) => {
        if (isUnsupportedByEhr(error)) deps.onUnsupported(practiceId)
        return error
      },
    )

  /** One for each practice: it follows the token, and building a client costs as much as a read. */
  const services = new Map<string, FhirHandle>()
  function asService(practiceId: string): FhirHandle {
    const known = services.get(practiceId)
    if (known) return known
    let token = ''
    const service = handle(practiceId, async () => (token = await deps.serviceToken(practiceId)))
    const watching = watched(service, (error) => {
      if (!(error instanceof Problem) || error.code !== 'ehr-session-ended') return error
      // A handle that met a 401 stays shut for its token; the next piece of work gets a new one.
      services.delete(practiceId)
      deps.forgetServiceToken(practiceId, token)
      // Nobody's session has ended: the next try may well succeed.
      return new Problem('ehr-unavailable', undefined, { cause: error })
    })
    services.set(practiceId, watching)
    return watching
  }
  return {
    asStaff: (practiceId, ehrTokenId) => handle(practiceId, () => deps.staffToken(practiceId, ehrTokenId)),
    asService,
    forPatient: (practiceId, patientId) =>
      forPatient(asService(practiceId), patientId, (entry) => deps.onForeign(practiceId, entry)),
  }
}

/** @param onFailure says what is thrown instead */
function watched(handle: FhirHandle, onFailure: (error: unknown) => unknown): FhirHandle {
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw onFailure(error)
    }
  }
  return {
    base: handle.base,
    read: (type, id) => guard(handle.read(type, id)),
    search: (type, params) => guard(handle.search(type, params)),
    create: (resource, options) => guard(handle.create(resource, options)),
    update: (resource, options) => guard(handle.update(resource, options)),
    patch: (type, id, operations, options) => guard(handle.patch(type, id, operations, options)),
    batch: (bundle) => guard(handle.batch(bundle)),
  }
}
