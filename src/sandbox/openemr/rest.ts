import { randomUUID } from 'node:crypto'
import type { Patient } from '@medplum/fhirtypes'
import { type Context, Hono } from 'hono'
import * as z from 'zod'
import type { FhirAccess } from '../fhir/access.ts'
import { hasScope } from '../smart/scopes.ts'
import type { Records } from './records.ts'
import { NewVisit, toAppointment } from './visits.ts'

export type RestDeps = {
  records: Records
  /** Who asks, or a 401. */
  authorize: (request: Request) => Promise<FhirAccess | Response>
  /** The clinic's. */
  timeZone: string
}

/**
 * OpenEMR's interface beside FHIR, as far as Portico may want it: for staff alone, with scopes of its own. Patients
 * come in an envelope, the other routes answer bare.
 * @see OpenEMR API_README, `apis/routes/_rest_routes_standard.inc.php`
 */
export function createRest(deps: RestDeps) {
  const { records } = deps
  const may = (right: string, handler: (c: Context) => Response | Promise<Response>) => async (c: Context) =>
    (await refuseUnless(deps, c.req.raw, right)) ?? handler(c)
  return new Hono()
    .get(
      '/patient/:id',
      may('user/patient.read', (c) => readPatient(records, c)),
    )
    .put(
      '/patient/:id',
      may('user/patient.write', (c) => updatePatient(records, c)),
    )
    .post(
      '/patient/:id/appointment',
      may('user/appointment.write', (c) => book(deps, c)),
    )
    .delete(
      '/patient/:id/appointment/:eid',
      may('user/appointment.write', (c) => unbook(records, c)),
    )
    .post(
      '/patient/:id/message',
      may('user/message.write', (c) => writeMessage(records, c)),
    )
    .put(
      '/patient/:id/message/:mid',
      may('user/message.write', (c) => changeMessage(records, c)),
    )
    .delete(
      '/patient/:id/message/:mid',
      may('user/message.write', (c) => removeMessage(records, c)),
    )
    .post(
      '/patient/:id/document',
      may('user/document.write', (c) => upload(records, c)),
    )
    .all('*', () => enveloped(404, { internalErrors: ['There is no such route'] }))
}

/** Reading is in a scope to write, too: whoever may change a patient is told the number that other routes need. */
async function refuseUnless({ authorize }: RestDeps, request: Request, right: string) {
  const access = await authorize(request)
  if (access instanceof Response) return enveloped(401, { internalErrors: ['A good access token is needed'] })
  const rights = right === 'user/patient.read' ? [right, 'user/patient.write'] : [right]
  const isAllowed =
    access.kind === 'user' &&
    hasScope(access.scope, 'api:oemr') &&
    rights.some((one) => hasScope(access.scope, one))
  return isAllowed ? undefined : enveloped(403, { internalErrors: [`The token lacks api:oemr or ${right}`] })
}

function readPatient(records: Records, c: Context): Response {
  const patient = records.findPatient(c.req.param('id'))
  return patient ? enveloped(200, { data: records.rowOf(patient) }) : enveloped(404, {})
}

const Digits = z.string().refine((text) => text === '' || text.replace(/\D/g, '').length >= 7, 'too short')
const Name = z.string().min(1).max(255)
const Row = z
  .object({
    fname: Name,
    lname: Name,
    sex: z.string().min(4).max(30),
    DOB: z.iso.date(),
    email: z.union([z.literal(''), z.email()]),
    email_direct: z.union([z.literal(''), z.email()]),
    phone_home: Digits,
    phone_cell: Digits,
    phone_biz: Digits,
  })
  .partial()
  .catchall(z.string())

async function updatePatient(records: Records, c: Context): Promise<Response> {
  const patient = records.findPatient(c.req.param('id'))
  if (!patient)
    return enveloped(400, { validationErrors: { uuid: { message: 'invalid or nonexisting value' } } })
  const row = Row.safeParse(await bodyOf(c))
  if (!row.success) return enveloped(400, { validationErrors: faultsOf(row.error) })
  records.update(patient, row.data)
  const { id = '' } = patient
  return enveloped(200, { data: records.rowOf(records.findPatient(id) ?? patient) })
}

async function book({ records, timeZone }: RestDeps, c: Context): Promise<Response> {
  const patient = patientBy(records, c)
  if (!patient) return nobody()
  const visit = NewVisit.safeParse(await bodyOf(c))
  if (!visit.success) return c.json(faultsOf(visit.error), 400)
  return c.json({ id: records.addVisit(toAppointment(visit.data, patient, timeZone)) })
}

function unbook({ chart, visits }: Records, c: Context): Response {
  const id = visits.idOf(Number(c.req.param('eid')))
  if (id === undefined || !chart.read('Appointment', id))
    return c.json({ message: 'no such appointment' }, 404)
  chart.remove('Appointment', id)
  return c.json({ message: 'record deleted' })
}

const Text = z.string().min(1)
const NewMessage = z.object({
  body: z.string().min(2).max(65_535),
  groupname: Text,
  from: Text,
  to: Text,
  title: Text,
  message_status: Text,
})

async function writeMessage(records: Records, c: Context): Promise<Response> {
  const patient = patientBy(records, c)
  if (!patient) return nobody()
  const message = NewMessage.safeParse(await bodyOf(c))
  if (!message.success) return c.json(faultsOf(message.error), 400)
  const { body, to, title, message_status: status } = message.data
  const mid = (records.messages.at(-1)?.mid ?? 0) + 1
  records.messages.push({ mid, pid: records.pidOf(patient), body, to, title, status })
  return c.json({ mid }, 201)
}

async function changeMessage(records: Records, c: Context): Promise<Response> {
  const found = messageOf(records, c)
  const change = NewMessage.partial().safeParse(await bodyOf(c))
  if (!found) return c.json({ message: 'no such message' }, 404)
  if (!change.success) return c.json(faultsOf(change.error), 400)
  const { body = found.body, to = found.to, title = found.title, message_status: status } = change.data
  Object.assign(found, { body, to, title, status: status ?? found.status })
  return c.json({ mid: found.mid })
}

function removeMessage(records: Records, c: Context): Response {
  const found = messageOf(records, c)
  if (!found) return c.json({ message: 'no such message' }, 404)
  records.messages.splice(records.messages.indexOf(found), 1)
  return c.json(true)
}

const messageOf = ({ messages }: Records, c: Context) =>
  messages.find(({ mid, pid }) => mid === Number(c.req.param('mid')) && pid === Number(c.req.param('id')))

/** A document of the chart, which its FHIR shows from then on. */
async function upload({ chart, ...records }: Records, c: Context): Promise<Response> {
  const patient = records.findPatientBy(Number(c.req.param('id')))
  if (!patient) return nobody()
  const category = c.req.query('path')
  const form = await c.req.parseBody().catch(() => ({}))
  const file: unknown = 'document' in form ? form.document : undefined
  if (!category || !(file instanceof File))
    return c.json({ document: { message: 'a file and a path are needed' } }, 400)
  const contentType = file.type || 'application/octet-stream'
  const data = Buffer.from(await file.arrayBuffer()).toString('base64')
  const [binary, document] = [randomUUID(), randomUUID()]
  const url = `Binary/${binary}`
  chart.load([
    { resourceType: 'Binary', id: binary, contentType, data },
    {
      resourceType: 'DocumentReference',
      id: document,
      status: 'current',
      category: [{ text: category }],
      subject: { reference: `Patient/${patient.id}` },
      content: [{ attachment: { contentType, url, title: file.name } }],
    },
  ])
  return c.json(true)
}

const patientBy = (records: Records, c: Context): Patient | undefined =>
  records.findPatientBy(Number(c.req.param('id')))

const nobody = () => Response.json({ pid: { message: 'nobody has this number' } }, { status: 404 })

const bodyOf = (c: Context): Promise<unknown> => c.req.json().catch(() => undefined)

/** By column, as OpenEMR names them; what is wrong with it is not for the caller's reader. */
const faultsOf = (error: z.ZodError) =>
  Object.fromEntries(
    error.issues.map(({ path, message }) => [path.map(String).join('.') || 'body', { message }]),
  )

type Envelope = { validationErrors?: unknown; internalErrors?: unknown; data?: unknown }

const enveloped = (status: number, { validationErrors = [], internalErrors = [], data = [] }: Envelope) =>
  Response.json(
    { validationErrors, internalErrors, data },
    { status, headers: { 'cache-control': 'no-store' } },
  )
