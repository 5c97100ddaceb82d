import * as z from 'zod'

/** The ways an EHR goes wrong that this one can play. */
export const FaultKind = z.enum([
  'slow',
  '500',
  '401',
  '403',
  '409',
  '412',
  '422',
  '429',
  'down',
  'html',
  'expired',
  'wrong-id-token',
  'other-issuer',
])
export type FaultKind = z.infer<typeof FaultKind>

/** `api` is an EMR's own interface beside FHIR; `portico-token` is where the card in the chart asks the EMR for its token. */
export const FaultTarget = z.enum(['fhir', 'api', 'token', 'authorize', 'discovery', 'portico-token'])
export type FaultTarget = z.infer<typeof FaultTarget>

export const Fault = z.strictObject({
  kind: FaultKind,
  target: FaultTarget,
  /** Only requests with this method, e.g. `PUT`; all without it. */
  method: z
    .string()
    .transform((method) => method.toUpperCase())
    .optional(),
  /** How often; without it until `behave`. */
  times: z.int().min(1).optional(),
  /** For `slow`. */
  delayMs: z.int().min(0).default(3000),
})
export type Fault = z.input<typeof Fault>

/** Marks an answer that must reach the client as a broken connection. */
export const DOWN = 'x-sandbox-down'

/** What `other-issuer` names instead of the real one. */
export const OTHER_ISSUER = 'https://other-issuer.example'

export type Faults = ReturnType<typeof createFaults>

/** Remembers how the EMR is to misbehave; newer orders go first. */
export function createFaults() {
  let planned: (z.output<typeof Fault> & { left: number })[] = []
  return {
    misbehave(fault: Fault) {
      const { times = Infinity, ...rest } = Fault.parse(fault)
      planned.unshift({ ...rest, left: times })
    },
    behave() {
      planned = []
    },
    /** The fault that this request meets, which is then one nearer its end. */
    take(target: FaultTarget, method: string) {
      const fault = planned.find((one) => one.target === target && (!one.method || one.method === method))
      if (!fault) return undefined
      fault.left -= 1
      planned = planned.filter((one) => one.left > 0)
      return { kind: fault.kind, delayMs: fault.delayMs }
    },
  }
}

/** The refusal to send instead of doing the work; undefined where the work itself goes wrong in a subtle way. */
export function refusalOf(kind: FaultKind, target: FaultTarget): Response | undefined {
  if (kind === 'down') return new Response(null, { status: 503, headers: { [DOWN]: '1' } })
  if (kind === 'html')
    return new Response(SIGN_IN_PAGE, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  const expired = kind === 'expired' && target === 'fhir'
  const status = expired ? 401 : Number(kind)
  if (Number.isNaN(status)) return undefined
  const headers = {
    ...(status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}),
    ...(status === 429 ? { 'retry-after': '2' } : {}),
  }
  if (target === 'fhir') return outcome(status, headers)
  return Response.json(
    { error: status === 401 ? 'invalid_client' : status < 500 ? 'invalid_request' : 'server_error' },
    { status, headers: { ...headers, 'cache-control': 'no-store' } },
  )
}

const ISSUE_CODES: Record<number, string> = {
  401: 'login',
  403: 'forbidden',
  409: 'conflict',
  412: 'conflict',
  422: 'business-rule',
  429: 'throttled',
}

/** An answer in FHIR's own form. */
function outcome(status: number, headers: Record<string, string> = {}): Response {
  const code = ISSUE_CODES[status] ?? 'exception'
  const issue = [{ severity: 'error', code, diagnostics: `The sandbox was told to answer ${status}` }]
  return Response.json(
    { resourceType: 'OperationOutcome', issue },
    { status, headers: { ...headers, 'content-type': 'application/fhir+json' } },
  )
}

/** What a proxy in front of an EHR answers when its own login has run out. */
const SIGN_IN_PAGE = '<!doctype html><title>Sign in</title><h1>Please sign in to the network</h1>'
