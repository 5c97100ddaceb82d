import { describe, expect, test } from 'vitest'
import { readCapability } from '../../../src/fhir/capability.ts'
import { planFor } from '../../../src/fhir/plan.ts'
import { capabilitiesLater, capabilitiesNow } from '../../../src/report/capabilities.ts'
import { find, type Found } from '../../../src/report/findings.ts'
import { inWords } from '../../../src/report/in-words.ts'
import { HostReport } from '../../../src/report/schema.ts'
import { reportWords } from '../../../src/report/words.ts'
import { EPIC, FULL, MEDPLUM, MILLENNIUM, OPENEMR, READ_ONLY } from '../../support/ehrs.ts'

const PRACTICE = { id: 'fernwood', name: 'Fernwood', timeZone: 'America/Los_Angeles' }
const STAFF =
  'openid fhirUser launch user/Patient.rus user/Consent.crus user/Provenance.crs api:oemr user/patient.write user/appointment.write user/document.write'
const SERVICE = 'system/Patient.rus system/Consent.crus system/Provenance.crs system/Appointment.rs'
const capabilityOf = ({ statement, smart }: typeof FULL) => readCapability(statement, smart)

const foundAt = (ehr: typeof FULL, staffScope: string, serviceScope: string): Found => {
  const capability = capabilityOf(ehr)
  return {
    at: 0,
    ehr: { fhirBase: 'https://emr.example/fhir', software: null, fhirVersion: null },
    now: capabilitiesNow(planFor({ capability, staffScope, serviceScope })),
    later: capabilitiesLater(capability),
    smart: [],
    surroundings: [],
    hosts: [],
  }
}

const EHRS = { FULL, MEDPLUM, OPENEMR, MILLENNIUM, EPIC, READ_ONLY }
const GAP = /\{[a-z]+\}/

describe.each(['en', 'es'] as const)('in %s', (language) => {
  test.each(Object.entries(EHRS))('everything that Portico does at %s has words', (_name, ehr) => {
    for (const [staff, service] of [
      [STAFF, SERVICE],
      ['', ''],
    ] as const) {
      const { now, later } = HostReport.parse(inWords(foundAt(ehr, staff, service), PRACTICE, language))
      expect([now.length, later.length]).toEqual([6, 5])
      for (const { title, text } of [...now, ...later]) {
        expect(title).not.toBe('')
        expect(text, title).not.toBe('')
      }
    }
  })

  test.each([
    ['granted', 'consent'],
    ['refused', 'waits'],
  ] as const)('decisions while the service’s token is %s', (service, text) => {
    const plan = planFor({
      capability: capabilityOf(FULL),
      staffScope: STAFF,
      serviceScope: SERVICE,
      service,
    })
    const found = { ...foundAt(FULL, STAFF, SERVICE), now: capabilitiesNow(plan) }
    expect(inWords(found, PRACTICE, language).now.find(({ id }) => id === 'decisions')?.text).toBe(
      reportWords(language).capabilities.decisions.texts[text],
    )
  })

  test('gaps are filled, also with the practice’s time, and no sentence ends in two dots', () => {
    const at = Date.parse('2026-11-22T13:02:00Z')
    const found: Found = {
      ...foundAt(FULL, STAFF, SERVICE),
      surroundings: [
        find('last-launch', 'ok', 'at', { at }),
        find('portal-address', 'warning', 'ends', { at, with: { address: 'https://p.example' } }),
        find('clock', 'warning', 'apart', { with: { seconds: 40 } }),
        find('host-policy', 'ok', 'lets', { with: { name: 'Fernwood EMR', origin: 'https://emr.example' } }),
      ],
    }
    const [launch, address, clock, host] = inWords(found, PRACTICE, language).surroundings
    expect(launch?.text).toMatch(/2026.*5:02.a\.?m\.?$/i)
    expect(address?.text).toMatch(/^https:\/\/p\.example .*2026.*5:02.a\.?m\.?$/i)
    expect(clock?.text).toContain(' 40 ')
    expect(host?.title).toBe('Fernwood EMR')
  })

  test('a gap has the same name in both languages', () => {
    const gaps = (text: string) => [...text.matchAll(new RegExp(GAP, 'g'))].map(String).toSorted()
    const own = reportWords(language)
    const english = reportWords('en')
    for (const part of ['capabilities', 'checks'] as const)
      for (const [id, { title, texts }] of Object.entries(own[part])) {
        const other = english[part][id as keyof (typeof english)[typeof part]] as {
          title: string
          texts: object
        }
        expect(gaps(title)).toEqual(gaps(other.title))
        for (const [how, text] of Object.entries(texts)) {
          expect((text as string).trim(), `${id} ${how}`).not.toBe('')
          expect(new Set(gaps(text as string)), `${id} ${how}`).toEqual(
            new Set(gaps((other.texts as Record<string, string>)[how] ?? '')),
          )
        }
      }
  })
})

describe('what Portico does', () => {
  const hows = (ehr: typeof FULL, staff = STAFF, service = SERVICE) =>
    Object.fromEntries(foundAt(ehr, staff, service).now.map(({ id, state, how }) => [id, `${state} ${how}`]))

  test('at an EHR that has everything', () => {
    expect(hows(FULL)).toEqual({
      'chart-staff': 'works yes',
      'chart-patients': 'works yes',
      contacts: 'works put',
      'contacts-embedded': 'works service',
      'trusted-email': 'works extension',
      decisions: 'works consent',
    })
  })

  test('at OpenEMR', () => {
    expect(hows(OPENEMR)).toEqual({
      'chart-staff': 'works yes',
      'chart-patients': 'works yes',
      contacts: 'works compared',
      'contacts-embedded': 'falls-back own-token',
      'trusted-email': 'works use-mobile',
      decisions: 'works flags',
    })
  })

  test('at Millennium', () => {
    expect(hows(MILLENNIUM)).toMatchObject({ contacts: 'works patch', decisions: 'falls-back portal' })
  })

  test('where nothing can be written, and the service has no way in', () => {
    expect(hows(READ_ONLY)).toMatchObject({
      'chart-staff': 'works yes',
      'chart-patients': 'impossible no',
      contacts: 'falls-back to-do',
      'contacts-embedded': 'falls-back to-do',
      'trusted-email': 'falls-back kept',
      decisions: 'falls-back portal',
    })
  })

  test('where no scope is granted', () => {
    expect(hows(FULL, '', '')).toMatchObject({ 'chart-staff': 'impossible no', contacts: 'falls-back to-do' })
  })
})

describe('what an EHR is ready for does not hang on what is asked for as yet', () => {
  const hows = (ehr: typeof FULL) =>
    Object.fromEntries(
      capabilitiesLater(capabilityOf(ehr)).map(({ id, state, how }) => [id, `${state} ${how}`]),
    )

  test.each([
    [
      'everything',
      FULL,
      {
        messages: 'works ehr',
        booking: 'works ehr',
        openings: 'works slots',
        documents: 'works ehr',
        audit: 'works ehr',
      },
    ],
    ['booking by operations', MEDPLUM, { openings: 'works operations' }],
    [
      'POST and PATCH',
      MILLENNIUM,
      { booking: 'works ehr', openings: 'works slots', audit: 'falls-back portal' },
    ],
    [
      'reading',
      READ_ONLY,
      {
        messages: 'falls-back portal',
        booking: 'falls-back to-do',
        openings: 'impossible none',
        documents: 'falls-back kept',
      },
    ],
  ])('%s', (_what, ehr, expected) => {
    expect(hows(ehr)).toMatchObject(expected)
  })

  test('but on the scopes that it says it grants', () => {
    const { statement, smart } = FULL
    const scopes_supported = ['user/Patient.rs', 'system/Appointment.rs']
    const narrowed = { statement, smart: { ...(smart as object), scopes_supported } }
    expect(hows(narrowed)).toMatchObject({ booking: 'falls-back to-do', openings: 'falls-back busy-times' })
  })
})
