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
import { OFFERED_TYPES, isResourceType } from './definitions.ts'
import { goodHabits, withoutVersions, type Habits } from './habits.ts'
import { createQueue } from './queue.ts'
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
}

/** A FHIR R4 server in memory, to try and to test Portico against. */
export const createFhirServer = (options: FhirServerOptions) => {
  const { base, misbehaviour, authorize, oauth, habits = goodHabits() } = options
  const emr = createEmrData(base, options.now ?? systemClock, habits)
  emr.direct.load(options.resources)
  const requests: ReceivedRequest[] = []

  const respond = async (request: Request): Promise<Response> => {
    const url = belowBase(request.url, base)
    requests.push({ method: request.method, path: withoutValues(url) })
    const instead = await misbehaviour?.(request)
    if (instead) return instead
    if (url === 'metadata') return json(200, capabilityStatement(base, emr.types(), oauth, habits))
    const access = await authorize?.(request)
    if (access instanceof Response) return access
    return emr.handle(request, url, await readBody(request), access)
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
const createEmrData = (base: string, now: Clock, habits: Habits) => {
  const index = createSearchIndex()
  const store = createStore(now, (type, record) => index.changed(type, record))
  const search = createSearch(store, index, base)
  const router = new FhirRouter()
  const inTurn = createQueue()
  const types = new Set<string>(OFFERED_TYPES)

  /** One request at a time: nobody sees a transaction half done, and two conditional creates cannot both win. */
  const handle = (request: Request, url: string, body: unknown, access: FhirAccess | undefined) =>
    inTurn(async () => {
      const strict = /\bhandling=strict\b/.test(request.headers.get('prefer') ?? '')
      const repository = new SandboxRepository({ store, search, base, access, strict, types, habits })
      const isNew = request.method === 'PUT' && isAbsent(url)
      const [outcome, resource] = await router.handleRequest(routed(request, url, body), repository)
      store.settle()
      const status = isNew && getStatus(outcome) === 200 ? 201 : getStatus(outcome)
      const told = resource && !habits.etags ? withoutVersions(resource) : resource
      return answer(request, { status, outcome, resource: told }, base)
    })

  const isAbsent = (url: string) => {
    const [type = '', id = ''] = (url.split('?')[0] ?? '').split('/')
    return id !== '' && currentOf(store.records(type).get(id)) === null
  }

  /** Adds resources as they are, without validation. */
  const load = (resources: Resource[]) => {
    for (const resource of resources) {
      if (!resource.id || !isResourceType(resource.resourceType)) continue
      types.add(resource.resourceType)
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

  return { handle, types: () => [...types], direct: { load, read, search: find } }
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
