/**
 * Why a launch, a sign-in or a token could not be had. The caller words it for its reader; the message is for
 * the log and never holds a token, a code, a claim or a name.
 *
 * - `launch-refused` the launch does not come from the registered EHR, or lacks `launch`
 * - `callback-invalid` the way back from the EHR is not an authorization response
 * - `state-mismatch` this browser did not start this launch (RFC 6749 §10.12)
 * - `launch-expired` the launch was started too long ago
 * - `issuer-mismatch` another authorization server answered (RFC 9207)
 * - `authorization-refused` the EHR or the person said no
 * - `client-misconfigured` the EHR does not accept our registration, key or scopes
 * - `code-refused` the code was used, has expired or belongs to another launch
 * - `token-invalid` the token answer does not have the form that SMART asks for
 * - `no-patient` the launch came without a patient
 * - `id-token-invalid` the EHR's word on who signed in cannot be trusted
 * - `not-staff` a patient or relative signed in
 * - `grant-ended` the grant cannot be refreshed any more
 * - `ehr-unsupported` the EHR's SMART configuration lacks what a safe launch needs
 * - `ehr-unavailable` the EHR does not answer, or not sensibly; a later try may work
 */
export type SmartErrorCode =
  | 'launch-refused'
  | 'callback-invalid'
  | 'state-mismatch'
  | 'launch-expired'
  | 'issuer-mismatch'
  | 'authorization-refused'
  | 'client-misconfigured'
  | 'code-refused'
  | 'token-invalid'
  | 'no-patient'
  | 'id-token-invalid'
  | 'not-staff'
  | 'grant-ended'
  | 'ehr-unsupported'
  | 'ehr-unavailable'

/** The one error that this folder throws at its callers. */
export class SmartError extends Error {
  readonly code: SmartErrorCode
  /** The EHR's own OAuth error code, where it gave one, e.g. `invalid_client`. */
  readonly answered: string | undefined

  constructor(code: SmartErrorCode, message: string, options: { cause?: unknown; answered?: string } = {}) {
    super(message, options)
    this.name = 'SmartError'
    this.code = code
    this.answered = options.answered
  }
}
