import type { ContactPoint, Patient } from '@medplum/fhirtypes'
import { TRUSTED_EMAIL } from '../../fhir-profiles/canonicals.ts'
import { PEOPLE } from './people.ts'
import { expectOk, type TestService } from './service.ts'

export const MARK = { url: TRUSTED_EMAIL, valueBoolean: true }
export const HOME = { system: 'phone', use: 'home', value: '(555) 010-0101' } as const
export const MOBILE = { system: 'phone', use: 'mobile', value: '(555) 010-0102', rank: 2 } as const
export const MAIL = { system: 'email', use: 'home', value: 'piotr@mail.example' } as const

/** One patient's chart, from the EMR's side and from the side of a staff member who has it open in Portico. */
export async function openChart(service: TestService, who: string = PEOPLE.piotr) {
  const tab = await service.launch(who)
  const read = () => service.emr.fhir.read('Patient', who) as Patient

  return {
    tab,
    /** What the EMR holds. */
    read,
    values: () => read().telecom?.map(({ value }) => value),
    /** What somebody at the EMR itself writes. */
    put: (...telecom: ContactPoint[]) => service.emr.fhir.load([{ ...read(), telecom }]),
    card: () => expectOk(tab.browser.get(`${tab.api}/access`)),
    save: (contacts: Record<string, unknown>, at = tab) => {
      service.clock.now += 1
      return at.browser.put(`${at.api}/access`, { contacts })
    },
    /** The fields that the trail names, change by change. */
    trail: async () => {
      const rows = await service.store.db
        .selectFrom('audit')
        .select('detail')
        .where('patient_id', '=', who)
        .where('action', '=', 'contacts.changed')
        .orderBy('at')
        .orderBy('id')
        .execute()
      return rows.map(({ detail }) => (JSON.parse(detail) as { fields: string }).fields)
    },
    /** Our own row about the trusted e-mail. */
    held: () =>
      service.store.db
        .selectFrom('patient_access')
        .select('trusted_email_sealed')
        .where('patient_id', '=', who)
        .executeTakeFirst(),
  }
}

export type Chart = Awaited<ReturnType<typeof openChart>>

/** An EHR with rules of its own: it keeps what `rule` makes of a Patient, without a word. Returns the way back. */
export function keepOnly(service: TestService, rule: (telecom: ContactPoint[]) => ContactPoint[]) {
  const { fetch: real } = service.emr
  service.emr.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.method !== 'PUT') return real(request)
    const patient = (await request.json()) as Patient
    const kept = { ...patient, telecom: rule(patient.telecom ?? []) }
    return real(
      new Request(request.url, {
        ...init,
        method: 'PUT',
        headers: request.headers,
        body: JSON.stringify(kept),
      }),
    )
  }
  return () => {
    service.emr.fetch = real
  }
}
