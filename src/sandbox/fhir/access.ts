/** Who asks, as the authorization server sees it. Patient-context tokens reach only that patient's resources. */
export type FhirAccess = {
  kind: 'user' | 'system' | 'patient'
  /** Granted scopes, SMART v1 (`user/Patient.read`) or v2 (`user/Patient.rs`). */
  scope: string
  /** Patient in context: FHIR id. */
  patient?: string
  /** FHIR user, e.g. `Practitioner/prac-osei`. */
  user?: string
}

/** create, read, update, delete, search */
export type Interaction = 'c' | 'r' | 'u' | 'd' | 's'

/** How far a token reaches: every resource of the type, those of one patient, or none. */
export type Reach = 'all' | { patient: string } | 'none'

const V1: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' }

/**
 * How far a token reaches for one interaction with one type. Scopes that carry a query (`?category=…`) grant
 * nothing here: this server cannot narrow by them, and granting more than was asked for would be worse.
 * @see SMART App Launch 2.2 §3.0.2 (scopes for requesting FHIR resources)
 */
export const reachOf = (access: FhirAccess, type: string, interaction: Interaction): Reach => {
  const levels = access.scope
    .split(/\s+/)
    .flatMap((scope) => parseScope(scope))
    .filter((grant) => (grant.type === '*' || grant.type === type) && grant.letters.includes(interaction))
    .map((grant) => grant.level)
  if (access.kind !== 'patient' && levels.includes(access.kind)) return 'all'
  return levels.includes('patient') && access.patient ? { patient: access.patient } : 'none'
}

const parseScope = (scope: string) => {
  const [, level, type = '', permission = ''] =
    /^(patient|user|system)\/([A-Za-z]+|\*)\.([a-z]+|\*)$/.exec(scope) ?? []
  if (!level) return []
  const letters = V1[permission] ?? (/^c?r?u?d?s?$/.test(permission) ? permission : '')
  return [{ level, type, letters }]
}
