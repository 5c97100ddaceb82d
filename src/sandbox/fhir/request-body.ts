import { OperationOutcomeError, badRequest, contentTooLarge, unsupportedMediaType } from '@medplum/core'

const BODY_LIMIT_BYTES = 5 * 1024 * 1024

const JSON_PATCH = 'application/json-patch+json'
const JSON_TYPES = new Set(['application/fhir+json', 'application/json', JSON_PATCH])

/**
 * What a request carries: parsed JSON, the fields of a search form, or undefined.
 * @param jsonPatchOnly refuses a PATCH in any other media type
 * @throws OperationOutcomeError 400 for broken JSON, 413 over 5 MB, 415 for another media type.
 */
export const readBody = async (request: Request, jsonPatchOnly = false): Promise<unknown> => {
  if (!['POST', 'PUT', 'PATCH'].includes(request.method)) return undefined
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT_BYTES) throw tooLarge()
  const text = await request.text()
  if (Buffer.byteLength(text) > BODY_LIMIT_BYTES) throw tooLarge()
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (new URL(request.url).pathname.endsWith('/_search')) return formFields(text, mediaType)
  const isWrongPatch = jsonPatchOnly && request.method === 'PATCH' && mediaType !== JSON_PATCH
  if (isWrongPatch || !JSON_TYPES.has(mediaType)) throw new OperationOutcomeError(unsupportedMediaType)
  return parseJson(text)
}

const tooLarge = () => new OperationOutcomeError(contentTooLarge('The body is over 5 MB'))

const formFields = (text: string, mediaType: string): Record<string, string[]> => {
  if (text !== '' && mediaType !== 'application/x-www-form-urlencoded') {
    throw new OperationOutcomeError(unsupportedMediaType)
  }
  const fields = new URLSearchParams(text)
  return Object.fromEntries([...new Set(fields.keys())].map((name) => [name, fields.getAll(name)]))
}

const parseJson = (text: string): object => {
  const body = jsonOrUndefined(text)
  if (typeof body === 'object' && body !== null) return body
  throw new OperationOutcomeError(badRequest('The body is not a JSON object'))
}

const jsonOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
