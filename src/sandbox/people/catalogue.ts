import type { CodeableConcept } from '@medplum/fhirtypes'
import type { ConditionKey } from './person.ts'

const SNOMED = 'http://snomed.info/sct'
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const LOINC = 'http://loinc.org'
const CVX = 'http://hl7.org/fhir/sid/cvx'

const concept = (system: string, code: string, display: string): CodeableConcept => ({
  coding: [{ system, code, display }],
  text: display,
})

/** A condition with what usually comes with it. */
export const CONDITIONS: Record<
  ConditionKey,
  { code: CodeableConcept; medication: CodeableConcept; dose: string }
> = {
  hypertension: {
    code: concept(SNOMED, '38341003', 'Hypertensive disorder'),
    medication: concept(RXNORM, '314076', 'lisinopril 10 MG Oral Tablet'),
    dose: 'Take 1 tablet by mouth every morning',
  },
  diabetes: {
    code: concept(SNOMED, '44054006', 'Diabetes mellitus type 2'),
    medication: concept(RXNORM, '861007', 'metformin hydrochloride 500 MG Oral Tablet'),
    dose: 'Take 1 tablet by mouth with breakfast and dinner',
  },
  asthma: {
    code: concept(SNOMED, '195967001', 'Asthma'),
    medication: concept(RXNORM, '745679', '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler'),
    dose: 'Inhale 2 puffs when short of breath, at most every 4 hours',
  },
  hyperlipidemia: {
    code: concept(SNOMED, '55822004', 'Hyperlipidemia'),
    medication: concept(RXNORM, '617310', 'atorvastatin 20 MG Oral Tablet'),
    dose: 'Take 1 tablet by mouth every evening',
  },
  osteoarthritis: {
    code: concept(SNOMED, '396275006', 'Osteoarthritis'),
    medication: concept(RXNORM, '313782', 'acetaminophen 325 MG Oral Tablet'),
    dose: 'Take 2 tablets by mouth every 6 hours as needed for pain',
  },
  reflux: {
    code: concept(SNOMED, '235595009', 'Gastroesophageal reflux disease'),
    medication: concept(RXNORM, '198051', 'omeprazole 20 MG Delayed Release Oral Capsule'),
    dose: 'Take 1 capsule by mouth before breakfast',
  },
}

/** Something measured: its code, unit, and the range its values are drawn from. */
export type Measure = {
  code: CodeableConcept
  unit: string
  ucum: string
  min: number
  max: number
  digits: number
}

export const VITALS: Measure[] = [
  {
    code: concept(LOINC, '8867-4', 'Heart rate'),
    unit: 'beats/min',
    ucum: '/min',
    min: 58,
    max: 92,
    digits: 0,
  },
  { code: concept(LOINC, '29463-7', 'Body weight'), unit: 'kg', ucum: 'kg', min: 52, max: 104, digits: 1 },
  {
    code: concept(LOINC, '8310-5', 'Body temperature'),
    unit: '°C',
    ucum: 'Cel',
    min: 36.2,
    max: 37.2,
    digits: 1,
  },
]

export const BLOOD_PRESSURE = {
  code: concept(LOINC, '85354-9', 'Blood pressure panel with all children optional'),
  systolic: concept(LOINC, '8480-6', 'Systolic blood pressure'),
  diastolic: concept(LOINC, '8462-4', 'Diastolic blood pressure'),
}

export const LABS: Measure[] = [
  { code: concept(LOINC, '4548-4', 'Hemoglobin A1c'), unit: '%', ucum: '%', min: 4.8, max: 8.2, digits: 1 },
  {
    code: concept(LOINC, '2093-3', 'Cholesterol'),
    unit: 'mg/dL',
    ucum: 'mg/dL',
    min: 142,
    max: 251,
    digits: 0,
  },
  {
    code: concept(LOINC, '2823-3', 'Potassium'),
    unit: 'mmol/L',
    ucum: 'mmol/L',
    min: 3.4,
    max: 5.2,
    digits: 1,
  },
  {
    code: concept(LOINC, '2160-0', 'Creatinine'),
    unit: 'mg/dL',
    ucum: 'mg/dL',
    min: 0.6,
    max: 1.4,
    digits: 2,
  },
]

export const VACCINES: CodeableConcept[] = [
  concept(CVX, '140', 'Influenza, seasonal, injectable, preservative free'),
  concept(CVX, '115', 'Tdap'),
  concept(CVX, '03', 'MMR'),
]

export const ALLERGIES: CodeableConcept[] = [
  concept(SNOMED, '91936005', 'Allergy to penicillin'),
  concept(SNOMED, '91935009', 'Allergy to peanut'),
  concept(SNOMED, '300916003', 'Latex allergy'),
]

export const CHECK_UP = concept(SNOMED, '185349003', 'Encounter for check up')
export const PROGRESS_NOTE = concept(LOINC, '11506-3', 'Progress note')
