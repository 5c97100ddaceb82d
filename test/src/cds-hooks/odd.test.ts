import * as fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import {
  CDS_ISSUER,
  CDS_SERVICE,
  type CdsKey,
  createCdsKey,
  openCds,
  patientView,
} from '../../support/cds.ts'
import { PEOPLE } from '../../support/people.ts'

let key: CdsKey
let emr: Awaited<ReturnType<typeof openCds>>
beforeAll(async () => {
  key = await createCdsKey('emr-1')
  emr = await openCds([key])
})

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\u{1f600}', '__proto__', '%00'))

test('claims of any kind, well signed, never break anything', async () => {
  const now = emr.clock.now / 1000
  const time = fc.double({ min: -400, max: 400, noNaN: true }).map((seconds) => now + seconds)
  const names = ['iss', 'aud', 'jti', 'iat', 'exp', 'nbf', 'sub', 'tenant']
  const claim = fc.tuple(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), text, fc.double(), time))
  await fc.assert(
    fc.asyncProperty(fc.array(claim, { maxLength: 3 }), async (claims) => {
      const usual = { iss: CDS_ISSUER, aud: CDS_SERVICE, jti: randomUUID(), iat: now, exp: now + 60 }
      const token = await signRaw({ ...usual, ...Object.fromEntries(claims) })
      const answer = await emr.call(patientView(PEOPLE.walter), { token })
      expect(answer.status).toBeLessThan(500)
      if (answer.status >= 400) expect(answer.headers.get('content-type')).toBe('application/problem+json')
      await answer.body?.cancel()
    }),
    { numRuns: 150 },
  )
})

/** jose refuses to sign some of it, and an EMR's library may not. */
async function signRaw(payload: object): Promise<string> {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg: key.alg, typ: 'JWT', kid: key.kid })}.${encode(payload)}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-384' }
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, Buffer.from(signed))
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}
