import type { BundleEntry, OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes'
import { Problem, type ProblemCode, type ProblemIssue, type ProblemOptions } from '../problem.ts'

/** What came back from the EHR instead of what was asked for; `body` is its parsed JSON, if it was any. */
export type FailedAnswer = { status: number; body?: unknown; retryAfter?: number | undefined }

/** Statuses that say it all; for the others the OperationOutcome knows better. */
const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'ehr-session-ended',
  403: 'ehr-refused',
  404: 'not-found',
  409: 'conflict',
  410: 'not-found',
  412: 'conflict',
  429: 'ehr-busy',
}

/** @see http://hl7.org/fhir/R4/codesystem-issue-type.html */
const BY_ISSUE = byWord<ProblemCode>({
  'not-found': 'not-found deleted',
  conflict: 'conflict duplicate lock-error multiple-matches',
  'ehr-rejected': 'invalid structure required value invariant business-rule code-invalid extension too-long',
  'ehr-refused': 'forbidden security suppressed not-supported',
  'ehr-session-ended': 'login expired',
  'ehr-busy': 'throttled',
  'ehr-timeout': 'timeout',
  'ehr-unavailable': 'transient exception no-store',
})

/** For what has neither: how the EHR answers when something before it speaks for it. */
const BY_BARE_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'ehr-rejected',
  405: 'ehr-refused',
  406: 'ehr-refused',
  408: 'ehr-timeout',
  415: 'ehr-refused',
  422: 'ehr-rejected',
  501: 'ehr-refused',
  504: 'ehr-timeout',
}

/** What to say of a field at fault. The EHR's own words may tell of other patients, so they are never shown. */
const ADVICE = new Map([
  ['required', 'The EMR needs a value here.'],
  ['too-long', 'This is longer than the EMR takes.'],
  ['duplicate', 'The EMR has this already.'],
])

const BUSY_SECONDS = 5
const MOST_ISSUES = 20

/**
 * Turns whatever went wrong between Portico and the EHR into the one refusal that readers understand: an
 * OperationOutcome by its codes, a time-out, anything else as an EHR that does not answer. Never throws.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isOutcome(error)) return problemOf({ status: 0, body: error })
  const name = error instanceof Error ? error.name : ''
  const code = name === 'TimeoutError' || name === 'AbortError' ? 'ehr-timeout' : 'ehr-unavailable'
  return new Problem(code, undefined, { cause: error })
}

/** The refusal behind an answer that is not a success. Never throws. */
export function problemOf({ status, body, retryAfter }: FailedAnswer): Problem {
  const issues = isOutcome(body) ? faultsOf(body) : []
  const told = issues.map((issue) => BY_ISSUE.get(issue.code)).find((code) => code !== undefined)
  const code = BY_STATUS[status] ?? told ?? BY_BARE_STATUS[status] ?? 'ehr-unavailable'
  const options: ProblemOptions = { cause: new Error(describe(status, issues)) }
  if (code === 'ehr-rejected' || code === 'conflict') options.issues = toIssues(issues)
  if (code === 'ehr-refused' && isUnsupported(status, issues)) options.extra = { reason: UNSUPPORTED }
  if (code === 'ehr-busy') options.retryAfter = retryAfter ?? BUSY_SECONDS
  if (code === 'ehr-unavailable' && retryAfter !== undefined) options.retryAfter = retryAfter
  return new Problem(code, undefined, options)
}

const UNSUPPORTED = 'unsupported'

/** Whether the EHR has no such interaction at all, for nobody. */
export const isUnsupportedByEhr = (error: unknown): error is Problem =>
  error instanceof Problem && error.code === 'ehr-refused' && error.extra['reason'] === UNSUPPORTED

export const unsupportedByEhr = (cause: unknown): Problem =>
  new Problem('ehr-refused', undefined, { extra: { reason: UNSUPPORTED }, cause })

const isUnsupported = (status: number, issues: OperationOutcomeIssue[]) =>
  [405, 415, 501].includes(status) || (status !== 403 && issues.some(({ code }) => code === 'not-supported'))

/** The refusal of one entry in the answer to a batch; `null` when that entry went well. */
export function problemOfEntry({ response }: BundleEntry): Problem | null {
  const status = Number.parseInt(response?.status ?? '', 10)
  if (status >= 200 && status < 300) return null
  return problemOf({ status: Number.isNaN(status) ? 0 : status, body: response?.outcome })
}

const isOutcome = (body: unknown): body is OperationOutcome =>
  typeof body === 'object' &&
  body !== null &&
  'resourceType' in body &&
  body.resourceType === 'OperationOutcome'

/** The issues that count, the EHR's JSON taken at no more than its word. */
function faultsOf({ issue }: OperationOutcome): OperationOutcomeIssue[] {
  const issues = (Array.isArray(issue) ? issue : []).filter(isIssue)
  const faults = issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')
  return faults.length > 0 ? faults : issues
}

const isIssue = (issue: unknown): issue is OperationOutcomeIssue =>
  typeof issue === 'object' && issue !== null && 'code' in issue && typeof issue.code === 'string'

/** For the log, where the EHR's own sentences must not go. */
const describe = (status: number, issues: OperationOutcomeIssue[]) =>
  ['The EHR answered', status || '', ...issues.map(({ code }) => (BY_ISSUE.has(code) ? code : 'other'))]
    .join(' ')
    .slice(0, 200)

function toIssues(issues: OperationOutcomeIssue[]): ProblemIssue[] {
  const found = issues.flatMap(({ code, expression }) =>
    (Array.isArray(expression) ? expression : []).flatMap((path: unknown) => {
      const pointer = typeof path === 'string' ? pointerOf(path) : ''
      return pointer ? [{ pointer, detail: ADVICE.get(code) ?? 'The EMR does not accept this value.' }] : []
    }),
  )
  return found.slice(0, MOST_ISSUES)
}

/** `Patient.telecom[0].value` → `/telecom/0/value`; a path that goes on with a function ends before it. */
function pointerOf(expression: string): string {
  const steps = expression.split('.')
  if (/^[A-Z]/.test(steps[0] ?? '')) steps.shift()
  let pointer = ''
  for (const step of steps) {
    const [, name, index] = /^([a-z]\w{0,63})(?:\[(\d{1,4}|x)\])?$/.exec(step) ?? []
    if (!name) break
    pointer += `/${name}${index && index !== 'x' ? `/${index}` : ''}`
  }
  return pointer
}

/** A table from each of the words to what they stand for; a Map, since an EHR may well say `constructor`. */
function byWord<T extends string>(table: Partial<Record<T, string>>): ReadonlyMap<string, T> {
  const rows = Object.entries(table) as [T, string][]
  return new Map(rows.flatMap(([meaning, words]) => words.split(' ').map((word) => [word, meaning] as const)))
}
