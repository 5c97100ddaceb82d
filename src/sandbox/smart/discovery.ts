import type { SmartRules } from '../personalities/personality.ts'

/** SMART configuration and OpenID configuration in one document. @see SMART App Launch 2.2 §conformance */
export const discoveryDocument = (
  issuer: string,
  base: string,
  { scopesSupported, capabilities }: SmartRules,
) => ({
  issuer,
  jwks_uri: `${base}/jwks.json`,
  authorization_endpoint: `${base}/authorize`,
  token_endpoint: `${base}/token`,
  introspection_endpoint: `${base}/introspect`,
  revocation_endpoint: `${base}/revoke`,
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
  scopes_supported: scopesSupported,
  capabilities,
})
