import {
  OperationOutcomeError,
  allOk,
  applyPatch,
  badRequest,
  created,
  deepClone,
  fhirpathPatchTypedValue,
  forbidden,
  generateId,
  gone,
  multipleMatches,
  normalizeErrorString,
  notFound,
  parseFhirPathPatchParameters,
  preconditionFailed,
  toTypedValue,
} from '@medplum/core'
import type { Operation, SearchRequest, WithId } from '@medplum/core'
import { MemoryRepository } from '@medplum/fhir-router'
import type { CreateResourceOptions, SearchOptions, UpdateResourceOptions } from '@medplum/fhir-router'
import type { Bundle, OperationOutcome, Parameters, Patient, Resource } from '@medplum/fhirtypes'
import { type FhirInteraction, type FhirRules, rulesOf } from '../personalities/personality.ts'
import { reachOf } from './access.ts'
import type { FhirAccess, Interaction } from './access.ts'
import { historyBundle } from './bundles.ts'
import { withoutTelecomExtensions, type Habits } from './habits.ts'
import { isWithinReach, reachClause } from './compartment.ts'
import { notOffered, unprocessable, versionNeeded } from './refusals.ts'
import type { Search } from './search.ts'
import { searchBundle } from './search-bundle.ts'
import { currentOf } from './store.ts'
import type { Store, Stored } from './store.ts'
import { assertValid } from './validation.ts'

/** What one request brings along: who asks, and how strictly it wants its search read. */
export type RepositoryContext = {
  store: Store
  search: Search
  base: string
  /** Undefined: whoever asks may do everything. */
  access: FhirAccess | undefined
  strict: boolean
  types: ReadonlySet<string>
  habits: Habits
  /** What this EMR does at all. */
  fhir: FhirRules
}

const WRITING = new Set<Interaction>(['c', 'u', 'd'])

/**
 * @medplum/fhir-router's MemoryRepository for one request, with these faults mended: transactions that were not
 * atomic, history in alternating order, deleted resources without a trace, writes without validation, searches that
 * looked at every resource, unknown search parameters that found nothing. Access is checked here and not at the
 * edge, so that every entry of a batch passes the same check as a request of its own.
 */
export class SandboxRepository extends MemoryRepository {
  readonly #context: RepositoryContext

  constructor(context: RepositoryContext) {
    super()
    this.#context = context
  }

  override async createResource<T extends Resource>(
    resource: T,
    options?: CreateResourceOptions,
  ): Promise<WithId<T>> {
    this.#assertOffered(resource.resourceType, 'create')
    // A client's own id is ignored on create (FHIR R4 §3.1.0.8), unless the batch processor assigned it.
    const id = options?.assignedId && resource.id ? resource.id : generateId()
    return this.#write({ ...resource, id }, 'c', 'POST')
  }

  override async updateResource<T extends Resource>(
    resource: T,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    const { resourceType: type, id } = resource
    if (!id) throw new OperationOutcomeError(badRequest('The resource has no id', `${type}.id`))
    this.#assertOffered(type, 'update')
    const existing = this.#current(type, id)
    if (!existing && !this.#context.fhir.conditional) throw new OperationOutcomeError(notFound)
    this.#assertVersion(existing, options?.ifMatch)
    if (existing) this.#assertReach(existing, 'u')
    return this.#write({ ...resource, id }, existing ? 'u' : 'c', 'PUT')
  }

  override async patchResource<T extends Resource>(
    type: T['resourceType'],
    id: string,
    patch: Operation[] | Parameters,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    this.#assertOffered(type, 'patch')
    const existing = this.#present(type, id)
    if (this.#context.fhir.guardsPatch && !options?.ifMatch) throw versionNeeded()
    this.#assertVersion(existing, options?.ifMatch)
    this.#assertReach(existing, 'u')
    const patched = deepClone(existing)
    applyTo(patched, patch)
    if (patched.id !== id || patched.resourceType !== type)
      throw unprocessable('A patch may not change type or id')
    return this.#write(patched as unknown as T & { id: string }, 'u', 'PUT')
  }

  override async deleteResource(type: string, id: string, options?: { ifMatch?: string }): Promise<void> {
    this.#assertOffered(type, 'delete')
    const record = this.#context.store.records(type).get(id)
    if (!record) throw new OperationOutcomeError(notFound)
    const existing = currentOf(record)
    this.#assertVersion(existing, options?.ifMatch)
    this.#assertScope(type, 'd')
    if (!existing) return
    this.#assertReach(existing, 'd')
    this.#context.store.remove(type, id)
  }

  override async readResource<T extends Resource>(type: string, id: string): Promise<T> {
    this.#assertOffered(type, 'read')
    this.#assertScope(type, 'r')
    const resource = this.#present(type, id)
    this.#assertReach(resource, 'r')
    return resource as Resource as T
  }

  override async readVersion<T extends Resource>(type: string, id: string, versionId: string): Promise<T> {
    this.#assertOffered(type, 'vread')
    const version = this.#versions(type, id).find((one) => one.versionId === versionId)
    if (!version) throw new OperationOutcomeError(notFound)
    if (!version.resource) throw new OperationOutcomeError(gone)
    return version.resource as Resource as T
  }

  override async readHistory<T extends Resource>(type: string, id: string): Promise<Bundle<T>> {
    this.#assertOffered(type, 'history-instance')
    const versions = this.#versions(type, id)
    return historyBundle(this.#context.base, type, id, versions) as Bundle<T>
  }

  /** Searches that serve a condition (`If-None-Exist`) are strict: a parameter left out would match anything. */
  override async search<T extends Resource>(
    request: SearchRequest<T>,
    options?: SearchOptions,
  ): Promise<Bundle<WithId<T>>> {
    const conditional = options?.resourceOnly === true
    const type = request.resourceType
    if (conditional && !request.filters?.length) {
      throw new OperationOutcomeError(badRequest('A conditional request needs a condition'))
    }
    this.#assertOffered(type, 'search-type')
    const reach = this.#assertScope(type, 's')
    const restriction = reach === 'all' ? undefined : reachClause(this.#context.search, type, reach.patient)
    const strict = this.#context.strict || conditional
    const parameters = rulesOf(this.#context.fhir, type)?.searchParams
    const found = this.#context.search.find(request, { strict, parameters, restriction })
    return (await searchBundle(this, this.#context.base, request, found)) as Bundle<WithId<T>>
  }

  /** MemoryRepository's own version reads its private maps; this one goes through `search`. */
  override async conditionalCreate<T extends Resource>(
    resource: T,
    search: SearchRequest<T>,
    options?: CreateResourceOptions,
  ): Promise<{ resource: WithId<T>; outcome: OperationOutcome }> {
    // An EHR without conditions does not read the header.
    if (!this.#context.fhir.conditional)
      return { resource: await this.createResource(resource, options), outcome: created }
    const [match, another] = await this.searchResources<T>(search)
    if (another) throw new OperationOutcomeError(multipleMatches)
    if (match) return { resource: match, outcome: allOk }
    return { resource: await this.createResource(resource, options), outcome: created }
  }

  override async conditionalUpdate<T extends Resource>(
    resource: T,
    search: SearchRequest,
    options?: CreateResourceOptions & UpdateResourceOptions,
  ): Promise<{ resource: WithId<T>; outcome: OperationOutcome }> {
    this.#assertConditional()
    return super.conditionalUpdate(resource, search, options)
  }

  override async conditionalDelete(search: SearchRequest): Promise<void> {
    this.#assertConditional()
    return super.conditionalDelete(search)
  }

  override async conditionalPatch(
    search: SearchRequest,
    patch: Operation[],
    options?: UpdateResourceOptions,
  ): Promise<WithId<Resource>> {
    this.#assertConditional()
    return super.conditionalPatch(search, patch, options)
  }

  override async withTransaction<TResult>(
    callback: (repository: this) => Promise<TResult>,
  ): Promise<TResult> {
    const mark = this.#context.store.mark()
    try {
      return await callback(this)
    } catch (error) {
      this.#context.store.rollback(mark)
      throw error
    }
  }

  #write<T extends Resource>(resource: T & { id: string }, interaction: Interaction, method: 'POST' | 'PUT') {
    this.#assertScope(resource.resourceType, interaction)
    assertValid(resource)
    this.#assertReach(resource as unknown as Stored, interaction)
    return this.#context.store.write(this.#asKept(resource), method) as unknown as WithId<T>
  }

  /** What this EMR has a place for. */
  #asKept(resource: Resource & { id: string }): Resource & { id: string } {
    const { habits, fhir } = this.#context
    const kept = habits.extensions ? resource : withoutTelecomExtensions(resource)
    if (kept.resourceType !== 'Patient' || !fhir.keepPatient) return kept
    return { ...fhir.keepPatient(kept, this.#patient(resource.id)), id: resource.id }
  }

  #patient(id: string): Patient | undefined {
    const existing = this.#current('Patient', id)
    return existing?.resourceType === 'Patient' ? existing : undefined
  }

  /** @throws OperationOutcomeError 404 for a type this server does not have, 405 for what it does not do with it. */
  #assertOffered(type: string, interaction: FhirInteraction) {
    this.#assertType(type)
    if (!rulesOf(this.#context.fhir, type)?.interactions.includes(interaction))
      throw notOffered(`${interaction} of ${type}`)
  }

  #assertConditional() {
    if (!this.#context.fhir.conditional) throw notOffered('write that is addressed by a search')
  }

  #assertVersion(existing: Stored | null, wanted: string | undefined) {
    if (wanted && this.#context.habits.etags && existing?.meta.versionId !== wanted)
      throw new OperationOutcomeError(preconditionFailed)
  }

  #assertType(type: string) {
    if (!this.#context.types.has(type)) throw new OperationOutcomeError(unknownType(type))
  }

  /** @throws OperationOutcomeError 404 for a type this server does not have, 403 when no scope allows it. */
  #assertScope(type: string, interaction: Interaction) {
    this.#assertType(type)
    const { access, fhir } = this.#context
    const isBarred = access && WRITING.has(interaction) && !fhir.writers.includes(access.kind)
    const reach = isBarred ? 'none' : access ? reachOf(access, type, interaction) : 'all'
    if (reach === 'none') throw new OperationOutcomeError(forbidden)
    return reach
  }

  #assertReach(resource: Stored, interaction: Interaction) {
    const reach = this.#assertScope(resource.resourceType, interaction)
    if (reach !== 'all' && !isWithinReach(resource, reach.patient)) throw new OperationOutcomeError(forbidden)
  }

  #current(type: string, id: string): Stored | null {
    this.#assertType(type)
    return currentOf(this.#context.store.records(type).get(id))
  }

  #present(type: string, id: string): Stored {
    const resource = this.#current(type, id)
    if (resource) return resource
    throw new OperationOutcomeError(this.#context.store.records(type).has(id) ? gone : notFound)
  }

  #versions(type: string, id: string) {
    this.#assertScope(type, 'r')
    const versions = this.#context.store.records(type).get(id)?.versions ?? []
    const last = versions.findLast(({ resource }) => resource !== null)?.resource
    if (!last) throw new OperationOutcomeError(notFound)
    this.#assertReach(last, 'r')
    return versions
  }
}

const applyTo = (resource: Stored, patch: Operation[] | Parameters) => {
  try {
    if (!Array.isArray(patch)) {
      fhirpathPatchTypedValue(toTypedValue(resource), parseFhirPathPatchParameters(patch))
      return
    }
    const faults = applyPatch(resource, patch).filter((fault) => fault !== null)
    if (faults.length > 0) throw faults[0]
  } catch (error) {
    throw unprocessable(normalizeErrorString(error))
  }
}

const unknownType = (type: string) => ({
  ...notFound,
  issue: [
    {
      severity: 'error' as const,
      code: 'not-supported' as const,
      details: { text: `No resource type ${type} here` },
    },
  ],
})
