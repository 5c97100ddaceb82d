import type { JWK } from 'jose'
import type { Discovery } from './discovery.ts'
import type { HttpDeps } from './request-json.ts'

/** What one practice's EHR knows us by. `iss` is the FHIR base, byte for byte as the EHR sends it at launch. */
export type SmartClient = {
  iss: string
  clientId: string
  /** RSA or P-384 private key with `kid` and `alg` RS384 or ES384. */
  privateKeyJwk: JWK
  /** Asked for at a launch, in v2 form, e.g. `openid fhirUser launch online_access user/Patient.rs`. */
  scope: string
  /** Asked for without a person, e.g. `system/Patient.rs`. */
  serviceScope: string
  redirectUri: string
}

export type SmartDeps = HttpDeps & { discovery: Discovery }
