import type { Appointment, Patient, Resource } from '@medplum/fhirtypes'
import type { Chart, OwnPart } from '../dashboard/chart.ts'
import { columnsOf, FHIR_COLUMNS, type FhirColumn, withColumns } from './columns.ts'

/** Columns of `patient_data` that FHIR does not show. */
const OWN_COLUMNS = [
  'allow_patient_portal',
  'hipaa_allowemail',
  'hipaa_allowsms',
  'hipaa_voice',
  'hipaa_mail',
  'phone_contact',
  'title',
  'status',
  'language',
] as const
type OwnColumn = (typeof OWN_COLUMNS)[number]

type Message = { mid: number; pid: number; body: string; to: string; title: string; status: string }

/** The sandbox's chart, with what OpenEMR keeps beside it. */
export type WritableChart = Chart & {
  load: (resources: Resource[]) => void
  remove: (type: string, id: string) => void
}

export type Records = ReturnType<typeof createRecords>

/** OpenEMR's own view of the chart: its numbers for patients and visits, its columns, the inbox of its staff. */
export function createRecords(chart: WritableChart) {
  const patients = createNumbers(chart, 'Patient')
  const visits = createNumbers(chart, 'Appointment')
  const own = new Map<string, Partial<Record<OwnColumn, string>>>()
  const messages: Message[] = []
  const findPatient = (id: string | undefined) => {
    const found = id === undefined ? undefined : chart.read('Patient', id)
    return found?.resourceType === 'Patient' ? found : undefined
  }

  return {
    chart,
    messages,
    visits,
    findPatient,
    findPatientBy: (pid: number) => findPatient(patients.idOf(pid)),
    pidOf: (patient: Patient) => patients.numberOf(patient.id ?? ''),
    /** Every column of a patient; '' = nothing. */
    rowOf: (patient: Patient) => ({
      pid: patients.numberOf(patient.id ?? ''),
      uuid: patient.id ?? '',
      pubpid: patient.identifier?.[0]?.value ?? '',
      ...Object.fromEntries(OWN_COLUMNS.map((column) => [column, ''])),
      ...columnsOf(patient),
      ...own.get(patient.id ?? ''),
    }),
    /** Sets columns; those that there are not are passed over, as OpenEMR does. */
    update(patient: Patient, row: Record<string, string>) {
      const id = patient.id ?? ''
      const pick = <Column extends string>(columns: readonly Column[]) =>
        Object.fromEntries(
          columns.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]]])),
        ) as Partial<Record<Column, string>>
      own.set(id, { ...own.get(id), ...pick(OWN_COLUMNS) })
      const { meta: _, ...kept } = patient
      chart.load([withColumns(kept, { ...columnsOf(patient), ...pick<FhirColumn>(FHIR_COLUMNS) })])
    },
    addVisit(visit: Appointment & { id: string }): number {
      chart.load([visit])
      return visits.numberOf(visit.id)
    },
  }
}

/** Counts up in the order of arrival, like the keys of a table. */
function createNumbers(chart: Chart, type: string) {
  const ids: string[] = []
  const numberOf = (id: string) => {
    if (!ids.includes(id)) ids.push(id)
    return ids.indexOf(id) + 1
  }
  // In use from the first question on: what was there before it is numbered first.
  const known = () => {
    if (ids.length === 0) for (const { id } of chart.search(type, '')) numberOf(id ?? '')
  }
  return {
    numberOf: (id: string) => {
      known()
      return numberOf(id)
    },
    idOf: (number: number) => {
      known()
      return ids[number - 1]
    },
  }
}

/** What people see of it on a patient's page. */
export function ownPartOf(records: Records, patient: Patient): OwnPart {
  const row: Record<string, unknown> = records.rowOf(patient)
  const documents = records.chart.search('DocumentReference', `patient=Patient/${patient.id}`)
  return {
    facts: [
      ['Trusted e-mail', String(row['email_direct'])],
      ['Allow Patient Portal', String(row['allow_patient_portal'])],
      ['Allow Email', String(row['hipaa_allowemail'])],
    ],
    boxes: [
      {
        title: 'Messages',
        lines: records.messages
          .filter(({ pid }) => pid === row['pid'])
          .map(({ title, body, to, status }) => `${title}: ${body} (to ${to}, ${status})`),
      },
      { title: 'Documents', lines: documents.flatMap((one) => titleOf(one)) },
    ],
  }
}

function titleOf(document: Resource): string[] {
  if (document.resourceType !== 'DocumentReference') return []
  const title = document.content[0]?.attachment.title ?? document.description ?? document.type?.text
  return title ? [title] : []
}
