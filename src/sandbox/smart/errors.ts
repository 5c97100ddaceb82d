const STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  invalid_scope: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  server_error: 500,
} as const

export type OAuthErrorCode = keyof typeof STATUS

/** A refusal in OAuth's own form; the description says to the developer of the client what to mend. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode

  constructor(code: OAuthErrorCode, description: string) {
    super(description)
    this.name = 'OAuthError'
    this.code = code
  }

  /** @see RFC 6749 §5.2 */
  toResponse() {
    return Response.json(
      { error: this.code, error_description: this.message },
      { status: STATUS[this.code], headers: NO_STORE },
    )
  }
}

/** @see RFC 6749 §5.1 */
export const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }

/** Parameters of a request, each at most once. @throws OAuthError invalid_request @see RFC 6749 §3.1 */
export function onlyOnce(params: URLSearchParams): Map<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of params) {
    if (values.has(name)) throw new OAuthError('invalid_request', `${name} came twice`)
    values.set(name, value)
  }
  return values
}

/** A parameter that must be there. @throws OAuthError invalid_request */
export function required(params: Map<string, string>, name: string): string {
  const value = params.get(name)
  if (!value) throw new OAuthError('invalid_request', `${name} is missing`)
  return value
}
