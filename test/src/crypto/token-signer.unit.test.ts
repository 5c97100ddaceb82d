import { randomBytes } from 'node:crypto'
import { decodeProtectedHeader, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { createTokenSigner } from '../../../src/crypto/token-signer.ts'

const keyOf = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`
const [first, second] = [keyOf('first'), keyOf('second')]
const AT = 1_700_000_000_000
const HERE = { issuer: 'https://portal.example/oak', audience: 'https://portal.example/oak/embed/api' }
const claims = { iss: HERE.issuer, aud: HERE.audience, sub: 'somebody', exp: AT / 1000 + 300 }

test('what a key has signed, the same key knows again, in another process too', async () => {
  const token = await createTokenSigner(first).sign(claims)
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'first' })
  expect(await createTokenSigner(first).verify(token, HERE, AT)).toEqual(claims)
})

test('every key of the ring verifies, the first one signs', async () => {
  const old = await createTokenSigner(first).sign(claims)
  const rotated = createTokenSigner(`${second},${first}`)
  expect(await rotated.verify(old, HERE, AT)).toEqual(claims)
  expect(decodeProtectedHeader(await rotated.sign(claims)).kid).toBe('second')
  expect(await createTokenSigner(second).verify(old, HERE, AT)).toBeUndefined()
})

test('a key of the same id is still another key', async () => {
  const token = await createTokenSigner(first).sign(claims)
  expect(await createTokenSigner(keyOf('first')).verify(token, HERE, AT)).toBeUndefined()
})

test.each([
  ['over', { exp: AT / 1000 }],
  ['without an end', { exp: undefined }],
  ['of another issuer', { iss: 'https://portal.example/elm' }],
  ['for another audience', { aud: 'https://portal.example/elm/embed/api' }],
])('a token that is %s says nothing', async (_, changed) => {
  const signer = createTokenSigner(first)
  const other = Object.fromEntries(Object.entries({ ...claims, ...changed }).filter(([, value]) => value))
  expect(await signer.verify(await signer.sign(other), HERE, AT)).toBeUndefined()
})

test('nor does one that was changed, is of another type, or was signed with something that is public', async () => {
  const signer = createTokenSigner(first)
  const [head, body, tail] = (await signer.sign(claims)).split('.')
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody else' })).toString('base64url')
  const hs256 = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'first' })
    .sign(new TextEncoder().encode('first'))
  const none = `${Buffer.from('{"alg":"none","typ":"at+jwt","kid":"first"}').toString('base64url')}.${body}.`
  for (const token of [[head, changed, tail].join('.'), hs256, none, '', 'a.b.c', '.'.repeat(200)])
    expect(await signer.verify(token, HERE, AT)).toBeUndefined()
})
