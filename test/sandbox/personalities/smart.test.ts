import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { PERSONALITY_NAMES, type PersonalityName } from '../../../src/sandbox/personalities/personality.ts'
import { createBench, FHIR, oauthError, ORIGIN, refusal } from '../smart/harness.ts'

const OPENEMR_SCOPE = [
  'openid fhirUser launch offline_access api:fhir api:oemr',
  'user/Patient.read user/Patient.write user/Practitioner.read user/patient.write user/message.write',
].join(' ')
const openEmr = (scope = OPENEMR_SCOPE) => createBench({ personality: 'openemr', scope })

/** Asked for by a launch, and what came of it. */
const granted = async (personality: PersonalityName, scope: string, registered = scope) => {
  const bench = await createBench({ personality, scope: registered })
  return (await bench.getTokens({ scope })).scope.split(' ')
}

describe('what a launch is granted', () => {
  test.each<[PersonalityName, string, string]>([
    [
      'openemr',
      'openid launch user/Patient.write user/Patient.read',
      'openid launch user/Patient.write user/Patient.read',
    ],
    ['openemr', 'launch user/Patient.rs user/Patient.rus', 'launch user/Patient.rs'],
    ['openemr', 'launch online_access api:oemr user/patient.write', 'launch api:oemr user/patient.write'],
    ['openemr', 'launch user/Appointment.read user/Appointment.rs', 'launch user/Appointment.read'],
    ['openemr', 'launch user/Task.read user/Consent.rs user/Patient.*', 'launch'],
    ['millennium', 'launch user/Patient.cruds user/Consent.crus', 'launch user/Patient.crus user/Consent.rs'],
    ['millennium', 'launch user/Patient.read user/Task.rs', 'launch'],
    ['read-only', 'launch user/Patient.read user/Patient.write user/Consent.rs', 'launch user/Patient.read'],
  ])('%s: %s → %s', async (personality, asked, expected) => {
    expect(await granted(personality, asked)).toEqual(expected.split(' '))
  })

  test('never more than the app is registered for', async () => {
    const asked = 'launch api:oemr user/patient.write user/Patient.write'
    expect(await granted('openemr', asked, 'launch user/Patient.read')).toEqual(['launch'])
  })

  test.each(PERSONALITY_NAMES)('%s speaks the forms of scopes that it says', async (personality) => {
    const { emr } = await createBench({ personality })
    const smart = (await (await emr.fetch(`${FHIR}/.well-known/smart-configuration`)).json()) as {
      capabilities: string[]
      scopes_supported: string[]
    }
    const forms = ['permission-v1', 'permission-v2'].filter((one) => smart.capabilities.includes(one))
    const first = smart.scopes_supported.some((one) => /\.(read|write)$/.test(one))
    const second = smart.scopes_supported.some((one) => /\/[A-Z*]\w*\.c?r?u?d?s$/.test(one))
    const spoken = [...(first ? ['permission-v1'] : []), ...(second ? ['permission-v2'] : [])]
    expect([personality, personality === 'full' ? forms : spoken]).toEqual([personality, forms])
  })
})

describe('the EMR that plays OpenEMR', () => {
  test('names itself, its interfaces and the scopes to write by', async () => {
    const { emr } = await openEmr()
    const smart = (await (await emr.fetch(`${FHIR}/.well-known/smart-configuration`)).json()) as {
      scopes_supported: string[]
    }
    expect(smart.scopes_supported).toEqual(
      expect.arrayContaining(['api:oemr', 'api:fhir', 'user/Patient.write', 'user/patient.write']),
    )
    const others = smart.scopes_supported.filter((one) => !/^user\/.*\.(read|rs|write)$/.test(one))
    const toSystem = others.filter((one) => !/^system\/\w+\.(read|rs)$/.test(one))
    expect(toSystem).toEqual(['openid', 'fhirUser', 'launch', 'offline_access', 'api:fhir', 'api:oemr'])
  })

  test('says twice at a launch where it is', async () => {
    const { emr } = await openEmr()
    const { searchParams } = new URL(emr.createLaunch({ patient: 'walter-okafor', user: 'front-desk' }).url)
    expect([searchParams.get('iss'), searchParams.get('aud')]).toEqual([FHIR, FHIR])
  })

  test.each([
    ['front-desk', 'Person/prac-park'],
    ['administrator', 'Person/prac-reyes'],
    ['physician', 'Practitioner/prac-osei'],
  ])('calls the %s %s', async (user, reference) => {
    const { id_token } = await (await openEmr()).getTokens({}, user)
    expect(decodeJwt(id_token)['fhirUser']).toBe(`${FHIR}/${reference}`)
  })

  test('gives an hour, a way to renew it, its own look, and wants no banner', async () => {
    const bench = await openEmr()
    const tokens = await bench.getTokens()
    expect(tokens).toMatchObject({ expires_in: 3600, need_patient_banner: false, patient: 'walter-okafor' })
    expect(await (await bench.emr.fetch(tokens.smart_style_url)).json()).toMatchObject({
      color_background: '#f8f9fa',
      color_highlight: '#69b5ce',
      dim_border_radius: '6px',
    })
    bench.clock.now += 30 * 24 * 3_600_000
    const renewed = await bench.postAs('/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    })
    expect(renewed.status).toBe(200)
  })

  test('lets a service read and nothing else', async () => {
    const { postAs, emr } = await openEmr(`${OPENEMR_SCOPE} system/Patient.write`)
    const scope = 'openid api:fhir system/Patient.rs system/Patient.write'
    const answer = await postAs('/oauth/token', { grant_type: 'client_credentials', scope })
    const token = (await answer.json()) as { access_token: string; scope: string }
    expect(token.scope).toBe('api:fhir system/Patient.rs')
    const write = (init: RequestInit) =>
      emr.fetch(`${FHIR}/Patient`, {
        ...init,
        headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/fhir+json' },
      })
    expect((await write({})).status).toBe(200)
    const refused = await write({ method: 'POST', body: '{"resourceType":"Patient"}' })
    expect([refused.status, ((await refused.json()) as { resourceType: string }).resourceType]).toEqual([
      403,
      'OperationOutcome',
    ])
  })
})

describe('an app that no administrator has enabled', () => {
  const disabled = async () => {
    const bench = await openEmr()
    const tokens = await bench.getTokens()
    const lever = await bench.emr.fetch(`${ORIGIN}/sandbox/client`, {
      method: 'POST',
      body: JSON.stringify({ enabled: false }),
    })
    expect(lever.status).toBe(200)
    return { ...bench, tokens }
  }

  test('meets a plain page instead of a code', async () => {
    const { emr, authorizeUrl } = await disabled()
    const answer = await emr.fetch(authorizeUrl())
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('location')]).toEqual([
      400,
      'text/html; charset=utf-8',
      null,
    ])
    expect(await answer.text()).toContain('has not enabled this app yet')
  })

  test.each([
    [
      'refresh',
      ({ tokens }: Awaited<ReturnType<typeof disabled>>) => ({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
      }),
    ],
    ['service', () => ({ grant_type: 'client_credentials', scope: 'system/Patient.rs' })],
  ])('gets no token for its %s', async (_, formOf) => {
    const bench = await disabled()
    expect(await oauthError(await bench.postAs('/oauth/token', formOf(bench)))).toEqual(
      refusal(401, 'invalid_client'),
    )
  })

  test('comes in once it is enabled', async () => {
    const { emr, getTokens } = await disabled()
    emr.setClientEnabled('portico', true)
    expect((await getTokens()).patient).toBe('walter-okafor')
  })

  test('cannot be in an EMR that asks nobody, or be unknown', async () => {
    const lever = async (personality: PersonalityName, body: object) => {
      const { emr } = await createBench({ personality })
      const order = { method: 'POST', body: JSON.stringify(body) }
      return (await emr.fetch(`${ORIGIN}/sandbox/client`, order)).status
    }
    expect(await lever('full', { enabled: false })).toBe(422)
    expect(await lever('openemr', { client: 'nobody', enabled: false })).toBe(422)
    expect(await lever('openemr', { enabled: 'no' })).toBe(422)
  })
})
