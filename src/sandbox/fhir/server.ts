import { getStatus, parseSearchRequest } from '@medplum/core'
import { FhirRouter } from '@medplum/fhir-router'
import type { HttpMethod } from '@medplum/fhir-router'
import type { Resource } from '@medplum/fhirtypes'
import { Hono } from 'hono'
import { systemClock } from '../../clock.ts'
import type { Clock } from '../../clock.ts'
import type { FhirAccess } from './access.ts'
import { answer, json, refusal } from './answers.ts'
import { capabilityStatement } from './capability.ts'
import type { OAuthAddresses } from './capability.ts'
import { FULL } from '../personalities/full.ts'
import {
  type FhirInteraction,
  type FhirRules,
  type Personality,
  rulesOf,
} from '../personalities/personality.ts'
import { OFFERED_TYPES, isResourceType } from './definitions.ts'
import { goodHabits, withoutVersions, type Habits } from './habits.ts'
import { createQueue } from './queue.ts'
import { notOffered, statusOf } from './refusals.ts'
import { SandboxRepository } from './repository.ts'
import { readBody } from './request-body.ts'
import { createSearch } from './search.ts'
import { createSearchIndex } from './search-index.ts'
import { createStore, currentOf } from './store.ts'

/** Answers in the server's place, or lets the request through. Called before anything else is looked at. */
type Misbehaviour = (request: Request) => Promise<Response | undefined>

/** A request that reached the server: path below the base, with the names of its query parameters. */
type ReceivedRequest = { method: string; path: string }

export type FhirServerOptions = {
  /** Absolute address, e.g. `http://127.0.0.1:8081/fhir`; the app answers at its path. */
  base: string
  /** Who asks, or the 401 to answer with. Left out, everybody may do everything. */
  authorize?: (request: Request) => Promise<FhirAccess | Response>
  resources: Resource[]
  misbehaviour?: Misbehaviour
  /** Named in the CapabilityStatement. */
  oauth?: OAuthAddresses
  now?: Clock
  habits?: Habits
  /** Which EMR it plays; the full one unless told. */
  personality?: Personality
}

/** A FHIR R4 server in memory, to try and to test Portico against. */
export const createFhirServer = (options: FhirServerOptions) => {
  const { base, misbehaviour, authorize, oauth, personality = FULL } = options
  const habits = options.habits ?? goodHabits(personality.fhir)
  const emr = createEmrData(base, options.now ?? systemClock, habits, personality.fhir)
  emr.direct.load(options.resources)
  const requests: ReceivedRequest[] = []

  const respond = async (request: Request): Promise<Response> => {
    const url = belowBase(request.url, base)
    requests.push({ method: request.method, path: withoutValues(url) })
    const instead = await misbehaviour?.(request)
    if (instead) return instead
    if (url === 'metadata')
      return json(200, capabilityStatement(base, emr.types(), oauth, habits, personality))
    const access = await authorize?.(request)
    if (access instanceof Response) return access
    assertOffered(request.method, url, personality.fhir)
    const body = await readBody(request, personality.fhir.guardsPatch)
    if (url === '') assertBundle(body, personality.fhir)
    return emr.handle(request, url, body, access)
  }

  const app = new Hono()
  const path = new URL(base).pathname.replace(/\/$/, '')
  app.all(path || '/', (c) => respond(c.req.raw).catch(refusal))
  app.all(`${path}/*`, (c) => respond(c.req.raw).catch(refusal))

  return {
    app,
    /** Every request that reached the server since the last reset. */
    requests,
    resetRequests: () => {
      requests.length = 0
    },
    ...emr.direct,
  }
}

/** The resources of one EMR and the router in front of them. */
const createEmrData = (base: string, now: Clock, habits: Habits, fhir: FhirRules) => {
  const index = createSearchIndex()
  const store = createStore(now, (type, record) => index.changed(type, record))
  const search = createSearch(store, index, base)
  const router = new FhirRouter()
  const inTurn = createQueue()
  const types = new Set<string>('byType' in fhir.types ? Object.keys(fhir.types.byType) : OFFERED_TYPES)

  /** One request at a time: nobody sees a transaction half done, and two conditional creates cannot both win. */
  const handle = (request: Request, url: string, body: unknown, access: FhirAccess | undefined) =>
    inTurn(async () => {
      const strict = /\bhandling=strict\b/.test(request.headers.get('prefer') ?? '')
      const repository = new SandboxRepository({ store, search, base, access, strict, types, habits, fhir })
      const isNew = request.method === 'PUT' && isAbsent(url)
      const [outcome, resource] = await router.handleRequest(routed(request, url, body), repository)
      store.settle()
      const status = isNew && getStatus(outcome) === 200 ? 201 : statusOf(outcome)
      const fixed = fhir.versions === 'always-1' ? '1' : undefined
      const told = resource && !habits.etags ? withoutVersions(resource, fixed) : resource
      const { etags } = habits
      const { answersCreated } = fhir
      return answer(request, { status, outcome, resource: told }, base, { etags, answersCreated })
    })

  const isAbsent = (url: string) => {
    const [type = '', id = ''] = (url.split('?')[0] ?? '').split('/')
    return id !== '' && currentOf(store.records(type).get(id)) === null
  }

  /** Adds resources as they are, without validation. */
  const load = (resources: Resource[]) => {
    for (const resource of resources) {
      if (!resource.id || !isResourceType(resource.resourceType)) continue
      // A personality that names its types has no others, whatever its screens can show.
      if ('everything' in fhir.types) types.add(resource.resourceType)
      store.write({ ...resource, id: resource.id }, 'PUT', true)
    }
    store.settle()
  }

  /** The current version of a resource, or undefined; not counted as a request. */
  const read = (type: string, id: string): Resource | undefined =>
    structuredClone(currentOf(store.records(type).get(id))) ?? undefined

  /** All matches of a query such as `patient=maria-nunez`, to be read only; not counted as a request. */
  const find = (type: string, query: string): Resource[] =>
    search.find(parseSearchRequest(`${type}?${query}`), { strict: true }).resources

  /** Takes a resource away; not counted as a request. */
  const remove = (type: string, id: string) => {
    store.remove(type, id)
    store.settle()
  }

  return { handle, types: () => [...types], direct: { load, read, search: find, remove } }
}

const WRITES: Record<string, FhirInteraction> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/**
 * Before anything is read: a write that this EMR never does is refused even where its body makes no sense.
 * @throws OperationOutcomeError 405
 */
function assertOffered(method: string, url: string, fhir: FhirRules) {
  const [type = '', second] = (url.split('?')[0] ?? '').split('/')
  const write = WRITES[method]
  if (!write || second?.startsWith('_search')) return
  if (type === '' && !fhir.batch && !fhir.transaction) throw notOffered('batch or transaction')
  const rules = rulesOf(fhir, type)
  if (type !== '' && rules && !rules.interactions.includes(write)) throw notOffered(`${write} of ${type}`)
}

/** @throws OperationOutcomeError 405 for the kind of Bundle that this EMR does not process. */
function assertBundle(body: unknown, { batch, transaction }: FhirRules) {
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined
  if (type === 'batch' && !batch) throw notOffered('batch')
  if (type === 'transaction' && !transaction) throw notOffered('transaction')
}

const routed = (request: Request, url: string, body: unknown) => ({
  method: (request.method === 'HEAD' ? 'GET' : request.method) as HttpMethod,
  url,
  pathname: '',
  params: {},
  query: {},
  body,
  headers: Object.fromEntries(request.headers),
  config: { transactions: true },
})

/** `http://127.0.0.1:8081/fhir/Patient/1?_format=json` → `Patient/1?_format=json` */
const belowBase = (address: string, base: string): string => {
  const { pathname, search } = new URL(address)
  const path = new URL(base).pathname.replace(/\/$/, '')
  return pathname.slice(path.length).replace(/^\//, '') + search
}

/** Values of a query may name a patient; the names of its parameters are enough to count by. */
const withoutValues = (url: string): string => {
  const [path = '', query] = url.split('?')
  if (!query) return path
  return `${path}?${[...new Set(new URLSearchParams(query).keys())].sort().join('&')}`
}
