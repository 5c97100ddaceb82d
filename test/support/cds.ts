import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll } from 'vitest'
import { openService } from './service.ts'
import type { TestStore } from './store.ts'

export const CDS_ISSUER = 'https://emr.example/cds'
export const CDS_SERVICE = 'http://localhost:8080/fernwood/cds-services/portal-access'

export type CdsKey = Awaited<ReturnType<typeof createCdsKey>>

export async function createCdsKey(kid: string, alg = 'ES384') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid } }
}

/** A service that one EMR may ask by CDS Hooks, and that EMR. */
export async function openCds(
  keys: CdsKey[],
  options: { jwks?: string; practice?: object; settings?: Record<string, unknown>; store?: TestStore } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'portico-cds-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'cds.jwks.json')
  writeFileSync(file, JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }))
  const service = await openService({
    practice: { cdsClients: [{ issuer: CDS_ISSUER, jwks: options.jwks ?? file }], ...options.practice },
    ...(options.store ? { store: options.store } : {}),
    ...(options.settings ? { settings: options.settings } : {}),
  })
  const [ownKey] = keys

  /** What an EMR signs for one call. Dates are seconds from now. */
  async function sign(
    claims: Omit<JWTPayload, 'iat' | 'exp'> & { iat?: number | undefined; exp?: number | undefined } = {},
    { key = ownKey, header = {} }: { key?: CdsKey | undefined; header?: Record<string, unknown> } = {},
  ): Promise<string> {
    if (!key) throw new Error('no key')
    const { iat = 0, exp = 60, ...rest } = claims
    const now = Math.floor(service.clock.now / 1000)
    const payload = { iss: CDS_ISSUER, aud: CDS_SERVICE, jti: randomUUID(), ...rest }
    return new SignJWT({ ...payload, iat: now + iat, exp: now + exp })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })
      .sign(key.privateKey)
  }

  const call = async (
    body: unknown,
    { token, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
  ) =>
    service.app.request(CDS_SERVICE, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token ?? (await sign())}`,
        ...headers,
      },
      body: JSON.stringify(body),
    })
  return { ...service, sign, call }
}

/** What an EMR sends when somebody opens a chart. */
export const patientView = (patientId: string, changes: Record<string, unknown> = {}) => ({
  hook: 'patient-view',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: { userId: 'Practitioner/prac-park', patientId },
  ...changes,
})
