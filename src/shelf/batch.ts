import { isResource } from '@medplum/core'
import type { Bundle, BundleEntry, Resource, ResourceType } from '@medplum/fhirtypes'
import type { FhirHandle, Kept, SearchParams } from '../fhir/client.ts'
import { Problem } from '../problem.ts'
import { mapReferences } from './references.ts'

/** Entries of one request. */
const MOST_ENTRIES = 500

/**
 * Works off a batch entry by entry, or a transaction as a whole.
 * @param atOnce runs its work in one transaction
 * @throws Problem for a transaction the refusal of its first entry that is refused; in a batch each entry has its own
 * @see FHIR R4 http, batch and transaction
 */
export async function runBatch(
  shelf: FhirHandle,
  bundle: Bundle,
  atOnce: (work: (shelf: FhirHandle) => Promise<Bundle>) => Promise<Bundle>,
): Promise<Bundle> {
  const entries = bundle.entry ?? []
  if (entries.length > MOST_ENTRIES) throw new Problem('ehr-rejected')
  if (bundle.type === 'batch') {
    const answers: BundleEntry[] = []
    for (const entry of entries) answers.push(await answerTo(shelf, entry).catch(refused))
    return { resourceType: 'Bundle', type: 'batch-response', entry: answers }
  }
  if (bundle.type !== 'transaction') throw new Problem('ehr-rejected')
  return atOnce(async (inside) => ({
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: await inOrder(inside, entries),
  }))
}

/** Entries may refer to what stands before them in the same transaction by its `urn:uuid:`. */
async function inOrder(shelf: FhirHandle, entries: readonly BundleEntry[]): Promise<BundleEntry[]> {
  const named = new Map<string, string>()
  const answers: BundleEntry[] = []
  for (const entry of entries) {
    const linked = mapReferences(entry, (reference) => named.get(reference) ?? reference) as BundleEntry
    const answer = await answerTo(shelf, linked)
    if (entry.fullUrl && answer.resource)
      named.set(entry.fullUrl, `${answer.resource.resourceType}/${answer.resource.id}`)
    answers.push(answer)
  }
  return answers
}

async function answerTo(shelf: FhirHandle, { request, resource }: BundleEntry): Promise<BundleEntry> {
  const [path = '', query = ''] = (request?.url ?? '').split('?')
  const [type = '', id] = path.split('/')
  const kind = `${request?.method} ${id === undefined ? 'type' : 'instance'}`
  if (kind === 'GET type')
    return {
      resource: await shelf.search(type as ResourceType, toParams(query)),
      response: { status: '200' },
    }
  if (kind === 'GET instance') return done(shelf, '200', await shelf.read(type as ResourceType, id ?? ''))
  if (!isResource(resource) || resource.resourceType !== type) throw new Problem('ehr-rejected')
  if (kind === 'POST type') {
    const ifNoneExist =
      request?.ifNoneExist === undefined ? {} : { ifNoneExist: toParams(request.ifNoneExist) }
    return done(shelf, '201', await shelf.create(resource, ifNoneExist))
  }
  if (kind === 'PUT instance' && resource.id === id)
    return done(shelf, '200', await shelf.update(resource as Kept<Resource>, { ifMatch: request?.ifMatch }))
  throw new Problem('ehr-rejected')
}

const done = ({ base }: FhirHandle, status: string, resource: Kept<Resource>): BundleEntry => {
  const { resourceType, id, meta } = resource
  const { versionId = '', lastUpdated } = meta ?? {}
  return {
    fullUrl: `${base}/${resourceType}/${id}`,
    resource,
    response: {
      status,
      location: `${base}/${resourceType}/${id}/_history/${versionId}`,
      etag: `W/"${versionId}"`,
      ...(lastUpdated ? { lastModified: lastUpdated } : {}),
    },
  }
}

function toParams(query: string): SearchParams {
  const params: Record<string, string[]> = {}
  for (const [name, value] of new URLSearchParams(query)) (params[name] ??= []).push(value)
  return params
}

/** As an EHR words it: HTTP status and issue code. */
const ANSWERS: Readonly<
  Record<string, readonly [status: string, issue: 'not-found' | 'conflict' | 'invalid' | 'throttled']>
> = {
  'not-found': ['404', 'not-found'],
  conflict: ['412', 'conflict'],
  'ehr-rejected': ['400', 'invalid'],
  'ehr-busy': ['503', 'throttled'],
}

function refused(error: unknown): BundleEntry {
  const known = error instanceof Problem ? ANSWERS[error.code] : undefined
  if (!known) throw error
  const [status, code] = known
  return {
    response: { status, outcome: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] } },
  }
}
