import type { Address, Identifier, Patient } from '@medplum/fhirtypes'

const IDENTIFIER_TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203'

/** The number by which the practice files the patient; `null` when the EHR shows none. */
export function mrnOf(patient: Patient): string | null {
  const current = (patient.identifier ?? []).filter(
    ({ use, value, period }) => value && use !== 'old' && !period?.end,
  )
  const mrn = current.find(isMedicalRecordNumber) ?? current.find(({ use }) => use === 'usual')
  return mrn?.value ?? null
}

const isMedicalRecordNumber = ({ type }: Identifier) =>
  type?.coding?.some(({ system, code }) => code === 'MR' && (!system || system === IDENTIFIER_TYPES)) ?? false

/**
 * The language to write to the patient in, as a BCP-47 primary subtag, e.g. `es`: the preferred one, or the only one.
 * Three-letter codes that have a two-letter form become it (`spa` → `es`).
 * @see US Core Patient, `communication.preferred`
 */
export function languageOf(patient: Patient): string | null {
  const all = patient.communication ?? []
  const chosen = all.find(({ preferred }) => preferred) ?? (all.length === 1 ? all[0] : undefined)
  const code = chosen?.language.coding?.find((coding) => coding.code)?.code
  return code ? primarySubtag(code) : null
}

/** Few codes in a whole chart, each asked for at every read, and parsing one costs more than the rest of a profile. */
const subtags = new Map<string, string | null>()

function primarySubtag(code: string): string | null {
  const known = subtags.get(code)
  if (known !== undefined) return known
  const subtag = parseSubtag(code)
  if (subtags.size < 1000) subtags.set(code, subtag)
  return subtag
}

function parseSubtag(code: string): string | null {
  try {
    const { language } = new Intl.Locale(code.replaceAll('_', '-'))
    // No language at all is `und` in the standard and nothing in V8.
    return !language || language === 'und' ? null : language
  } catch (error) {
    // A code that is not BCP-47 says nothing we could use; the practice's own language is taken instead.
    if (error instanceof RangeError) return null
    throw error
  }
}

/** The patient's current postal address as lines, the home first; the country only when it is another one. */
export function addressLines(patient: Patient): string[] {
  const current = (patient.address ?? []).filter(({ use, period }) => use !== 'old' && !period?.end)
  const address =
    current.find(({ use, type }) => use === 'home' && type !== 'physical') ??
    current.find(({ use }) => use === 'home') ??
    current[0]
  return address ? linesOf(address) : []
}

function linesOf({ line, city, state, postalCode, country, text }: Address): string[] {
  const region = [state, postalCode].filter(Boolean).join(' ')
  const place = [city, region].filter(Boolean).join(', ')
  const abroad = country && !/^(us|usa|united states.*)$/i.test(country) ? country : ''
  const lines = [...(line ?? []), place, abroad].map((part) => part.trim()).filter(Boolean)
  return lines.length > 0 || !text
    ? lines
    : text
        .split(/\r?\n/)
        .map((part) => part.trim())
        .filter(Boolean)
}

/** Whether this record was merged into another one, so that nobody may act on it any more. */
export const isDeceased = (patient: Patient): boolean =>
  patient.deceasedBoolean === true || patient.deceasedDateTime !== undefined

export const isMergedAway = (patient: Patient): boolean =>
  patient.link?.some(({ type }) => type === 'replaced-by') ?? false
