import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { beginLaunch, completeLaunch } from '../../smart-launch/index.ts'
import { startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

const other = await generateKeyPair('ES256', { extractable: true })

async function launch() {
  const deps = ehr.deps()
  const { authorizeUrl, pending } = await beginLaunch(ehr.client, { iss: ehr.iss, launch: 'xyz' }, deps)
  return completeLaunch(ehr.client, pending, ehr.authorize(authorizeUrl), deps)
}

describe('an id_token that cannot be trusted is refused', () => {
  const claims: [string, () => Record<string, unknown>][] = [
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['the issuer with a slash', () => ({ iss: `${ehr.origin}/` })],
    ['no issuer', () => ({ iss: undefined })],
    ['made for another app', () => ({ aud: 'other-app' })],
    ['made for nobody', () => ({ aud: undefined })],
    ['another authorized party', () => ({ aud: ['portico', 'other-app'], azp: 'other-app' })],
    ['another nonce', () => ({ nonce: 'x'.repeat(43) })],
    ['no nonce', () => ({ nonce: undefined })],
    ['expired', () => ({ exp: ehr.seconds() - 61 })],
    ['without end', () => ({ exp: undefined })],
    ['without beginning', () => ({ iat: undefined })],
    ['not yet good', () => ({ nbf: ehr.seconds() + 3600 })],
    ['no subject', () => ({ sub: undefined })],
    ['no fhirUser', () => ({ fhirUser: undefined })],
    ['fhirUser on another host', () => ({ fhirUser: 'https://evil.example/fhir/Practitioner/7' })],
    [
      'fhirUser on a host that begins alike',
      () => ({ fhirUser: `${ehr.origin}.evil.example/fhir/Practitioner/7` }),
    ],
    ['fhirUser beside the FHIR base', () => ({ fhirUser: `${ehr.origin}/fhir2/Practitioner/7` })],
    ['fhirUser that climbs', () => ({ fhirUser: `${ehr.iss}/../Practitioner/7` })],
    ['fhirUser that goes on', () => ({ fhirUser: 'Practitioner/7/_history/1' })],
    ['fhirUser with a query', () => ({ fhirUser: 'Practitioner/7?x=1' })],
    ['fhirUser that is a device', () => ({ fhirUser: 'Device/7' })],
    ['fhirUser that is a list', () => ({ fhirUser: ['Practitioner/7'] })],
  ]
  test.each(claims)('%s', async (_, change) => {
    ehr.bends.claims = change()
    const error = await refuses(launch(), 'id-token-invalid')
    expect(JSON.stringify([error.message, error.cause])).not.toMatch(/Dana|u-7/)
  })

  test('alg none', async () => {
    ehr.bends.idToken = (payload) => Promise.resolve(new UnsecuredJWT(payload).encode())
    await refuses(launch(), 'id-token-invalid')
  })

  test.each(['PS256', 'RS512', 'ES512', 'EdDSA'])('%s, which is not on the list', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true })
    ehr.bends.keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg }]
    ehr.bends.idToken = (payload) =>
      new SignJWT(payload).setProtectedHeader({ alg, kid: 'k' }).sign(pair.privateKey)
    await refuses(launch(), 'id-token-invalid')
  })

  test('HS256 with the public key for a secret', async () => {
    const pem = await exportSPKI(
      (await importJWK(ehr.bends.keys[0] ?? {}, 'ES256', { extractable: true })) as CryptoKey,
    )
    ehr.bends.idToken = (payload) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', kid: 'ehr-1' })
        .sign(new TextEncoder().encode(pem))
    await refuses(launch(), 'id-token-invalid')
  })

  test('HS256 with a secret that the EHR published by mistake', async () => {
    ehr.bends.keys = [{ kty: 'oct', k: 'c2VjcmV0', kid: 'ehr-1', alg: 'HS256' }]
    ehr.bends.idToken = (payload) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', kid: 'ehr-1' })
        .sign(Buffer.from('c2VjcmV0', 'base64url'))
    await refuses(launch(), 'id-token-invalid')
  })

  test.each(['ehr-2', 'ehr-1'])('signed by another key that calls itself %s', async (kid) => {
    ehr.bends.idToken = (payload) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid }).sign(other.privateKey)
    await refuses(launch(), 'id-token-invalid')
  })

  test('with its own key in its header', async () => {
    const jwk = await exportJWK(other.publicKey)
    ehr.bends.idToken = (payload) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'ES256', jwk }).sign(other.privateKey)
    await refuses(launch(), 'id-token-invalid')
  })

  test('changed after it was signed', async () => {
    ehr.bends.idToken = async (payload) => {
      const [header, , signature] = (await ehr.sign(payload)).split('.')
      const changed = Buffer.from(JSON.stringify({ ...payload, fhirUser: 'Practitioner/1' })).toString(
        'base64url',
      )
      return [header, changed, signature].join('.')
    }
    await refuses(launch(), 'id-token-invalid')
  })

  test.each(['', 'x', 'a.b.c'])('the text "%s"', async (text) => {
    ehr.bends.idToken = () => Promise.resolve(text)
    await refuses(launch(), text === '' ? 'token-invalid' : 'id-token-invalid')
  })

  test('a key that cannot be one', async () => {
    ehr.bends.keys = [{ kty: 'EC', crv: 'P-256', kid: 'ehr-1', alg: 'ES256', x: '!', y: '!' }]
    await refuses(launch(), 'id-token-invalid')
  })
})

test('patients and relatives are told that they are not staff', async () => {
  for (const fhirUser of ['Patient/ann', `${ehr.iss}/Patient/ann`, 'RelatedPerson/bob']) {
    ehr.bends.claims = { fhirUser }
    await refuses(launch(), 'not-staff')
  }
})

test.each(['Practitioner/7', 'PractitionerRole/7', 'Person/7'])(
  '%s is staff, relative or absolute',
  async (person) => {
    ehr.bends.claims = { fhirUser: person }
    expect((await launch()).fhirUser).toBe(person)
    ehr.bends.claims = { fhirUser: `${ehr.iss}/${person}` }
    expect((await launch()).fhirUser).toBe(person)
  },
)

test('a person without a name is let in nameless', async () => {
  ehr.bends.claims = { name: undefined }
  expect((await launch()).userName).toBeNull()
})

test('a minute of difference between the clocks is borne', async () => {
  ehr.bends.claims = { exp: ehr.seconds() - 50 }
  expect((await launch()).subject).toBe('u-7')
})

test('a rotated key is found at the next launch, and a withdrawn one is not trusted', async () => {
  const deps = ehr.deps()
  const attempt = async () => {
    const { authorizeUrl, pending } = await beginLaunch(ehr.client, { iss: ehr.iss, launch: 'xyz' }, deps)
    return completeLaunch(ehr.client, pending, ehr.authorize(authorizeUrl), deps)
  }
  expect((await attempt()).patient).toBe('ann')
  ehr.bends.keys = [{ ...(await exportJWK(other.publicKey)), kid: 'ehr-2', alg: 'ES256', use: 'sig' }]
  await refuses(attempt(), 'id-token-invalid')
  ehr.bends.idToken = (payload) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'ehr-2' }).sign(other.privateKey)
  expect((await attempt()).patient).toBe('ann')
})

test.each(['RS256', 'RS384', 'ES384'])('an EHR may sign with %s', async (alg) => {
  const pair = await generateKeyPair(alg, { extractable: true })
  ehr.bends.keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg }]
  ehr.bends.idToken = (payload) =>
    new SignJWT(payload).setProtectedHeader({ alg, kid: 'k' }).sign(pair.privateKey)
  expect((await launch()).subject).toBe('u-7')
})

test.each<[string, () => Response]>([
  ['500', () => new Response('', { status: 500 })],
  ['404', () => Response.json({ keys: [] }, { status: 404 })],
  ['a page', () => new Response('<html>')],
  ['no list', () => Response.json({ keys: 'none' })],
])('keys that answer %s mean that the EHR is not available', async (_, answer) => {
  ehr.bends.instead.jwks = answer
  await refuses(launch(), 'ehr-unavailable')
})
