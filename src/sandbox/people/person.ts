/** What is set by hand about a person; the chart around them is generated. */
export type Person = {
  /** FHIR id, the same at every start. */
  id: string
  /** Medical record number. */
  mrn: string
  given?: string[]
  family?: string
  /** The name in another script or form, shown beside the other: `['王', '小明']` = family, given. */
  otherName?: { family?: string; given: string[] }
  gender: 'female' | 'male' | 'other' | 'unknown'
  /** Full, year only, or unknown to the practice. */
  birthDate?: string
  /** BCP 47 */
  language: string
  homePhone?: string
  mobilePhone?: string
  email?: string
  /** Known to reach this person and nobody else. */
  trustedEmail?: string
  street?: string
  active?: false
  deceasedAt?: string
  /** Id of the record this one was merged into. */
  replacedBy?: string
  /** Ids of the people this person answers for. */
  parentOf?: string[]
  /** What the chart is about; left out = nothing was ever recorded. */
  chart?: ChartPlan
}

/** Which parts of the chart are filled. */
type ChartPlan = { conditions: ConditionKey[]; payer: 'medicare' | 'cascade' | 'none' }

export type ConditionKey =
  | 'hypertension'
  | 'diabetes'
  | 'asthma'
  | 'hyperlipidemia'
  | 'osteoarthritis'
  | 'reflux'

/** The day on which the built-in data was written down; everything in it is dated relative to this day. */
export const REFERENCE_DATE = '2026-11-22'
