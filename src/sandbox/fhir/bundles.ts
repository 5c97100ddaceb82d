import { isOperationOutcome } from '@medplum/core'
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes'
import { statusOf } from './refusals.ts'
import type { Version } from './store.ts'

/** All versions of one resource, newest first. @see https://hl7.org/fhir/R4/http.html#history */
export const historyBundle = (
  base: string,
  type: string,
  id: string,
  versions: readonly Version[],
): Bundle => ({
  resourceType: 'Bundle',
  type: 'history',
  total: versions.length,
  link: [{ relation: 'self', url: `${base}/${type}/${id}/_history` }],
  entry: versions.toReversed().map((version) => ({
    fullUrl: `${base}/${type}/${id}`,
    ...(version.resource ? { resource: version.resource } : {}),
    request: { method: version.method, url: version.method === 'POST' ? type : `${type}/${id}` },
    response: {
      status: version.versionId === '1' ? '201' : '200',
      etag: etagOf(version.versionId),
      lastModified: version.lastUpdated,
    },
  })),
})

/** The answers of a batch or transaction, with what @medplum/fhir-router leaves out: etag, lastModified, fullUrl. */
export const completeAnswers = (bundle: Bundle, base: string): Bundle => ({
  ...bundle,
  entry: (bundle.entry ?? []).map((entry) => completeAnswer(entry, base)),
})

const completeAnswer = ({ resource, response }: BundleEntry, base: string): BundleEntry => {
  const { outcome } = response ?? {}
  const status = isOperationOutcome(outcome) ? statusOf(outcome).toString() : (response?.status ?? '200')
  const versionId = resource?.meta?.versionId
  if (!resource?.id || !versionId)
    return { ...(resource ? { resource } : {}), response: { ...response, status } }
  return {
    fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
    resource,
    response: {
      status,
      location: `${resource.resourceType}/${resource.id}/_history/${versionId}`,
      etag: etagOf(versionId),
      ...(resource.meta?.lastUpdated ? { lastModified: resource.meta.lastUpdated } : {}),
    },
  }
}

/** Headers that tell a client which version it got. */
export const versionHeaders = (resource: Resource | undefined): Record<string, string> => {
  const { versionId, lastUpdated } = resource?.meta ?? {}
  if (!versionId || !lastUpdated) return {}
  return { etag: etagOf(versionId), 'last-modified': new Date(lastUpdated).toUTCString() }
}

/** A weak entity tag, as FHIR writes versions: `W/"3"`. */
const etagOf = (versionId: string): string => `W/"${versionId}"`
