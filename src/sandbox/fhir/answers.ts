import { isOk, normalizeOperationOutcome } from '@medplum/core'
import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes'
import { completeAnswers, versionHeaders } from './bundles.ts'
import { statusOf } from './refusals.ts'

/** What the router decided about a request. */
export type Decision = { status: number; outcome: OperationOutcome; resource: Resource | undefined }

/** How this EMR answers. */
export type AnswerHabits = {
  /** Tells versions. */
  etags: boolean
  /** What was created comes back, whatever the request prefers. */
  answersCreated: boolean
}

/** Writes the router's decision as FHIR's HTTP binding wants it. @see https://hl7.org/fhir/R4/http.html */
export const answer = (
  request: Request,
  { status, outcome, resource }: Decision,
  base: string,
  { etags, answersCreated }: AnswerHabits,
): Response => {
  if (!isOk(outcome) || !resource) return json(status, outcome)
  const headers = etags ? versionHeaders(resource) : {}
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (isRead && headers['etag'] && request.headers.get('if-none-match') === headers['etag']) {
    return new Response(null, { status: 304, headers })
  }
  if (isRead && resource.resourceType === 'Binary' && !wantsJson(request)) return rawBinary(resource, headers)
  if (status === 201) headers['location'] = addressOf(base, resource, etags)
  const isMinimal = /\breturn=minimal\b/.test(request.headers.get('prefer') ?? '')
  if (!isRead && (isMinimal || (status === 201 && !answersCreated))) {
    return new Response(null, { status, headers })
  }
  return json(status, isBatchAnswer(resource) ? completeAnswers(resource, base) : resource, headers)
}

const isBatchAnswer = (resource: Resource): resource is Bundle =>
  resource.resourceType === 'Bundle' && resource.type.endsWith('-response')

/** The answer to a request that failed before or inside the router. */
export const refusal = (error: unknown): Response => {
  const outcome = normalizeOperationOutcome(error)
  return json(statusOf(outcome), outcome)
}

/** A FHIR resource as an HTTP answer. */
export const json = (status: number, resource: Resource, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(resource), {
    status,
    headers: {
      'content-type': 'application/fhir+json; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    },
  })

const addressOf = (base: string, { resourceType, id, meta }: Resource, etags: boolean) =>
  `${base}/${resourceType}/${id}${etags && meta?.versionId ? `/_history/${meta.versionId}` : ''}`

/** Whoever does not ask for FHIR gets the bytes themselves. @see https://hl7.org/fhir/R4/binary.html#rest */
const rawBinary = (binary: Extract<Resource, { resourceType: 'Binary' }>, headers: Record<string, string>) =>
  new Response(Buffer.from(binary.data ?? '', 'base64'), {
    headers: { ...headers, 'content-type': binary.contentType ?? 'application/octet-stream' },
  })

const wantsJson = (request: Request) => /json|^$/.test(request.headers.get('accept') ?? '')
