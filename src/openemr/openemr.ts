import * as z from 'zod'
import { SECOND_MS } from '../clock.ts'
import { isId } from '../fhir/client.ts'
import { exchange, type Transport } from '../fhir/exchange.ts'
import { problemOf, type FailedAnswer } from '../fhir/outcome.ts'
import { Problem, type ProblemIssue } from '../problem.ts'

/** Columns of a patient that Portico reads and writes; '' = nothing. */
export type Column =
  | 'phone_home'
  | 'phone_cell'
  | 'email'
  | 'email_direct'
  | 'allow_patient_portal'
  | 'hipaa_allowemail'

/** `pid` is what its other routes call the patient. */
type OpenEmrPatient = { pid: number } & Record<Column, string>

/** A visit to book; the names are OpenEMR's own. */
type OpenEmrAppointment = {
  pc_catid: string
  pc_title: string
  /** Seconds. */
  pc_duration: string
  pc_hometext: string
  /** e.g. `^` = waits for an answer, `-` = none. */
  pc_apptstatus: string
  /** `2027-02-01` */
  pc_eventDate: string
  /** `09:30` */
  pc_startTime: string
  pc_facility: string
  pc_billing_location: string
  /** The provider's number. */
  pc_aid?: string
}

type OpenEmrDocument = {
  category: string
  name: string
  contentType: string
  bytes: Uint8Array<ArrayBuffer>
}

/** A note in the inbox of a staff member, by user name. */
type OpenEmrMessage = {
  body: string
  to: string
  from: string
  groupname: string
  title: string
  message_status: string
}

/**
 * OpenEMR's own REST API, for what its FHIR API cannot write. It takes tokens of staff alone. Every method throws a
 * Problem and nothing else, by the same rules as the FHIR handle; writes are sent once.
 */
export type OpenEmr = {
  readPatient(uuid: string): Promise<OpenEmrPatient>
  updatePatient(uuid: string, columns: Partial<Record<Column, string>>): Promise<void>
  /** @returns the visit's number */
  createAppointment(pid: number, appointment: OpenEmrAppointment): Promise<number>
  deleteAppointment(pid: number, eid: number): Promise<void>
  uploadDocument(pid: number, document: OpenEmrDocument): Promise<void>
  sendMessage(pid: number, message: OpenEmrMessage): Promise<void>
}

export type OpenEmrOptions = {
  /** e.g. `https://openemr.example/apis/default/api` */
  base: string
  /** Asked before each request; may throw a Problem. */
  accessToken: () => Promise<string>
  fetch: typeof fetch
  timeoutMs?: number
}

/**
 * Opens the way to OpenEMR's REST API for one staff member.
 * @see OpenEMR API_README, `apis/routes/_rest_routes_standard.inc.php`
 */
export function createOpenEmr({
  base,
  accessToken,
  fetch,
  timeoutMs = 10 * SECOND_MS,
}: OpenEmrOptions): OpenEmr {
  const transport: Transport = { fetch, timeoutMs, random: Math.random, problemOf: refusalOf }
  const send = async (method: string, path: string, body?: object) => {
    const isForm = body instanceof FormData
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${await accessToken()}`,
      ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
    }
    const sent = body === undefined ? null : isForm ? body : JSON.stringify(body)
    const answer = await exchange(transport, `${base}${path}`, { method, headers, body: sent })
    return unwrap(answer.body)
  }

  return {
    async readPatient(uuid) {
      return parse(PatientRow, await send('GET', `/patient/${idOf(uuid)}`))
    },
    async updatePatient(uuid, columns) {
      await send('PUT', `/patient/${idOf(uuid)}`, columns)
    },
    async createAppointment(pid, appointment) {
      const made = await send('POST', `/patient/${numberOf(pid)}/appointment`, appointment)
      return parse(Made, made).id
    },
    async deleteAppointment(pid, eid) {
      await send('DELETE', `/patient/${numberOf(pid)}/appointment/${numberOf(eid)}`)
    },
    async uploadDocument(pid, { category, name, contentType, bytes }) {
      const form = new FormData()
      form.append('document', new Blob([bytes], { type: contentType }), name)
      const query = new URLSearchParams({ path: category }).toString()
      await send('POST', `/patient/${numberOf(pid)}/document?${query}`, form)
    },
    async sendMessage(pid, message) {
      await send('POST', `/patient/${numberOf(pid)}/message`, message)
    },
  }
}

/** Where the REST API of an OpenEMR is: beside its FHIR API, `…/fhir` → `…/api`. */
export const openEmrBaseOf = (fhirBase: string): string => fhirBase.replace(/\/fhir\/?$/, '/api')

const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '')
/** It writes numbers as texts here and there. */
const Whole = z.coerce.number().int().positive()
const PatientRow = z.object({
  pid: Whole,
  phone_home: Text,
  phone_cell: Text,
  email: Text,
  email_direct: Text,
  allow_patient_portal: Text,
  hipaa_allowemail: Text,
})
const Made = z.object({ id: Whole })

/** Most routes wrap what they answer, some do not. */
const Envelope = z.object({
  validationErrors: z.unknown(),
  internalErrors: z.unknown(),
  data: z.unknown(),
})

/** @throws Problem `ehr-rejected`, `ehr-unavailable` where a success names errors */
function unwrap(body: unknown): unknown {
  const parsed = Envelope.partial().safeParse(body)
  if (!parsed.success || !('data' in parsed.data)) return body
  const { validationErrors, internalErrors, data } = parsed.data
  if (isNamed(validationErrors)) throw refusalOf({ status: 400, body })
  if (isNamed(internalErrors)) throw refusalOf({ status: 500, body })
  return Array.isArray(data) ? data[0] : data
}

/** Errors are a list while there are none, and by field when there are. */
const isNamed = (errors: unknown) =>
  typeof errors === 'object' && errors !== null && Object.keys(errors).length > 0

/** Its own words may tell of the patient: the names of the fields are all that goes on. */
function refusalOf(answer: FailedAnswer): Problem {
  const problem = problemOf(answer)
  if (problem.code !== 'ehr-rejected') return problem
  const { validationErrors = answer.body } = Envelope.partial().safeParse(answer.body).data ?? {}
  const fields = isNamed(validationErrors) ? Object.keys(validationErrors as object) : []
  const issues: ProblemIssue[] = fields
    .filter((field) => /^\w{1,40}$/.test(field))
    .slice(0, 20)
    .map((field) => ({ pointer: `/${field}`, detail: 'The EMR does not accept this value.' }))
  return new Problem(problem.code, problem.message, { issues, cause: problem.cause })
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path }) => path.map(String).join('.') || 'answer')
  throw new Problem('ehr-unavailable', undefined, {
    cause: new Error(`Not an answer of OpenEMR: ${fields.join(', ')}`),
  })
}

function idOf(uuid: string): string {
  if (!isId(uuid)) throw new Problem('not-found')
  return uuid
}

function numberOf(id: number): number {
  if (!Number.isSafeInteger(id) || id <= 0) throw new Problem('not-found')
  return id
}
