import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Resource } from '@medplum/fhirtypes'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { createEmr, type EmrOptions } from '../../../src/sandbox/emr.ts'

export const ORIGIN = 'http://127.0.0.1:18081'
export const FHIR = `${ORIGIN}/fhir`
const TOKEN_URL = `${ORIGIN}/oauth/token`
export const REDIRECT = 'http://localhost:18080/fernwood/callback'
const START = Date.parse('2026-11-20T17:00:00Z')

/** Three people who log in and two patients: enough to launch. */
export const RESOURCES: Resource[] = [
  ...staffMember('prac-park', 'Jordan Park', 'Front desk'),
  ...staffMember('prac-osei', 'Abena Osei', 'Physician'),
  ...staffMember('prac-reyes', 'Sam Reyes', 'Administrator'),
  {
    resourceType: 'Patient',
    id: 'walter-okafor',
    name: [{ use: 'official', family: 'Okafor', given: ['Walter', 'James'] }],
    birthDate: '1948-03-14',
    gender: 'male',
    identifier: [{ type: { coding: [{ code: 'MR' }] }, value: '004417' }],
  },
  {
    resourceType: 'Patient',
    id: 'ana-diaz',
    name: [{ family: 'Díaz', given: ['Ana'] }],
    birthDate: '1990-01-02',
  },
  {
    resourceType: 'Condition',
    id: 'walter-bp',
    subject: { reference: 'Patient/walter-okafor' },
    code: { text: 'Essential <b>hypertension</b>' },
  },
]

function staffMember(id: string, name: string, role: string): Resource[] {
  const [given = '', family = ''] = name.split(' ')
  return [
    { resourceType: 'Practitioner', id, name: [{ given: [given], family }] },
    {
      resourceType: 'PractitionerRole',
      id: `${id}-role`,
      practitioner: { reference: `Practitioner/${id}` },
      code: [{ text: role }],
    },
  ]
}

export type Client = { clientId: string; kid: string; privateKey: CryptoKey; publicJwk: JWK }

export async function createClient(clientId: string, alg = 'ES384'): Promise<Client> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const kid = `${clientId}-key`
  return { clientId, kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

const SCOPE = 'openid fhirUser launch online_access user/Patient.rus user/Consent.crus'

/** `scope`: what the client is registered for and asks for. */
type BenchOptions = Partial<EmrOptions> & { scope?: string }

/** An EMR with a clock that tests move, and one registered client. */
export async function createBench({ scope = SCOPE, ...options }: BenchOptions = {}) {
  const client = await createClient('portico')
  const other = await createClient('other')
  const clock = { now: START }
  const registered = (one: Client) => ({
    clientId: one.clientId,
    name: 'Portico',
    redirectUris: [REDIRECT],
    launchUrl: 'http://localhost:18080/fernwood/launch',
    jwks: { keys: [one.publicJwk] },
    scope: `${scope} messaging/ui system/Patient.rs`,
  })
  const emr = createEmr({
    origin: ORIGIN,
    prefix: '',
    resources: RESOURCES,
    clients: [registered(client), registered(other)],
    now: () => clock.now,
    ...options,
  })

  /** What a client adds to a form to prove who it is. */
  const assertion = (
    one: Client = client,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
  ) =>
    new SignJWT({
      iss: one.clientId,
      sub: one.clientId,
      aud: TOKEN_URL,
      jti: randomUUID(),
      exp: Math.floor(clock.now / 1000) + 240,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES384', typ: 'JWT', kid: one.kid, ...header })
      .sign(one.privateKey)

  const post = (path: string, form: Record<string, string>) =>
    emr.fetch(`${ORIGIN}${path}`, { method: 'POST', body: new URLSearchParams(form) })

  const postAs = async (path: string, form: Record<string, string>, jwt?: string) =>
    post(path, {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt ?? (await assertion()),
      ...form,
    })

  const verifier = randomBytes(32).toString('base64url')
  const authorizeUrl = (changes: Record<string, string | undefined> = {}) => {
    const url = new URL(`${ORIGIN}/oauth/authorize`)
    const params = {
      response_type: 'code',
      client_id: 'portico',
      redirect_uri: REDIRECT,
      scope,
      state: 'state-of-at-least-22-chars',
      aud: FHIR,
      nonce: 'a-nonce',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...('launch' in changes ? {} : { launch: launchFor('front-desk') }),
      ...changes,
    }
    for (const [name, value] of Object.entries(params))
      if (value !== undefined) url.searchParams.set(name, value)
    return url
  }
  const launchFor = (user: string) => emr.createLaunch({ patient: 'walter-okafor', user }).launch

  /** The dance up to the code, or the error that comes back. */
  const authorize = async (changes: Record<string, string | undefined> = {}, user = 'front-desk') =>
    (await emr.authorizeAs(user, authorizeUrl(changes))).searchParams

  const codeForm = (code: string) => ({
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  })
  const getCode = async (changes: Record<string, string | undefined> = {}, user = 'front-desk') => {
    const code = (await authorize({ launch: launchFor(user), ...changes }, user)).get('code')
    if (!code) throw new Error('no code came back')
    return code
  }
  const redeem = async (code: string, changes: Record<string, string> = {}, jwt?: string) =>
    postAs('/oauth/token', { ...codeForm(code), ...changes }, jwt)
  /** The whole dance. */
  const getTokens = async (changes: Record<string, string | undefined> = {}, user = 'front-desk') =>
    (await (await redeem(await getCode(changes, user))).json()) as Tokens
  const readPatient = (token: string, method = 'GET') =>
    emr.fetch(`${FHIR}/Patient/walter-okafor`, { method, headers: { authorization: `Bearer ${token}` } })

  return {
    emr,
    clock,
    client,
    other,
    assertion,
    post,
    postAs,
    authorizeUrl,
    launchFor,
    authorize,
    codeForm,
    getCode,
    redeem,
    getTokens,
    readPatient,
  }
}

export type Tokens = {
  access_token: string
  refresh_token: string
  id_token: string
  expires_in: number
  scope: string
  patient: string
  need_patient_banner: boolean
  smart_style_url: string
  intent?: string
  smart_web_messaging_handle?: string
}

/** A refusal in OAuth's form. */
export const oauthError = async (response: Response) => ({
  status: response.status,
  type: response.headers.get('content-type'),
  error: ((await response.json()) as { error: string }).error,
})

export const refusal = (status: number, error: string) => ({ status, type: 'application/json', error })
