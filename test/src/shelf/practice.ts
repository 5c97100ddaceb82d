import type { Communication, Resource } from '@medplum/fhirtypes'
import {
  capabilityOf,
  readCapability,
  type EhrCapability,
  type TypeCapability,
} from '../../../src/fhir/capability.ts'
import { createFhirHandle, type FhirHandle, type Kept } from '../../../src/fhir/client.ts'
import type { HomeType } from '../../../src/fhir/homes.ts'
import { createFhirServer } from '../../../src/sandbox/fhir/server.ts'
import { createHomes } from '../../../src/shelf/homes.ts'
import { moveHome } from '../../../src/shelf/move.ts'
import { message, refer, thread } from '../fhir/contract-people.ts'
import { BASE, openShelf } from './shelf.ts'

/** A practice whose shelf holds what it wrote so far, and an EHR that has learned to hold it too. */
export async function openPractice(type: HomeType = 'Communication', can: Partial<TypeCapability> = {}) {
  const parts = await openShelf()
  const { store, keyring, clock, now, shelf } = parts
  const server = createFhirServer({ base: BASE, resources: [{ resourceType: 'Patient', id: 'ann' }], now })
  const request: typeof fetch = async (input, init) => server.app.request(new Request(input, init))
  const ehr = createFhirHandle({ base: BASE, accessToken: async () => 'token', fetch: request })
  const all = readCapability(await (await request(`${BASE}/metadata`)).json(), null)
  const types = { ...all.types, [type]: { ...capabilityOf(all, type), ...can } }
  const capability: EhrCapability = { ...all, types }
  const homes = createHomes({
    store,
    keyring,
    now,
    ehr: { asService: () => ehr, asStaff: () => ehr },
    planOf: () => Promise.reject(new Error('every type has a home')),
    clientOf: () => ({ iss: BASE }),
  })
  for (const one of ['Communication', 'Task', 'Consent', 'AuditEvent'] as const)
    await store.db
      .insertInto('home')
      .values({ practice_id: 'fernwood', type: one, home: 'portal', decided_at: now(), moving_since: null })
      .execute()
  const lines: string[] = []
  const move = (
    options: { handle?: FhirHandle; owner?: string; tell?: (line: string) => unknown; type?: HomeType } = {},
  ) =>
    moveHome({
      store,
      keyring,
      now,
      practiceId: 'fernwood',
      capability,
      type: options.type ?? type,
      ehr: options.handle ?? ehr,
      owner: options.owner ?? 'mover',
      tell: (line) => void (lines.push(line), options.tell?.(line)),
    })
  const inEhr = (of: HomeType = type) => server.search(of, '') as Kept<Resource>[]
  return { ...parts, store, clock, shelf, server, ehr, homes, lines, move, inEhr }
}

/** A patient's question, and two answers. */
export async function fillThread(shelf: FhirHandle) {
  const head = await shelf.create(thread('ann'))
  const first = await shelf.create(message('ann', head.id))
  const second = await shelf.create(
    message('ann', head.id, {
      inResponseTo: [refer('Communication', first.id)],
      payload: [{ contentString: 'Thanks' }],
    }),
  )
  return { head, first, second }
}

/** What a message says. */
export const textOf = (resource: Resource | undefined) =>
  (resource as Communication | undefined)?.payload?.[0]?.contentString

/** What ends a client that dies. */
export class Killed extends Error {}

/** An EHR whose client dies with the nth request: before it leaves, or after it was answered. */
export function dying(ehr: FhirHandle, at: number, when: 'before' | 'after'): FhirHandle {
  let requests = 0
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    requests += 1
    if (requests === at && when === 'before') throw new Killed()
    const answer = await work()
    if (requests === at && when === 'after') throw new Killed()
    return answer
  }
  return {
    ...ehr,
    read: (type, id) => step(() => ehr.read(type, id)),
    search: (type, params) => step(() => ehr.search(type, params)),
    create: (resource, options) => step(() => ehr.create(resource, options)),
    update: (resource, options) => step(() => ehr.update(resource, options)),
  }
}
