/** The root of everything Portico names in FHIR. A name, not an address: nothing is ever fetched from it. */
const BASE = 'https://portico.example/fhir'

/** On a `Patient.telecom` e-mail: staff have checked that it reaches the patient and nobody else (`valueBoolean`). */
export const TRUSTED_EMAIL = `${BASE}/StructureDefinition/trusted-email`

/** Codes of the consents that Portico keeps in the chart. */
export const PORTAL_CONSENT_CODES = `${BASE}/CodeSystem/portal-consent`
/** The consent under which a patient may use the portal. */
export const PORTAL_ACCESS = 'portal-access'

/** Identifier system of the portal-access consent: one per practice and patient. */
export const PORTAL_ACCESS_IDENTIFIER = `${BASE}/sid/portal-access`
