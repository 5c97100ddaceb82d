import type {
  AllergyIntolerance,
  Appointment,
  CodeableConcept,
  Condition,
  Coverage,
  Encounter,
  HumanName,
  Immunization,
  MedicationRequest,
  Observation,
  Patient,
  Reference,
  Resource,
} from '@medplum/fhirtypes'

/** What the dashboard needs of the FHIR server; `query` is a FHIR search in URL form, answered with all matches. */
export type Chart = {
  read: (type: string, id: string) => Resource | undefined
  search: (type: string, query: string) => Resource[]
}

export type PatientRow = {
  id: string
  name: string
  birthDate: string
  sex: string
  mrn: string
  city: string
  flag: string
}
export type ChartBox = { title: string; lines: string[] }
/** What can be edited on a patient's page, and so may change while it is open. */
export type Facts = { born: string; facts: [label: string, value: string][] }
/** What some EMRs keep and show of a patient beside FHIR. */
export type OwnPart = { facts: Facts['facts']; boxes: ChartBox[] }
export type ReadOwnPart = (patient: Patient) => OwnPart | undefined
export type PatientPage = Facts & { row: PatientRow; boxes: ChartBox[] }

export const PAGE_SIZE = 20

/** One page of the patient list; finds by name, birth date (as typed in the US or ISO) or record number. */
export function listPatients(chart: Chart, text: string, page: number) {
  const query = new URLSearchParams([...searchTerms(text), ['_sort', 'family,given']])
  const found = chart.search('Patient', query.toString()) as Patient[]
  const rows = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map(toRow)
  return { rows, total: found.length }
}

/** Everything on a patient's page, or undefined for an unknown patient. */
export function readPatientPage(
  chart: Chart,
  id: string,
  today: string,
  readOwnPart?: ReadOwnPart,
): PatientPage | undefined {
  const patient = chart.read('Patient', id) as Patient | undefined
  if (!patient) return undefined
  const nameOf = createNames(chart)
  const boxes = BOXES.map(({ title, type, query, describe }) => {
    const found = chart.search(type, `patient=Patient/${encodeURIComponent(id)}${query}`)
    return {
      title,
      lines: found
        .slice(0, LONGEST_BOX)
        .map((one) => describe(one, nameOf))
        .filter(Boolean),
    }
  })
  const own = readOwnPart?.(patient)?.boxes ?? []
  return { row: toRow(patient), ...readFacts(chart, patient, today, readOwnPart), boxes: [...boxes, ...own] }
}

/** When a patient was born, for the banner, and what stands in the box of demographics. */
export function readFacts(chart: Chart, patient: Patient, today: string, readOwnPart?: ReadOwnPart): Facts {
  const age = ageText(patient, today)
  const born = `DOB ${americanDate(patient.birthDate)}${age ? ` (${age})` : ''}`
  return { born, facts: [...factsOf(patient, createNames(chart)), ...(readOwnPart?.(patient)?.facts ?? [])] }
}

function searchTerms(text: string): [string, string][] {
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text)
  if (american) {
    const [, month = '', day = '', year] = american
    return [['birthdate', `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`]]
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return [['birthdate', text]]
  if (/\d/.test(text)) return [['identifier', text]]
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => ['name', word])
}

function toRow(patient: Patient): PatientRow {
  return {
    id: patient.id ?? '',
    name: formatName(patient.name),
    birthDate: americanDate(patient.birthDate),
    sex: patient.gender ?? '',
    mrn: mrnOf(patient),
    city: patient.address?.[0]?.city ?? '',
    flag: flagOf(patient),
  }
}

function flagOf(patient: Patient) {
  if (patient.link?.some((link) => link.type === 'replaced-by')) return 'Merged'
  if (patient.deceasedDateTime ?? patient.deceasedBoolean) return 'Deceased'
  return patient.active === false ? 'Inactive' : ''
}

/** "OKAFOR, Walter James", as charts do. */
function formatName(names: HumanName[] | undefined): string {
  const name = names?.find((one) => one.use === 'official') ?? names?.[0]
  if (!name) return 'No name'
  const family = name.family?.toUpperCase()
  return [family, name.given?.join(' ')].filter(Boolean).join(', ') || name.text || 'No name'
}

const mrnOf = (patient: Patient) =>
  (
    patient.identifier?.find((one) => one.type?.coding?.some(({ code }) => code === 'MR')) ??
    patient.identifier?.[0]
  )?.value ?? ''

function factsOf(patient: Patient, nameOf: NameOf): [string, string][] {
  const telecom = (system: string) =>
    patient.telecom
      ?.filter((one) => one.system === system && one.value)
      .map(({ value, use }) => `${value}${use ? ` (${use})` : ''}`)
  const [address] = patient.address ?? []
  const lines = [
    ...(address?.line ?? []),
    [address?.city, address?.state, address?.postalCode].filter(Boolean).join(' '),
  ]
  return [
    ['Address', lines.filter(Boolean).join(', ')],
    ['Phone', telecom('phone')?.join(', ') ?? ''],
    ['E-mail', telecom('email')?.join(', ') ?? ''],
    ['Language', languageOf(patient)],
    ['Sex', patient.gender ?? ''],
    ['Doctor', nameOf(patient.generalPractitioner?.[0])],
  ]
}

/** The name of what a reference points to, where it is not written beside it. */
type NameOf = (reference: Reference | undefined) => string

const createNames =
  (chart: Chart): NameOf =>
  (reference) => {
    if (!reference?.reference || reference.display) return reference?.display ?? ''
    const [type = '', id = ''] = reference.reference.split('/')
    const found = chart.read(type, id)
    if (found?.resourceType === 'Organization') return found.name ?? ''
    return found?.resourceType === 'Practitioner' ? formatName(found.name) : ''
  }

function languageOf(patient: Patient) {
  const language = patient.communication?.find(({ preferred }) => preferred) ?? patient.communication?.[0]
  const code = language?.language.coding?.[0]?.code
  return (
    concept(language?.language) ||
    (code ? (new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? '') : '')
  )
}

function ageText(patient: Patient, today: string) {
  const { birthDate = '' } = patient
  if (birthDate.length < 10 || patient.deceasedDateTime || patient.deceasedBoolean) return ''
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return `${today.slice(5) < birthDate.slice(5) ? years - 1 : years} y`
}

const describeMedication = (one: MedicationRequest) =>
  [
    concept(one.medicationCodeableConcept) || (one.medicationReference?.display ?? ''),
    one.dosageInstruction?.[0]?.text,
  ]
    .filter(Boolean)
    .join(', ')

const describeAppointment = (one: Appointment) =>
  [dayAndTime(one.start), one.description ?? concept(one.appointmentType), one.status]
    .filter(Boolean)
    .join(', ')

const describeCoverage = (one: Coverage, nameOf: NameOf) =>
  [nameOf(one.payor[0]) || concept(one.type), one.subscriberId].filter(Boolean).join(', ')

const describeImmunization = (one: Immunization) =>
  `${americanDate(one.occurrenceDateTime)} ${concept(one.vaccineCode)}`.trim()

function describeObservation(one: Observation) {
  const { value, unit } = one.valueQuantity ?? {}
  const amount =
    value === undefined
      ? (one.valueString ?? concept(one.valueCodeableConcept))
      : `${Math.round(value * 100) / 100} ${unit ?? ''}`
  return `${americanDate(one.effectiveDateTime)} ${concept(one.code)} ${amount}`.trim()
}

const describeEncounter = (one: Encounter) =>
  `${americanDate(one.period?.start)} ${concept(one.type?.[0])}`.trim()

type Box = {
  title: string
  type: string
  query: string
  describe: (resource: Resource, nameOf: NameOf) => string
}

const box = <T extends Resource>(
  title: string,
  type: T['resourceType'],
  query: string,
  describe: (one: T, nameOf: NameOf) => string,
): Box => ({
  title,
  type,
  query,
  describe: (resource, nameOf) => describe(resource as T, nameOf),
})

const LONGEST_BOX = 8
const BOXES: Box[] = [
  box<Condition>('Problems', 'Condition', '', (one) => concept(one.code)),
  box('Medications', 'MedicationRequest', '&status=active', describeMedication),
  box<AllergyIntolerance>('Allergies', 'AllergyIntolerance', '', (one) => concept(one.code)),
  box('Appointments', 'Appointment', '&_sort=-date', describeAppointment),
  box('Insurance', 'Coverage', '', describeCoverage),
  box('Immunizations', 'Immunization', '&_sort=-date', describeImmunization),
  box('Results', 'Observation', '&_sort=-date', describeObservation),
  box('Visits', 'Encounter', '&_sort=-date', describeEncounter),
]

const concept = (value: CodeableConcept | undefined) =>
  value?.text ?? value?.coding?.find((one) => one.display)?.display ?? ''

/** 03/14/1948 from any FHIR date; what is only a year or a month stays as it is. */
function americanDate(text: string | undefined) {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? '') ?? []
  return day ? `${month}/${day}/${year}` : (text ?? '')
}

const dayAndTime = (instant: string | undefined) =>
  `${americanDate(instant)} ${instant?.slice(11, 16) ?? ''}`.trim()
