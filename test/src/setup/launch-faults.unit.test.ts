import { expect, test } from 'vitest'
import { SmartError } from '../../../smart-launch/index.ts'
import { launchFault } from '../../../src/setup/launch-faults.ts'

const FACTS = {
  redirect: 'https://portal.example.org/lakeside/callback',
  jwks: 'https://portal.example.org/.well-known/jwks.json',
  clientId: 'portico-17',
  fhirBase: 'https://ehr.example.org/fhir',
  kind: 'generic',
}

test.for([
  ['invalid_client', /An administrator of the EMR has to enable Portico; the client id must be portico-17/],
  ['unauthorized_client', /An administrator of the EMR has to enable Portico\./],
  ['access_denied', /said no/],
  ['invalid_scope', /exactly the scopes/],
  ['invalid_request', /https:\/\/portal\.example\.org\/lakeside\/callback/],
  ['unsupported_grant_type', /refuses the launch \(unsupported_grant_type\)/],
] as const)('the EHR’s %s is told with what to look at', ([answered, words]) => {
  const error = new SmartError('client-misconfigured', `The token endpoint answered ${answered}`, {
    answered,
  })
  expect(launchFault(error, FACTS)).toMatch(words)
})

test('in OpenEMR it says where a client is enabled', () => {
  const error = new SmartError('client-misconfigured', 'no', { answered: 'invalid_client' })
  expect(launchFault(error, { ...FACTS, kind: 'openemr' })).toContain('(Admin, System, API Clients)')
})

test.for([
  ['code-refused', /invalid_grant.*another spelling/],
  ['no-patient', /without a patient/],
  ['id-token-invalid', /compare the clocks/],
  ['not-staff', /Launch as a member of the staff/],
  ['launch-expired', /ten minutes/],
  ['issuer-mismatch', /Another server/],
  ['ehr-unsupported', /no PKCE with S256/],
] as const)('%s is told in words', ([code, words]) => {
  expect(launchFault(new SmartError(code, 'SMART configuration: no PKCE with S256'), FACTS)).toMatch(words)
})

test('what broke the connection is told, and nothing of what was thrown by mistake', () => {
  const cause = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) })
  expect(launchFault(new SmartError('ehr-unavailable', 'no', { cause }), FACTS)).toContain(
    'no host named ehr.example.org',
  )
  expect(launchFault(new Error('secret inside'), FACTS)).not.toContain('secret')
})
