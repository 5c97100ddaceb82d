import type { Capability, Check, HostReport } from '../../../src/report/schema.ts'

export const checkOf = (id: string, state: Check['state'], changes: Partial<Check> = {}): Check => ({
  id,
  state,
  title: `About ${id}`,
  text: `What came of looking at ${id}.`,
  value: null,
  ...changes,
})

export const capabilityOf = (id: string, state: Capability['state'] = 'works'): Capability => ({
  id,
  state,
  title: `Thing ${id}`,
  text: `How ${id} is done.`,
})

const AT = Date.parse('2026-11-22T17:00:00Z')

/** An EHR where most is well: some falls back, scopes are missing, one page keeps the card out. */
export const hostReport = (changes: Partial<HostReport> = {}): HostReport => ({
  practice: { slug: 'fernwood', name: 'Fernwood Family Practice' },
  at: AT,
  ehr: { fhirBase: 'https://emr.fernwood.example/fhir', software: 'OpenEMR 8.2.0', fhirVersion: '4.0.1' },
  now: [
    {
      id: 'chart-staff',
      state: 'works',
      title: 'Staff see the patient',
      text: 'Read from the EMR with each person’s own rights.',
    },
    {
      id: 'contacts',
      state: 'works',
      title: 'Phone and e-mail are set right in the chart',
      text: 'Written with the staff member’s own rights.',
    },
    {
      id: 'contacts-embedded',
      state: 'falls-back',
      title: 'The same from the card in the EMR’s own page',
      text: 'Works where the page sends the person’s own EMR token (ehr_access_token).',
    },
  ],
  later: [
    {
      id: 'openings',
      state: 'impossible',
      title: 'Free times',
      text: 'The calendar cannot be read. Patients will ask for a time, staff answer.',
    },
  ],
  smart: [
    {
      id: 'pkce',
      state: 'ok',
      title: 'Safe launch codes (PKCE S256)',
      text: 'Supported.',
      value: null,
    },
    {
      id: 'staff-scopes',
      state: 'warning',
      title: 'What the EMR granted to staff',
      text: 'Not all that was asked for at the last launch. These scopes are missing:',
      value: 'user/Consent.crus user/Provenance.crs',
    },
    {
      id: 'last-launch',
      state: 'ok',
      title: 'Last launch by staff',
      text: 'November 22, 2026 at 9:00 AM.',
      value: null,
    },
  ],
  surroundings: [
    {
      id: 'clock',
      state: 'unknown',
      title: 'Clocks',
      text: 'The EMR’s answers carry no time.',
      value: null,
    },
    {
      id: 'store',
      state: 'ok',
      title: 'Store',
      text: 'Embedded (SQLite), 12.3 MB. 74.8 GB are free on its disk.',
      value: null,
    },
  ],
  hosts: [
    {
      id: 'host-policy',
      state: 'fault',
      title: 'Fernwood EMR',
      text: 'https://emr.fernwood.example: the content security policy of its first page keeps the card out. Add:',
      value: "script-src https://portal.fernwood.example; connect-src 'self' https://portal.fernwood.example",
    },
  ],
  ...changes,
})

/** What is left of it while the EHR does not answer. */
export const silentReport = (): HostReport =>
  hostReport({
    ehr: { fhirBase: 'https://emr.fernwood.example/fhir', software: null, fhirVersion: null },
    now: [],
    later: [],
    smart: [
      checkOf('discovery', 'fault', {
        title: 'The EMR answers',
        text: 'It does not answer at https://emr.fernwood.example/fhir. Check the address, and the network between.',
      }),
    ],
    hosts: [],
  })

/** Nothing to do. */
export const soundReport = (): HostReport =>
  hostReport({
    now: [capabilityOf('a'), capabilityOf('b')],
    later: [capabilityOf('c')],
    smart: [checkOf('pkce', 'ok')],
    surroundings: [checkOf('store', 'ok'), checkOf('mail', 'ok')],
    hosts: [checkOf('host-policy', 'ok')],
  })
