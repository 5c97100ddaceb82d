import * as fc from 'fast-check'
import type { JWTPayload } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { claimsOf, createHost, exchange, openEmbedded, SERVICE, type TestHost } from '../../support/host.ts'
import { openService, type TestService } from '../../support/service.ts'

let host: TestHost
let service: TestService
beforeAll(async () => {
  host = await createHost()
  service = await openService({ hosts: [host] })
})

/** Whatever comes in, it is somebody's fault that can be told, and not ours. */
async function expectTold(response: Response) {
  expect(response.status).toBeLessThan(500)
  if (response.status >= 400) expect(response.headers.get('content-type')).toBe('application/problem+json')
  await response.body?.cancel()
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\u{1f600}', '__proto__', '%00'))

test('claims of any kind, well signed, never break anything', async () => {
  const names = ['iss', 'aud', 'sub', 'patient', 'act_origin', 'jti', 'iat', 'exp', 'nbf', 'name', 'extra']
  const claim = fc.tuple(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), text, fc.double()))
  await fc.assert(
    fc.asyncProperty(fc.array(claim, { maxLength: 3 }), async (claims) => {
      const changed = JSON.parse(JSON.stringify(Object.fromEntries(claims))) as JWTPayload
      const payload = { ...claimsOf(service, host), ...changed }
      await expectTold(await exchange(service, await signRaw(payload)))
    }),
    { numRuns: 150 },
  )
})

/** jose refuses to sign some of it, and a host's library may not. */
async function signRaw(payload: JWTPayload): Promise<string> {
  const head = Buffer.from(JSON.stringify({ alg: host.alg, typ: 'JWT', kid: host.kid })).toString('base64url')
  const body = Buffer.from(JSON.stringify(payload)).toString('base64url')
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signed = await crypto.subtle.sign(algorithm, host.privateKey, Buffer.from(`${head}.${body}`))
  return `${head}.${body}.${Buffer.from(signed).toString('base64url')}`
}

test('forms, headers and bodies of any kind never break anything', async () => {
  const page = await openEmbedded(service, host)
  const form = fc.dictionary(text, text, { maxKeys: 4 })
  const path = fc.constantFrom('access', 'refusal', 'invitations', 'invitations/current/mail')
  const value = fc.string().map((one) => one.replaceAll(/[^\x20-\x7e]/g, '').trim())
  await fc.assert(
    fc.asyncProperty(form, path, fc.jsonValue(), value, async (fields, where, json, header) => {
      await expectTold(await exchange(service, await host.sign(claimsOf(service, host)), fields))
      await expectTold(
        await service.app.request(`${SERVICE}/fernwood/embed/token`, {
          method: 'POST',
          body: JSON.stringify(json),
        }),
      )
      const method = where.startsWith('invitations') ? 'POST' : 'PUT'
      await expectTold(await page.call(method, `${page.chart}/${where}`, json))
      for (const name of ['authorization', 'origin', 'content-type'])
        await expectTold(await page.call(method, `${page.chart}/${where}`, json, { [name]: header }))
    }),
    { numRuns: 60 },
  )
})
