import { OperationOutcomeError, badRequest, formatSearchQuery } from '@medplum/core'
import type { SearchRequest } from '@medplum/core'
import { getExtraEntries } from '@medplum/fhir-router'
import type { FhirRepository } from '@medplum/fhir-router'
import type { Bundle, BundleEntry, BundleLink, Resource } from '@medplum/fhirtypes'
import { loadDefinition } from './definitions.ts'
import type { SearchHits } from './search.ts'

/** As many matches as a page holds when nobody says, and at most. */
const DEFAULT_COUNT = 20
const MAX_COUNT = 200

/**
 * One page of a search with the links to the pages beside it. The self link names only the conditions that counted,
 * which is how FHIR tells a client that a parameter was ignored.
 * @see https://hl7.org/fhir/R4/search.html#conformance
 */
export const searchBundle = async (
  repository: FhirRepository,
  base: string,
  request: SearchRequest,
  { resources, filters }: SearchHits,
): Promise<Bundle> => {
  const offset = wholeNumber(request.offset, 0, '_offset')
  const count = Math.min(wholeNumber(request.count, DEFAULT_COUNT, '_count'), MAX_COUNT)
  const page = resources.slice(offset, offset + count)
  const entry: BundleEntry[] = page.map((resource) => ({
    fullUrl: fullUrl(base, resource),
    resource: narrowed(resource, request.fields),
    search: { mode: 'match' },
  }))
  if (request.include || request.revInclude) await addIncluded(repository, base, request, page, entry)
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: resources.length,
    link: linksOf(base, { ...request, filters, offset, count }, resources.length),
    ...(entry.length > 0 ? { entry } : {}),
  }
}

const wholeNumber = (value: number | undefined, otherwise: number, name: string): number => {
  if (value === undefined) return otherwise
  if (Number.isInteger(value) && value >= 0) return value
  throw new OperationOutcomeError(badRequest(`${name} has to be a whole number`, name))
}

const linksOf = (base: string, request: SearchRequest & { offset: number; count: number }, total: number) => {
  const { offset, count, resourceType } = request
  const link = (relation: string, from: number): BundleLink => ({
    relation,
    url: `${base}/${resourceType}${formatSearchQuery({ ...request, offset: from })}`,
  })
  const links = [link('self', offset)]
  if (count > 0 && offset + count < total) links.push(link('next', offset + count))
  if (count > 0 && offset > 0) links.push(link('previous', Math.max(0, offset - count)))
  return links
}

/** Included resources that the token may not see are left out, as SMART asks for; they refuse nothing. */
const addIncluded = (
  repository: FhirRepository,
  base: string,
  request: SearchRequest,
  page: Resource[],
  entry: BundleEntry[],
) => {
  for (const { resourceType } of [...(request.include ?? []), ...(request.revInclude ?? [])])
    loadDefinition(resourceType)
  return getExtraEntries(repository, request, page, entry, {
    fullUrl: (type, id) => `${base}/${type}/${id}`,
    executeSearch: async (search) => {
      const bundle = await repository.search({ ...search, count: MAX_COUNT }).catch(() => undefined)
      return (bundle?.entry ?? []).flatMap(({ resource }) => resource ?? [])
    },
  })
}

const fullUrl = (base: string, { resourceType, id }: Resource) => `${base}/${resourceType}/${id}`

/** `_elements`: the named ones and what every resource keeps. */
const narrowed = (resource: Resource, fields: string[] | undefined): Resource => {
  if (!fields) return resource
  const kept = new Set([...fields, 'resourceType', 'id', 'meta'])
  return Object.fromEntries(Object.entries(resource).filter(([key]) => kept.has(key))) as unknown as Resource
}
