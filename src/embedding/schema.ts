import * as z from 'zod'
import { PracticeView } from '../practices/schema.ts'
import { Permission } from '../staff/schema.ts'

/** What a host's pages may ever be allowed: never the practice's settings, people or history. */
export const HostPermission = Permission.extract(['access.read', 'access.manage', 'credentials.manage'])
export type HostPermission = z.infer<typeof HostPermission>

/**
 * Form body of POST /:practice/embed/token, which a host's backend sends.
 * @see RFC 7523 §2.1
 */
export const ExchangeToken = z.object({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:jwt-bearer'),
  /** Signed by the host: iss = its id, aud = this address, sub = fhirUser, patient, act_origin, jti, iat, exp, [name]. */
  assertion: z.string().min(20).max(8192),
  /** Permissions to ask for, space separated; all that the host may have unless told. */
  scope: z.string().max(400).optional(),
  /** The staff member's own EHR token: then changes of the chart are theirs in the EHR too. Gone with our token. */
  ehr_access_token: z
    .string()
    .regex(/^[\x21-\x7e]{8,8192}$/)
    .optional(),
  /** What the EHR granted with it, as the EHR wrote it; the practice's registered scope unless told. */
  ehr_scope: z
    .string()
    .regex(/^[\x20-\x7e]{0,4096}$/)
    .optional(),
})
export type ExchangeToken = z.infer<typeof ExchangeToken>

/** What the host hands to the element, as it is. Bound to one patient and one origin; lives five minutes at most. */
export const EmbedToken = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds. */
  expires_in: z.number().int(),
  /** Asked for ∩ host's; the role is looked at with every call. */
  scope: z.string(),
  /** FHIR id. */
  patient: z.string(),
  /** Slug: the element finds its addresses by it. */
  practice: z.string(),
})
export type EmbedToken = z.infer<typeof EmbedToken>

/** What the card needs to know before it asks for the patient. */
export const EmbedContext = z.object({
  practice: PracticeView,
  patient: z.string(),
  permissions: z.array(HostPermission),
  /** Names this patient in the practice's live events, and nothing else. */
  liveKey: z.string(),
})
export type EmbedContext = z.infer<typeof EmbedContext>

/** A host as administrators see it, among people and rights. */
export const HostView = z.object({
  id: z.string(),
  name: z.string(),
  origins: z.array(z.string()),
  permissions: z.array(HostPermission),
  /** When it last got a token; null = never. */
  lastUsedAt: z.number().nullable(),
  /** Null = not stopped. */
  stoppedAt: z.number().nullable(),
})
export type HostView = z.infer<typeof HostView>

/** Body of PUT …/hosts/:host, and of PUT …/people/:person/stopped. Holds from the very next call. */
export const Stop = z.strictObject({ stopped: z.boolean() })
export type Stop = z.infer<typeof Stop>
