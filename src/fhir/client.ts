import { ClientStorage, MedplumClient, MemoryStorage, type MedplumRequestOptions } from '@medplum/core'
import type { Bundle, ExtractResource, Resource, ResourceType } from '@medplum/fhirtypes'
import { Problem } from '../problem.ts'
import { exchange, type Answer, type Transport } from './exchange.ts'
import { toProblem } from './outcome.ts'

/** Values of one search parameter: several are joined by AND. */
export type SearchParams = Readonly<Record<string, string | readonly string[]>>

/** One step of a JSON Patch (RFC 6902). */
export type JsonPatch =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string }

export type Kept<T extends Resource> = T & { id: string }

/**
 * One reader or writer of one EHR. Every method throws a Problem and nothing else: `ehr-unavailable`, `ehr-timeout`,
 * `ehr-session-ended`, `ehr-refused`, `ehr-rejected`, `ehr-busy`, `conflict`, `not-found`.
 */
export type FhirHandle = {
  /** The FHIR base without a slash at the end. */
  readonly base: string
  read<T extends ResourceType>(type: T, id: string): Promise<Kept<ExtractResource<T>>>
  /** The first page; an EHR that does not know a parameter is asked to refuse rather than to ignore it. */
  search<T extends ResourceType>(type: T, params: SearchParams): Promise<Bundle<ExtractResource<T>>>
  /**
   * `ifNoneExist`: search parameters; what they find is returned and nothing is made. `readBack: false`: where the EHR
   * answers with an address only, what was sent is returned under its id; not everybody who may create may read.
   */
  create<T extends Resource>(
    resource: T,
    options?: { ifNoneExist?: SearchParams; readBack?: boolean },
  ): Promise<Kept<T>>
  /** `ifMatch`: the `meta.versionId` that was read; `conflict` when it is no longer the newest. */
  update<T extends Resource>(resource: Kept<T>, options?: { ifMatch?: string | undefined }): Promise<Kept<T>>
  /** `ifMatch` as for update; some EHRs insist on it. Where the answer is empty, the resource is read again. */
  patch<T extends ResourceType>(
    type: T,
    id: string,
    operations: readonly JsonPatch[],
    options?: { ifMatch?: string | undefined },
  ): Promise<Kept<ExtractResource<T>>>
  /** Batch or transaction. Each entry has a refusal of its own: ask `problemOfEntry`. */
  batch(bundle: Bundle): Promise<Bundle>
}

export type FhirHandleOptions = {
  base: string
  /** Asked before each request; may throw a Problem. A new token gets a new client. */
  accessToken: () => Promise<string>
  fetch?: typeof fetch
  /** For one call with all its tries; 10 s unless told. */
  timeoutMs?: number
  /** In [0, 1): spreads the retries of many readers. */
  random?: () => number
}

/** FHIR R4 `id`; a dot alone would climb out of the address. */
const ID = /^(?!\.{1,2}$)[A-Za-z0-9\-.]{1,64}$/
const TYPE = /^[A-Z][A-Za-z]{1,63}$/
const TIMEOUT_MS = 10_000

/** What a call learns besides the body: Medplum's client keeps the headers of an answer to itself. */
type Call = MedplumRequestOptions & { headers: Record<string, string>; answer?: Answer }
type Work = (client: MedplumClient, call: Call) => Promise<unknown>

/**
 * Opens a way to an EHR for the holder of a token. The token goes to the FHIR base and nowhere else: redirects and
 * links are not followed. After a 401 the token is never used again, and no request goes out without one.
 * @see design §6
 */
export function createFhirHandle(options: FhirHandleOptions): FhirHandle {
  const base = options.base.replace(/\/+$/, '')
  const { send, read, change } = createCalls(base, createConnections(base, options))

  return {
    base,
    read,
    async search(type, params) {
      if (!TYPE.test(type)) throw new Problem('not-found')
      const call: Call = { headers: { Prefer: 'handling=strict' } }
      const body = await send((client) => client.get(`${base}/${type}?${toQuery(params)}`, call), call)
      return toSearchset(body) as Bundle<ExtractResource<typeof type>>
    },
    async create(resource, { ifNoneExist, readBack = true } = {}) {
      const type = resource.resourceType
      const headers = ifNoneExist ? { ...WRITE, 'If-None-Exist': toQuery(ifNoneExist) } : WRITE
      const call: Call = { headers: { ...headers } }
      const body = await send((client) => client.post(`${base}/${type}`, resource, undefined, call), call)
      if (isResource(body, type) && body.id) return withVersion(body, call.answer) as Kept<typeof resource>
      // Some EHRs answer with an address only. Its host is not looked at: the id is read at our own base.
      const id = idIn(call.answer?.location, type)
      return readBack ? ((await read(type, id)) as unknown as Kept<typeof resource>) : { ...resource, id }
    },
    update(resource, { ifMatch } = {}) {
      const { resourceType: type, id } = resource
      const put: Work = (client, call) => client.put(`${base}/${type}/${id}`, resource, undefined, call)
      return change(type, id, ifMatch, put) as Promise<typeof resource>
    },
    patch(type, id, operations, { ifMatch } = {}) {
      const patch: Work = (client, call) => client.patch(`${base}/${type}/${id}`, [...operations], call)
      return change(type, id, ifMatch, patch) as Promise<Kept<ExtractResource<typeof type>>>
    },
    async batch(bundle) {
      const call: Call = { headers: { ...WRITE } }
      const body = await send((client) => client.post(base, bundle, undefined, call), call)
      if (!isBundle(body) || (body.entry?.length ?? 0) !== (bundle.entry?.length ?? 0))
        throw notWhatWasAsked('batch')
      return body
    },
  }
}

/** What every method is made of: one call; one resource as the EHR keeps it; a change of one, and what is kept then. */
function createCalls(base: string, connect: () => Promise<MedplumClient>) {
  const send = async (work: Work, call: Call) => {
    try {
      await work(await connect(), call)
      return call.answer?.body
    } catch (error) {
      throw toProblem(error)
    }
  }
  const read: FhirHandle['read'] = async (type, id) => {
    if (!TYPE.test(type) || !isId(id)) throw new Problem('not-found')
    const call: Call = { headers: {} }
    const body = await send((client) => client.get(`${base}/${type}/${id}`, call), call)
    if (!isResource(body, type) || body.id !== id) throw notWhatWasAsked(`${type} by id`)
    return withVersion(body, call.answer) as Kept<ExtractResource<typeof type>>
  }
  const change = async (type: ResourceType, id: string, ifMatch: string | undefined, work: Work) => {
    if (!TYPE.test(type) || !isId(id)) throw new Problem('not-found')
    const call: Call = { headers: ifMatch ? { ...WRITE, 'If-Match': toETag(ifMatch) } : { ...WRITE } }
    const body = await send(work, call)
    if (isResource(body, type) && body.id === id) return withVersion(body, call.answer)
    return read(type, id)
  }
  return { send, read, change }
}

const WRITE = { Prefer: 'return=representation' }

/** One client for each token, never shared; the last one is kept, for as long as its token is. */
function createConnections(base: string, options: FhirHandleOptions) {
  const transport: Transport = {
    fetch: options.fetch ?? fetch,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    random: options.random ?? Math.random,
  }
  let current: { token: string; client: MedplumClient; state: { ended: boolean } } | undefined

  return async () => {
    const token = await options.accessToken()
    if (current?.token !== token) {
      const state = { ended: false }
      current = { token, state, client: createClient(base, token, transport, state) }
    }
    if (current.state.ended) throw new Problem('ehr-session-ended')
    return current.client
  }
}

function createClient(base: string, token: string, transport: Transport, state: { ended: boolean }) {
  return new MedplumClient({
    baseUrl: base,
    fhirUrlPath: '',
    accessToken: token,
    cacheTime: 0,
    autoBatchTime: 0,
    // It would send writes again.
    maxRetries: 0,
    // No `X-Medplum` header: other servers need not know.
    extendedMode: false,
    storage: new ClientStorage(new MemoryStorage()),
    fetch: async (url: string, call: Call) => {
      // Medplum's client goes on without a token once it has dropped one.
      if (state.ended || !call.headers['Authorization']) throw new Problem('ehr-session-ended')
      try {
        call.answer = await exchange(transport, url, call)
      } catch (error) {
        if (error instanceof Problem && error.code === 'ehr-session-ended') state.ended = true
        throw error
      }
      // The body is parsed already; malformed JSON would be written to the console, patient data and all.
      return ACCEPTED
    },
  })
}

const ACCEPTED = { status: 204, headers: new Headers() }

const toQuery = (params: SearchParams) =>
  new URLSearchParams(
    Object.entries(params).flatMap(([name, values]) => [values].flat().map((value) => [name, value])),
  ).toString()

const toETag = (version: string) => (/^(W\/)?"/.test(version) ? version : `W/"${version}"`)

/** The id in `…/Type/id` or `…/Type/id/_history/2`. */
function idIn(location: string | null | undefined, type: string): string {
  const [, id] = new RegExp(`(?:^|/)${type}/([^/?#]+)(?:/_history/[^/]+)?$`).exec(location ?? '') ?? []
  if (!id) throw notWhatWasAsked(`created ${type}`)
  return id
}

const isResource = (body: unknown, type: string): body is Resource =>
  typeof body === 'object' && body !== null && 'resourceType' in body && body.resourceType === type

/** Whether a text can be the id of a resource. */
export const isId = (text: string) => ID.test(text)

const isBundle = (body: unknown): body is Bundle =>
  isResource(body, 'Bundle') &&
  body.resourceType === 'Bundle' &&
  (body.entry === undefined ||
    (Array.isArray(body.entry) &&
      body.entry.every((entry: unknown) => typeof entry === 'object' && entry !== null)))

/** What was found, without the notes that an EHR puts between. */
function toSearchset(body: unknown): Bundle {
  if (!isBundle(body)) throw notWhatWasAsked('search')
  const entry = (body.entry ?? []).filter(
    ({ resource, search }) =>
      resource?.resourceType && resource.resourceType !== 'OperationOutcome' && search?.mode !== 'outcome',
  )
  return { ...body, entry }
}

/** An EHR may tell the version in the ETag alone. */
function withVersion(resource: Resource, answer: Answer | undefined): Resource {
  const [, version] = /^(?:W\/)?"([^"]+)"$/.exec(answer?.etag ?? '') ?? []
  if (!version || resource.meta?.versionId) return resource
  return { ...resource, meta: { ...resource.meta, versionId: version } }
}

const notWhatWasAsked = (asked: string) =>
  new Problem('ehr-unavailable', undefined, { cause: new Error(`Not an answer to: ${asked}`) })
