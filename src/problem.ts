/**
 * Every refusal that Portico can answer, with its HTTP status and title. The browser words a refusal by its
 * code in the reader's language; `title` is for logs and for other programs.
 * @see RFC 9457
 */
export const PROBLEMS = {
  'invalid-request': [422, 'The request does not have the right form'],
  'not-found': [404, 'Not found'],
  'too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'Only JSON is accepted here'],
  'cross-site': [403, 'The request came from another site'],
  'signed-out': [401, 'Sign in first'],
  'launch-ended': [401, 'Open Portico from the EMR again'],
  'stale-tab': [409, 'This tab shows another patient'],
  'not-permitted': [403, 'You may look but not change this'],
  'not-eligible': [409, 'The patient cannot be invited yet'],
  'already-active': [409, 'The patient already uses the portal'],
  'idempotency-mismatch': [422, 'The same key came with another request'],
  'in-progress': [409, 'The same request is still being worked on'],
  conflict: [409, 'Someone changed this meanwhile'],
  'no-match': [403, 'The details did not match'],
  'sign-in-refused': [401, 'The username and password do not go together'],
  'access-paused': [403, 'Access to the portal is paused'],
  'password-due': [403, 'Choose a new password first'],
  'mail-not-possible': [409, 'No e-mail can be sent to this patient'],
  'locked-by-file': [409, 'The configuration file fixes this'],
  'role-in-use': [409, 'Somebody still has this role'],
  'last-administrator': [409, 'Somebody must be able to manage people'],
  'username-taken': [409, 'Someone else has this username'],
  'weak-password': [422, 'The password is too easy to guess'],
  'ticket-ended': [410, 'The link, letter or page is no longer good'],
  'slip-opened': [410, 'This slip was already shown'],
  'too-many-tries': [429, 'Too many tries'],
  busy: [503, 'Busy for a moment'],
  'portal-closed': [403, 'The portal is switched off'],
  'launch-refused': [400, 'The launch did not come from a known EMR'],
  'launch-failed': [400, 'The EMR did not finish the launch'],
  'ehr-refused': [403, 'The EMR does not allow this'],
  'ehr-session-ended': [401, 'The EMR session has ended'],
  'ehr-rejected': [422, 'The EMR does not accept this value'],
  'ehr-busy': [503, 'The EMR is busy'],
  'ehr-unavailable': [502, 'The EMR is not answering'],
  'ehr-timeout': [504, 'The EMR took too long'],
  'invalid-grant': [400, 'The assertion was not accepted'],
  'unsupported-grant': [400, 'Only signed assertions are exchanged here'],
  'token-ended': [401, 'The page needs a new token'],
  'cds-refused': [401, 'The call was not signed by a known EMR'],
  internal: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemCode = keyof typeof PROBLEMS

/** One field at fault: JSON Pointer into the request body, what to do about it, and what somebody else made of it. */
export type ProblemIssue = { pointer: string; detail: string; theirs?: string | null }

export type ProblemOptions = {
  issues?: ProblemIssue[]
  /** Seconds after which another try makes sense; sent as Retry-After. */
  retryAfter?: number
  /** Facts the browser needs to word the refusal; never a secret, never about another account. */
  extra?: Record<string, string | number | boolean | string[]>
  cause?: unknown
}

/** The one error class: whatever ends a request throws this, and `http/errors.ts` alone writes it. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly issues: ProblemIssue[]
  readonly retryAfter: number | undefined
  readonly extra: NonNullable<ProblemOptions['extra']>

  /** @param detail one sentence that is safe for the reader: no names, no secrets, nothing about other accounts. */
  constructor(code: ProblemCode, detail?: string, options: ProblemOptions = {}) {
    super(detail ?? PROBLEMS[code][1], { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.status = PROBLEMS[code][0]
    this.issues = options.issues ?? []
    this.retryAfter = options.retryAfter
    this.extra = options.extra ?? {}
  }

  /** The RFC 9457 body. */
  toBody(instance: string) {
    return {
      type: `urn:portico:problem:${this.code}`,
      title: PROBLEMS[this.code][1],
      status: this.status,
      detail: this.message,
      instance,
      code: this.code,
      ...(this.issues.length > 0 ? { issues: this.issues } : {}),
      ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }),
      ...this.extra,
    }
  }
}
