import { FULL } from './full.ts'
import type { Personality } from './personality.ts'

const without = (capabilities: readonly string[], ...gone: string[]) =>
  capabilities.filter((one) => !gone.includes(one))

/** An EMR that shows everything and lets nothing be written: SMART 1 scopes, no versions, one request at a time. */
export const READ_ONLY: Personality = {
  name: 'read-only',
  software: { name: 'Sandbox EMR, read-only' },
  rest: null,
  fhir: {
    types: { everything: { interactions: ['read', 'search-type'] } },
    batch: false,
    transaction: false,
    conditional: false,
    versions: 'untold',
    guardsPatch: false,
    telecomExtensions: true,
    answersCreated: true,
    writers: [],
  },
  smart: {
    ...FULL.smart,
    scopesSupported: [
      'openid',
      'fhirUser',
      'launch',
      'online_access',
      'offline_access',
      'user/*.read',
      'system/*.read',
    ],
    capabilities: without(FULL.smart.capabilities, 'permission-v2'),
    grants: 'words',
  },
}
