import * as z from 'zod'
import { MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import { readCapability, type EhrCapability } from '../fhir/capability.ts'
import { Problem } from '../problem.ts'
import { fetchJson, type JsonAnswer } from './fetch-json.ts'
import { plain } from './plain.ts'
import { kindOf } from './registration-files.ts'
import { Finding } from './schema.ts'

/** What an EHR says of itself, as far as set-up goes by it. */
export const FoundEhr = z.object({
  /** Without a slash at the end. */
  fhirBase: z.string(),
  /** As it calls itself, else its host. */
  name: z.string(),
  /** The registration file that fits. */
  kind: z.string(),
  findings: z.array(Finding),
  /** What its CapabilityStatement lets anybody do: letters of `cruds` by type. */
  can: z.record(z.string(), z.string()),
  services: z.boolean(),
  smartCapabilities: z.array(z.string()),
  scopesSupported: z.array(z.string()),
  /** For signing our assertions; empty when it does not say. */
  algorithms: z.array(z.string()),
  registrationEndpoint: z.string().nullable(),
  /** Origin of its sign-in pages, which may show us in a frame. */
  authorizationOrigin: z.string().nullable(),
  /** Its clock minus ours; null when it does not tell the time. */
  clockAheadMs: z.number().nullable(),
})
export type FoundEhr = z.infer<typeof FoundEhr>

type LookDeps = { fetch: typeof globalThis.fetch; now: Clock }

const Texts = z.array(z.string()).catch([])
const Smart = z.object({
  issuer: z.string().optional().catch(undefined),
  jwks_uri: z.string().optional().catch(undefined),
  authorization_endpoint: z.string().optional().catch(undefined),
  token_endpoint: z.string().optional().catch(undefined),
  registration_endpoint: z.string().optional().catch(undefined),
  capabilities: Texts,
  code_challenge_methods_supported: Texts,
  grant_types_supported: Texts,
  token_endpoint_auth_methods_supported: Texts,
  token_endpoint_auth_signing_alg_values_supported: Texts,
})
type Smart = z.infer<typeof Smart>

/**
 * Reads what stands at a FHIR base and says in sentences what was found and what is missing.
 *
 * @param given as somebody pastes it
 * @throws Problem `invalid-request` or `ehr-unavailable` when there is no FHIR R4 server, with a sentence that says why
 * @see FHIR R4 CapabilityStatement; SMART App Launch 2.2, Conformance
 */
export async function lookAtEhr(deps: LookDeps, given: string): Promise<FoundEhr> {
  const fhirBase = toBase(given)
  const [metadata, wellKnown] = await Promise.all([
    fetchJson(deps.fetch, `${fhirBase}/metadata`, 'application/fhir+json'),
    fetchJson(deps.fetch, `${fhirBase}/.well-known/smart-configuration`, 'application/json'),
  ])
  const isThere = wellKnown.status === 200
  const smart = Smart.parse(isThere ? wellKnown.body : {})
  const capability = readStatement(metadata, fhirBase, isThere ? wellKnown.body : undefined)
  const clockAheadMs = metadata.date ? Date.parse(metadata.date) - deps.now() : null
  const software = capability.software
  const named = software && [software.name, software.version].filter(Boolean).join(' ')
  const name = named ? plain(named).slice(0, 120) : new URL(fhirBase).host
  return {
    fhirBase,
    name,
    kind: kindOf({ software: software?.name ?? '', fhirBase, scopes: capability.scopesSupported }),
    findings: [
      { mood: 'good', text: `${name} speaks FHIR ${capability.fhirVersion}.` },
      ...(isThere ? smartFindings(smart) : [noSmart(wellKnown.status)]),
      ...tokenFindings(smart, isThere),
      ...transportFindings(fhirBase),
      ...clockFindings(clockAheadMs),
    ],
    can: lettersOf(capability),
    services: capability.services || smart.grant_types_supported.length === 0,
    smartCapabilities: smart.capabilities,
    scopesSupported: [...capability.scopesSupported],
    algorithms: smart.token_endpoint_auth_signing_alg_values_supported,
    registrationEndpoint: smart.registration_endpoint ?? null,
    authorizationOrigin: originOf(smart.authorization_endpoint),
    clockAheadMs,
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
export const isLoopback = (url: string) => LOOPBACK.includes(new URL(url).hostname)

function toBase(given: string): string {
  const text = given.trim().replace(/(\/metadata|\/\.well-known\/smart-configuration)?\/*$/, '')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw wrong('Give the whole address of the FHIR server, e.g. https://ehr.example.org/fhir.')
  if (url.protocol === 'http:' && !isLoopback(text))
    throw wrong(`${text} is plain http: charts would cross the network in the clear. Give its https address.`)
  return text
}

function readStatement({ status, body }: JsonAnswer, fhirBase: string, smart: unknown): EhrCapability {
  if (status === 401 || status === 403)
    throw wrong(
      `${fhirBase}/metadata asks for a sign-in (${status}). FHIR has it open to everybody; have the EMR open it.`,
    )
  if (status !== 200)
    throw wrong(`There is no FHIR server at ${fhirBase}: its /metadata answers ${status}. Check the path.`)
  const said = z
    .looseObject({ resourceType: z.string(), fhirVersion: z.string().catch('') })
    .safeParse(body).data
  if (said?.resourceType !== 'CapabilityStatement' && said?.resourceType !== 'Conformance')
    throw wrong(`${fhirBase}/metadata is no FHIR CapabilityStatement. Check the path.`)
  if (!/^4\.0\b/.test(said.fhirVersion))
    throw wrong(
      `${fhirBase} speaks FHIR ${said.fhirVersion || 'of an unknown version'}; Portico needs R4 (4.0.1). Many EMRs have R4 at another address.`,
    )
  return readCapability(body, smart)
}

const wrong = (sentence: string) =>
  new Problem('invalid-request', sentence, { issues: [{ pointer: '/fhirBase', detail: sentence }] })

const noSmart = (status: number): Finding => ({
  mood: 'bad',
  text: `It has no /.well-known/smart-configuration (${status}): without SMART on FHIR nobody can open Portico from it.`,
})

/** Capabilities that Portico goes by, and what their lack means. */
const WANTED: [capability: string, mood: 'bad' | 'warn', has: string, lacks: string][] = [
  [
    'launch-ehr',
    'warn',
    'Staff can open Portico from a chart (launch-ehr).',
    'It does not say that apps can be opened from a chart (launch-ehr). The first launch will tell.',
  ],
  [
    'client-confidential-asymmetric',
    'warn',
    'Portico can prove itself with a key (client-confidential-asymmetric).',
    'It does not say that apps may prove themselves with a key (client-confidential-asymmetric, private_key_jwt). Portico has no other way.',
  ],
  [
    'sso-openid-connect',
    'warn',
    'It says who signed in (sso-openid-connect).',
    'It does not say that it names who signed in (sso-openid-connect). Portico needs an id_token with fhirUser.',
  ],
  [
    'context-ehr-patient',
    'warn',
    'It says whose chart is open (context-ehr-patient).',
    'It does not say that it passes on whose chart is open (context-ehr-patient).',
  ],
]

function smartFindings(smart: Smart): Finding[] {
  const missing = (['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const).filter(
    (name) => !smart[name],
  )
  const hasPkce = smart.code_challenge_methods_supported.includes('S256')
  const proves = (name: string) =>
    smart.capabilities.includes(name) ||
    (name === 'client-confidential-asymmetric' &&
      smart.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
  return [
    ...missing.map((name): Finding => ({ mood: 'bad', text: `Its SMART configuration lacks ${name}.` })),
    hasPkce
      ? { mood: 'good', text: 'Sign-in is protected by PKCE with S256.' }
      : {
          mood: 'bad',
          text: 'It does not offer PKCE with S256, which SMART asks for: a sign-in could be stolen on its way.',
        },
    ...WANTED.map(([name, mood, has, lacks]): Finding =>
      proves(name) ? { mood: 'good', text: has } : { mood, text: lacks },
    ),
  ]
}

const OURS = ['ES384', 'RS384']

function tokenFindings(smart: Smart, isThere: boolean): Finding[] {
  if (!isThere) return []
  const takes = smart.token_endpoint_auth_signing_alg_values_supported
  const noAlgorithm: Finding[] =
    takes.length > 0 && !OURS.some((one) => takes.includes(one))
      ? [
          {
            mood: 'bad',
            text: `It takes no signature that SMART asks for (ES384 or RS384), only ${takes.join(', ')}.`,
          },
        ]
      : []
  const grants = smart.grant_types_supported
  const service: Finding =
    grants.length === 0 || grants.includes('client_credentials')
      ? {
          mood: 'good',
          text: 'It has a way in for services (client_credentials), so that patients can see their chart.',
        }
      : {
          mood: 'warn',
          text: 'It has no way in for services (client_credentials): patients can sign in, but see no chart.',
        }
  return [...noAlgorithm, service]
}

const transportFindings = (fhirBase: string): Finding[] =>
  fhirBase.startsWith('http:')
    ? [{ mood: 'warn', text: 'It is plain http on this machine: good for trying out only.' }]
    : []

/** Assertions live for minutes, and id_tokens are checked with a minute of tolerance. */
export function clockFindings(aheadMs: number | null): Finding[] {
  if (aheadMs === null || Math.abs(aheadMs) < 30 * SECOND_MS) return []
  const minutes = Math.abs(aheadMs) / MINUTE_MS
  const amount =
    minutes < 2 ? `${Math.round(Math.abs(aheadMs) / SECOND_MS)} seconds` : `${Math.round(minutes)} minutes`
  const text = `The EMR's clock is ${amount} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's. Sign-in fails when they differ by more than a minute: set both by a time server.`
  return [{ mood: 'warn', text }]
}

const lettersOf = ({ types }: EhrCapability) =>
  Object.fromEntries(
    Object.entries(types).map(([type, can]) => [
      type,
      [
        can.create && 'c',
        can.read && 'r',
        (can.update || can.patch) && 'u',
        can.delete && 'd',
        can.search && 's',
      ]
        .filter(Boolean)
        .join(''),
    ]),
  )

/** Where its pages are, whose frames may show Portico. */
export const originsOf = ({ fhirBase, authorizationOrigin }: FoundEhr): string[] => [
  ...new Set([new URL(fhirBase).origin, ...(authorizationOrigin === null ? [] : [authorizationOrigin])]),
]

const originOf = (url: string | undefined) => (url && URL.canParse(url) ? new URL(url).origin : null)
