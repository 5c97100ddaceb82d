import { beforeAll, describe, expect, test } from 'vitest'
import { claimsOf, createHost, exchange, SERVICE, type TestHost } from '../../support/host.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { openService, type TestService } from '../../support/service.ts'

let host: TestHost
let service: TestService
beforeAll(async () => {
  host = await createHost()
  service = await openService({ hosts: [host] })
})

const claims = () => claimsOf(service, host)
/** What an exchange would have left behind. */
const saved = () =>
  Promise.all(
    (['jti', 'host', 'staff_member', 'ehr_token', 'audit'] as const).map((table) =>
      service.store.db.selectFrom(table).selectAll().execute(),
    ),
  )

describe('a form', () => {
  const post = (body: BodyInit, type = 'application/x-www-form-urlencoded') =>
    service.app.request(`${SERVICE}/fernwood/embed/token`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
  const jwtBearer = 'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer'

  test('with another grant type is not served here', async () => {
    for (const type of ['client_credentials', 'refresh_token', '']) {
      const answer = await exchange(service, await host.sign(claims()), { grant_type: type })
      expect(await expectRefusal(answer, 'unsupported-grant')).toMatchObject({
        error: 'unsupported_grant_type',
        error_description: expect.stringContaining('jwt-bearer'),
      })
    }
  })

  test.each<[string, BodyInit, string | undefined, string]>([
    ['without a grant type', 'assertion=x', undefined, 'invalid-grant'],
    ['without an assertion', jwtBearer, undefined, 'invalid-grant'],
    [
      'that says things twice',
      `${jwtBearer}&${jwtBearer}&assertion=${'x'.repeat(40)}`,
      undefined,
      'invalid-request',
    ],
    ['with an assertion too short to be one', `${jwtBearer}&assertion=a.b.c`, undefined, 'invalid-grant'],
    ['that is empty', '', undefined, 'invalid-grant'],
    ['with a broken escape', `${jwtBearer}&assertion=%E0%A4%A`, undefined, 'invalid-grant'],
    ['with bytes of any kind', new Uint8Array([0, 255, 61, 254, 38, 0]), undefined, 'invalid-grant'],
    [
      'with an assertion without end',
      `${jwtBearer}&assertion=${'x'.repeat(8193)}`,
      undefined,
      'invalid-grant',
    ],
    ['that is huge', `${jwtBearer}&assertion=${'x'.repeat(33_000)}`, undefined, 'too-large'],
    ['that is JSON', '{"grant_type":"x"}', 'application/json', 'unsupported-media-type'],
    ['that is something else', 'x', 'text/plain', 'unsupported-media-type'],
  ])('%s is refused', async (_, body, type, code) => {
    await expectRefusal(await post(body, type), code as 'invalid-grant')
  })

  test.each([
    ['ehr_access_token', 'short'],
    ['ehr_access_token', 'with a space in it'],
    ['ehr_access_token', 'line\r\nbreak-in-it'],
    ['ehr_scope', 'user/Patient.rs\u0000'],
    ['scope', 'x'.repeat(401)],
  ])('with %s %j is refused', async (name, value) => {
    const before = await saved()
    const answer = await exchange(service, await host.sign(claims()), { [name]: value })
    expect(await expectRefusal(answer, 'invalid-request')).toMatchObject({
      error: 'invalid_request',
      issues: [{ pointer: `/${name}` }],
    })
    expect(await saved()).toEqual(before)
  })
})
