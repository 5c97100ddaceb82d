import type { LaunchView } from '../../../src/staff/schema.ts'

const SESSION_MS = 8 * 3_600_000

/** A front-desk clerk's tab with Walter in it. */
export const launchView = (changes: Partial<LaunchView> = {}): LaunchView => ({
  launch: 'L1',
  patient: '12',
  staff: { name: 'Jo Park', fhirUser: 'Practitioner/1', role: 'Front desk' },
  permissions: ['access.read', 'access.manage', 'credentials.manage'],
  needPatientBanner: true,
  intent: null,
  styleUrl: null,
  liveKey: 'walter',
  messaging: null,
  todos: 0,
  endsAt: Date.now() + SESSION_MS,
  ...changes,
})
