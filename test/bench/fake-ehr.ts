/** The least EHR that Portico can work with, as quick as Node allows: what is measured is Portico, not this. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const keys = await generateKeyPair('ES384', { extractable: true })
const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: '1', alg: 'ES384', use: 'sig' }
const pending = new Map<string, { nonce: string; clientId: string; scope: string; patient: string }>()

let thinkMs = 0
/** When each FHIR request was being worked on, to tell waves from queues. */
let log: { from: number; to: number }[] = []

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: base() })))
process.once('SIGTERM', () => process.exit(0))

const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', base())
  const path = url.pathname
  if (path === '/bench/think') thinkMs = Number(url.searchParams.get('ms'))
  if (path === '/bench/think' || path === '/bench/log') {
    send(response, 200, log)
    log = []
  } else if (path === '/authorize') authorize(url, response)
  else if (path === '/token') send(response, 200, await token(new URLSearchParams(await read(request))))
  else if (path === '/jwks') send(response, 200, { keys: [publicJwk] })
  else if (path.endsWith('/smart-configuration')) send(response, 200, smartConfiguration())
  else await fhir(request, url, response)
}

const smartConfiguration = () => ({
  issuer: base(),
  authorization_endpoint: new URL('/authorize', base()).href,
  token_endpoint: new URL('/token', base()).href,
  jwks_uri: new URL('/jwks', base()).href,
  code_challenge_methods_supported: ['S256'],
  grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  capabilities: ['launch-ehr', 'permission-v2', 'client-confidential-asymmetric', 'sso-openid-connect'],
})

function authorize({ searchParams }: URL, response: ServerResponse): void {
  const given = (name: string) => searchParams.get(name) ?? ''
  const code = crypto.randomUUID()
  // Its launches are named after the patient that they are for.
  const patientId = given('launch')
  pending.set(code, {
    nonce: given('nonce'),
    clientId: given('client_id'),
    scope: given('scope'),
    patient: patientId,
  })
  const back = new URL(given('redirect_uri'))
  back.searchParams.set('code', code)
  back.searchParams.set('state', given('state'))
  response.writeHead(302, { location: back.href }).end()
}

async function token(form: URLSearchParams) {
  const bearer = { access_token: crypto.randomUUID(), token_type: 'Bearer', expires_in: 3600 }
  const launch = pending.get(form.get('code') ?? '')
  if (launch === undefined) return { ...bearer, scope: form.get('scope') ?? '' }
  const idToken = await new SignJWT({ nonce: launch.nonce, fhirUser: 'Practitioner/1', name: 'Front Desk' })
    .setProtectedHeader({ alg: 'ES384', kid: '1' })
    .setIssuer(base())
    .setAudience(launch.clientId)
    .setSubject('front-desk')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(keys.privateKey)
  const context = { patient: launch.patient, need_patient_banner: true }
  return { ...bearer, refresh_token: crypto.randomUUID(), id_token: idToken, scope: launch.scope, ...context }
}

async function fhir(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
  const from = performance.now()
  const body = request.method === 'GET' ? undefined : (JSON.parse(await read(request)) as FhirBody)
  if (thinkMs > 0) await delay(thinkMs)
  const path = url.pathname.slice('/fhir/'.length)
  if (body?.resourceType === 'Bundle') {
    const entry = (body.entry ?? []).map(({ request: part }) => ({
      response: { status: '200' },
      resource: resourceAt(part.url),
    }))
    send(response, 200, { resourceType: 'Bundle', type: 'batch-response', entry })
  } else if (body === undefined) send(response, 200, resourceAt(path))
  else send(response, 201, { id: '1', ...body })
  log.push({ from, to: performance.now() })
}

type FhirBody = { resourceType: string; entry?: { request: { url: string } }[] }

function resourceAt(path: string): object {
  const [type = '', id = ''] = path.replace(/\?.*$/, '').split('/')
  if (type === 'metadata') return capability
  if (type === 'Patient' && id !== '') return { ...patient, id }
  return { resourceType: 'Bundle', type: 'searchset', total: 0, entry: [] }
}

const interactions = (...codes: string[]) => codes.map((code) => ({ code }))
const capability = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-01-01',
  kind: 'instance',
  fhirVersion: '4.0.1',
  format: ['application/fhir+json'],
  rest: [
    {
      mode: 'server',
      resource: [
        { type: 'Patient', interaction: interactions('read', 'search-type') },
        { type: 'Consent', interaction: interactions('create', 'read', 'update', 'search-type') },
      ],
      interaction: interactions('batch'),
    },
  ],
}

const patient = {
  resourceType: 'Patient',
  meta: { versionId: '1', lastUpdated: '2026-01-01T00:00:00Z' },
  identifier: [{ type: { coding: [{ code: 'MR' }] }, system: 'urn:example:mrn', value: '10001' }],
  active: true,
  name: [{ use: 'official', family: 'Doe', given: ['Ann'] }],
  gender: 'female',
  birthDate: '1980-05-17',
  telecom: [
    { system: 'phone', use: 'mobile', value: '(555) 010-0101' },
    { system: 'email', value: 'ann@example.org' },
  ],
  address: [{ line: ['1 Example Street'], city: 'Exampleton', state: 'OR', postalCode: '97000' }],
  communication: [{ language: { coding: [{ code: 'en' }] }, preferred: true }],
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/fhir+json',
    'content-length': Buffer.byteLength(text),
    etag: 'W/"1"',
  })
  response.end(text)
}
