import { randomBytes, randomUUID } from 'node:crypto'
import { exportSPKI, SignJWT, type JWTPayload } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/clock.ts'
import { claimsOf, createHost, exchange, openEmbedded, SERVICE, type TestHost } from '../../support/host.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

let host: TestHost
let other: TestHost
let service: TestService
beforeAll(async () => {
  host = await createHost()
  other = await createHost({ id: 'other-pages', origins: ['https://other.example'] })
  service = await openService({ hosts: [host, other] })
})

const claims = (changed: Record<string, unknown> = {}) => claimsOf(service, host, changed)
const rows = async (table: 'jti' | 'host' | 'staff_member' | 'ehr_token') =>
  service.store.db.selectFrom(table).selectAll().execute()
const saved = async () => Promise.all((['jti', 'host', 'staff_member', 'ehr_token'] as const).map(rows))
const trail = () =>
  service.store.db
    .selectFrom('audit')
    .select(['actor', 'action', 'outcome', 'patient_id', 'detail'])
    .where('action', 'like', 'host-token.%')
    .orderBy('at')
    .orderBy('id')
    .execute()

/** Refused as every host may rely on it; nothing is saved, and the trail accuses nobody. */
async function expectNothing(answer: Response, reason: string, hostId: string | null = host.id) {
  const body = await expectRefusal(answer, 'invalid-grant')
  expect(body).toMatchObject({ error: 'invalid_grant', reason })
  expect(body['error_description']).toMatch(/^[\x20-\x7e]{5,}$/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect((await trail()).at(-1)).toEqual({
    actor: 'anonymous',
    action: 'host-token.refused',
    outcome: 'refused',
    patient_id: null,
    detail: JSON.stringify({ host: hostId, reason }),
  })
}

test('a signed assertion becomes a token for one patient and one origin', async () => {
  const assertion = await host.sign(claims({ name: 'Jo Park' }))
  const answer = await exchange(service, assertion)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  const token = await expectOk(answer)
  expect(token).toEqual({
    access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'access.read access.manage credentials.manage',
    patient: PEOPLE.walter,
    practice: 'fernwood',
  })
  const [head = '', body = ''] = String(token['access_token']).split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object
  const { sub } = claims()
  expect(read(head)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'test' })
  expect(read(body)).toEqual({
    iss: `${SERVICE}/fernwood`,
    aud: `${SERVICE}/fernwood/embed/api`,
    sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
    client_id: host.id,
    act: { sub },
    patient: PEOPLE.walter,
    scope: token['scope'],
    origin: host.origins[0],
    jti: expect.any(String),
    iat: service.clock.now / 1000,
    exp: service.clock.now / 1000 + 300,
  })
  expect((await trail()).at(-1)).toMatchObject({
    actor: sub,
    action: 'host-token.issued',
    outcome: 'success',
    patient_id: PEOPLE.walter,
    detail: JSON.stringify({ host: host.id }),
  })
  expect(await rows('host')).toEqual([
    {
      practice_id: 'fernwood',
      id: host.id,
      last_used_at: service.clock.now,
      stopped_at: null,
      stopped_by: null,
    },
  ])
})

describe('who signs', () => {
  test.each(['ES256', 'ES384', 'Ed25519', 'PS256', 'RS384'])('may do so with %s', async (alg) => {
    const signer = await createHost({ id: `with-${alg}`, alg })
    const fresh = await openService({ hosts: [signer] })
    await openEmbedded(fresh, signer)
  })

  test('gets what is asked for and allowed to this host, and no more', async () => {
    const narrow = await createHost({ id: 'narrow', permissions: ['access.read', 'credentials.manage'] })
    const fresh = await openService({ hosts: [narrow] })
    const scopeOf = async (scope?: string) =>
      (await openEmbedded(fresh, narrow, {}, scope === undefined ? {} : { scope })).token.scope
    expect(await scopeOf()).toBe('access.read credentials.manage')
    expect(await scopeOf('credentials.manage access.manage settings.manage')).toBe('credentials.manage')
    const nothing = await exchange(fresh, await narrow.sign(claimsOf(fresh, narrow)), {
      scope: 'access.manage',
    })
    expect(await expectRefusal(nothing, 'invalid-grant')).toMatchObject({ reason: 'scope' })
  })

  test('names a person, whom administrators then find among people; the first name stays', async () => {
    const sub = 'PractitionerRole/night-shift'
    await openEmbedded(service, host, { sub, name: 'Ana Ríos' })
    const named = await service.store.db
      .selectFrom('staff_member')
      .selectAll()
      .where('fhir_user', '=', sub)
      .executeTakeFirstOrThrow()
    const nameOf = (sealed: string | null) => service.wiring.keyring.open(sealed ?? '', 'staff fernwood')
    expect([named.role_id, nameOf(named.name_sealed)]).toEqual([null, 'Ana Ríos'])
    for (const name of [undefined, 'Somebody Else']) await openEmbedded(service, host, { sub, name })
    const again = await service.store.db
      .selectFrom('staff_member')
      .selectAll()
      .where('fhir_user', '=', sub)
      .execute()
    expect(again.map(({ name_sealed }) => nameOf(name_sealed))).toEqual(['Ana Ríos'])
  })
})

describe('a host’s word for a person', () => {
  const nameIn = async (fresh: TestService, fhirUser: string) => {
    const row = await fresh.store.db
      .selectFrom('staff_member')
      .select('name_sealed')
      .where('fhir_user', '=', fhirUser)
      .executeTakeFirstOrThrow()
    return fresh.wiring.keyring.open(row.name_sealed ?? '', 'staff fernwood')
  }
  const fhirUser = 'Practitioner/prac-park'

  test('leaves the name that the EMR said at a launch', async () => {
    const fresh = await openService({ hosts: [host] })
    await fresh.launch(PEOPLE.walter)
    const known = await nameIn(fresh, fhirUser)
    await openEmbedded(fresh, host, { sub: fhirUser, name: 'Mallory' })
    expect(await nameIn(fresh, fhirUser)).toBe(known)
  })

  test('gives way to the EMR’s at the next launch', async () => {
    const fresh = await openService({ hosts: [host] })
    await openEmbedded(fresh, host, { sub: fhirUser, name: 'Mallory' })
    expect(await nameIn(fresh, fhirUser)).toBe('Mallory')
    await fresh.launch(PEOPLE.walter)
    expect(await nameIn(fresh, fhirUser)).not.toBe('Mallory')
  })

  test('counts again once nobody can open the known name, whose key is gone', async () => {
    const keyOf = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`
    const before = await openService({ hosts: [host], keys: keyOf('old') })
    await openEmbedded(before, host, { sub: fhirUser, name: 'Jo Park' })
    const after = await openService({ hosts: [host], keys: keyOf('new'), store: before.store })
    await openEmbedded(after, host, { sub: fhirUser, name: 'Jo Park' })
    expect(await nameIn(after, fhirUser)).toBe('Jo Park')
  })
})

const base64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

type Case = [name: string, make: () => string | Promise<string>, reason: string, hostId?: string | null]

const REFUSED: Case[] = [
  ['is no JWT at all', () => 'x'.repeat(40), 'unreadable', null],
  ['is made of rubbish', () => `${'a'.repeat(20)}.e30.b`, 'unknown-host', null],
  ['is signed by another host’s key', () => host.sign(claims(), {}, other.privateKey), 'signature'],
  ['names a key that is not registered', () => host.sign(claims(), { kid: 'made-up' }), 'unknown-key'],
  ['names no key', () => host.sign(claims(), { kid: undefined } as object), 'header'],
  ['is for another address', () => host.sign(claims({ aud: `${SERVICE}/fernwood` })), 'audience'],
  ['is for another practice', () => host.sign(claims({ aud: `${SERVICE}/harbor/embed/token` })), 'audience'],
  [
    'is for us and for somebody else too',
    () => host.sign(claims({ aud: [String(claims().aud), 'https://elsewhere.example'] })),
    'audience',
  ],
  ['has no aud', () => host.sign(claims({ aud: undefined })), 'audience'],
  [
    'is ten minutes old',
    () => host.sign(claims({ iat: service.clock.now / 1000 - 600, exp: service.clock.now / 1000 - 540 })),
    'expired',
  ],
  ['lives for an hour', () => host.sign(claims({ exp: service.clock.now / 1000 + 3600 })), 'too-long'],
  ['ends before it begins', () => host.sign(claims({ exp: Number(claims().iat) })), 'too-long'],
  [
    'was signed in the future',
    () => host.sign(claims({ iat: service.clock.now / 1000 + 20, exp: service.clock.now / 1000 + 60 })),
    'not-yet',
  ],
  ['is not good yet', () => host.sign(claims({ nbf: service.clock.now / 1000 + 30 })), 'not-yet'],
  ['does not say when it was signed', () => host.sign(claims({ iat: undefined })), 'claims'],
  ['never ends', () => host.sign(claims({ exp: undefined })), 'claims'],
  ['has no jti', () => host.sign(claims({ jti: undefined })), 'claims'],
  ['has a jti that anybody could guess', () => host.sign(claims({ jti: '1' })), 'claims'],
  ['has a jti without end', () => host.sign(claims({ jti: 'j'.repeat(129) })), 'claims'],
  [
    'is not signed (alg none)',
    () => `${base64({ alg: 'none', typ: 'JWT', kid: host.kid })}.${base64(claims())}.`,
    'algorithm',
  ],
  ['is signed with our knowledge of its public key (HS256)', () => withPublicKeyAsSecret(), 'algorithm'],
  ['comes for a page elsewhere', () => host.sign(claims({ act_origin: 'https://evil.example' })), 'origin'],
  ['comes for a page of another host', () => host.sign(claims({ act_origin: other.origins[0] })), 'origin'],
  ['does not say for which page', () => host.sign(claims({ act_origin: undefined })), 'claims'],
  ['brings the address of its key', () => host.sign(claims(), { jku: 'https://evil.example/k' }), 'header'],
  ['brings its key', () => host.sign(claims(), { jwk: host.publicJwk }), 'header'],
  ['brings a certificate', () => host.sign(claims(), { x5c: ['MIIB'] }), 'header'],
  ['brings rules of its own', () => host.sign(claims(), { crit: ['b64'], b64: true }), 'header'],
  ['is a token of another kind', () => host.sign(claims(), { typ: 'at+jwt' }), 'header'],
  ['does not say what it is', () => host.sign(claims(), { typ: undefined } as object), 'header'],
  ['comes from a host that nobody knows', () => host.sign(claims({ iss: 'nobody' })), 'unknown-host', null],
  [
    'comes from one host in the name of another',
    () => host.sign(claims({ iss: other.id })),
    'unknown-key',
    'other-pages',
  ],
  ['is about a patient’s own sign-in', () => host.sign(claims({ sub: 'Patient/12' })), 'claims'],
  [
    'is about somebody of another EHR',
    () => host.sign(claims({ sub: 'https://ehr.example/Practitioner/12' })),
    'claims',
  ],
  ['climbs out of an address', () => host.sign(claims({ sub: 'Practitioner/..' })), 'claims'],
  ['names no patient', () => host.sign(claims({ patient: undefined })), 'claims'],
  ['names a patient who is none', () => host.sign(claims({ patient: '../Patient' })), 'claims'],
  ['carries a name of two lines', () => host.sign(claims({ name: 'Jo\nPark' })), 'claims'],
  ['carries a name that turns around', () => host.sign(claims({ name: 'Jo \u202ekraP' })), 'claims'],
  ['carries a name without end', () => host.sign(claims({ name: 'x'.repeat(201) })), 'claims'],
  [
    'is one of our own tokens',
    async () => (await openEmbedded(service, host)).token.access_token,
    'unknown-host',
    null,
  ],
]

async function withPublicKeyAsSecret() {
  const secret = new TextEncoder().encode(await exportSPKI(host.publicKey))
  return new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: host.kid }).sign(secret)
}

test.each(REFUSED)('an assertion that %s gives nothing', async (_, make, reason, hostId = host.id) => {
  const assertion = await make()
  const before = await saved()
  const answer = await exchange(service, assertion, { ehr_access_token: 'ehr-token-of-theirs' })
  await expectNothing(answer, reason, hostId)
  expect(await saved()).toEqual(before)
})

test('an assertion is good once, for as long as it could be good', async () => {
  const assertion = await host.sign(claims())
  await expectOk(exchange(service, assertion))
  const before = await saved()
  await expectNothing(await exchange(service, assertion), 'replayed')
  service.clock.now += 64_000
  await expectNothing(await exchange(service, assertion), 'replayed')
  service.clock.now += 2000
  await expectNothing(await exchange(service, assertion), 'expired')
  expect(await saved()).toEqual(before)
  const row = (await rows('jti')).at(-1)
  expect(row?.expires_at).toBeGreaterThan(service.clock.now - MINUTE_MS)
  expect(JSON.stringify(await rows('jti'))).not.toContain(JSON.parse(atob(assertion.split('.')[1] ?? '')).jti)
})

test('somebody who is refused again and again does not fill the trail, nor hide what else is refused', async () => {
  const flooded = await openService({ hosts: [host] })
  const count = async () => {
    const { n } = await flooded.store.db
      .selectFrom('audit')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('action', '=', 'host-token.refused')
      .executeTakeFirstOrThrow()
    return n
  }
  const rubbish = 'x'.repeat(40)
  await Promise.all(Array.from({ length: 310 }, async () => exchange(flooded, rubbish)))
  expect(await count()).toBe(300)
  await exchange(flooded, await host.sign(claimsOf(flooded, host), {}, other.privateKey))
  expect(await count()).toBe(301)
  const counted = () => flooded.store.db.selectFrom('throttle').selectAll().orderBy('key').execute()
  const full = await counted()
  for (let turn = 0; turn < 3; turn++)
    expect(await expectRefusal(await exchange(flooded, rubbish), 'invalid-grant')).toMatchObject({
      reason: 'unreadable',
    })
  expect(await counted()).toEqual(full)
  flooded.clock.now += HOUR_MS
  await exchange(flooded, rubbish)
  expect(await count()).toBe(302)
})

test('of two exchanges at once with one jti one wins', async () => {
  const signed = (payload: JWTPayload) => host.sign(payload)
  const jti = randomUUID()
  const answers = await Promise.all(
    [PEOPLE.walter, PEOPLE.maria, PEOPLE.piotr, PEOPLE.walter].map(async (patient) =>
      exchange(service, await signed(claims({ jti, patient }))),
    ),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const answer of answers)
    if (answer.status !== 200)
      expect(await expectRefusal(answer, 'invalid-grant')).toMatchObject({ reason: 'replayed' })
  // The same jti from somebody else is somebody else's.
  await expectOk(exchange(service, await other.sign(claimsOf(service, other, { jti }))))
})

test('a practice that is not there, or has not this host, gives nothing', async () => {
  const nowhere = await service.app.request(`${SERVICE}/elsewhere/embed/token`, { method: 'POST' })
  await expectRefusal(nowhere, 'not-found')
  const lonely = await createHost({ id: 'lonely' })
  const answer = await exchange(service, await lonely.sign(claimsOf(service, lonely)))
  await expectNothing(answer, 'unknown-host', null)
})

test('the EHR token that came with it is kept encrypted, for no longer than ours lives', async () => {
  await openEmbedded(service, host, {}, { ehr_access_token: 'very-secret-ehr-token' })
  const [row] = (await rows('ehr_token')) as {
    access_sealed: string
    expires_at: number
    refresh_sealed: null
  }[]
  expect(row).toMatchObject({ refresh_sealed: null, expires_at: service.clock.now + 5 * MINUTE_MS })
  expect(service.wiring.keyring.open(row?.access_sealed ?? '', 'ehr-token fernwood')).toBe(
    'very-secret-ehr-token',
  )
  expect(JSON.stringify(await saved())).not.toContain('very-secret')
})
