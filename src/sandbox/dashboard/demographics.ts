import type { ContactPoint, Patient, Resource } from '@medplum/fhirtypes'
import * as z from 'zod'
import { type Markup, markup } from '../markup.ts'
import type { Chart } from './chart.ts'

/** What staff of this EMR can set right in a patient's demographics: what is not named stays, and '' = none. */
export const EditDemographics = z.strictObject({
  birthDate: z.union([z.literal(''), z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/)]).optional(),
  mobilePhone: z.string().trim().max(40).optional(),
  email: z.string().trim().max(200).optional(),
})
export type EditDemographics = z.infer<typeof EditDemographics>
export type Demographics = Record<keyof EditDemographics, string>

/** Only the first of a kind is changed here; all others stay as they are. */
const isMobile = ({ system, use }: ContactPoint) => system === 'phone' && use === 'mobile'
/** An address with an extension, or one of a phone, is somebody else's business. */
const isEmail = ({ system, use, extension }: ContactPoint) =>
  system === 'email' && use !== 'mobile' && !extension

export function readDemographics({ birthDate = '', telecom = [] }: Patient): Demographics {
  const valueOf = (fits: (one: ContactPoint) => boolean) => telecom.find(fits)?.value ?? ''
  return { birthDate, mobilePhone: valueOf(isMobile), email: valueOf(isEmail) }
}

/** Writes them into the chart as a new version. */
export function saveDemographics(
  chart: Chart & { load: (resources: Resource[]) => void },
  { birthDate: born, meta: _meta, telecom = [], ...patient }: Patient,
  { birthDate = born, mobilePhone, email }: EditDemographics,
): void {
  const withPhone = put(telecom, isMobile, { system: 'phone', use: 'mobile' }, mobilePhone)
  const withEmail = put(withPhone, isEmail, { system: 'email', use: 'home' }, email)
  chart.load([{ ...patient, ...(birthDate ? { birthDate } : {}), telecom: withEmail }])
}

function put(
  telecom: ContactPoint[],
  fits: (one: ContactPoint) => boolean,
  kind: ContactPoint,
  value: string | undefined,
) {
  if (value === undefined) return telecom
  const at = telecom.findIndex(fits)
  if (value === '') return telecom.filter((_, index) => index !== at)
  return at < 0 ? [...telecom, { ...kind, value }] : telecom.with(at, { ...telecom[at], value })
}

/** The form in a dialog of its own, over whatever is open: an app can ask for it too. */
export const demographicsDialog = (name: string, action: string, values: Demographics): Markup =>
  markup`<dialog class="small" id="edit-demographics" aria-labelledby="edit-demographics-title">
    <form method="post" action="${action}">
      <h2 id="edit-demographics-title">Demographics of ${name}</h2>
      <label>Birth date <input name="birthDate" value="${values.birthDate}" placeholder="YYYY-MM-DD" /></label>
      <label>Mobile phone <input name="mobilePhone" type="tel" value="${values.mobilePhone}" /></label>
      <label>E-mail <input name="email" type="email" value="${values.email}" /></label>
      <p class="notice" role="alert" hidden>Not saved. Check the birth date.</p>
      <span><button class="primary">Save</button> <button type="button" data-closes>Cancel</button></span>
    </form>
  </dialog>`
