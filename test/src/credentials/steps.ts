import { TRUSTED_EMAIL } from '../../../fhir-profiles/canonicals.ts'
import { DAY_MS } from '../../../src/clock.ts'
import { endOfDayIn } from '../../../src/fhir/dates.ts'
import { openMail, type KeptMail } from '../../../src/mail/outbox.ts'
import { expectOk, type LaunchedTab, type TestService } from '../../support/service.ts'

const CONFIRM = '/fernwood/api/portal/activation'
const CHOOSE = '/fernwood/api/portal/activation/credentials'
export const SESSION = '/fernwood/api/portal/session'
const CREDENTIALS = '/fernwood/api/portal/credentials'
export const HOME = '/fernwood/api/portal/home'

export const MAIL_ONLY = { kind: 'activation', slip: false, mail: true }
export const WORDS = { kind: 'temporary-password', slip: true, mail: false }

/** Mail that nobody takes: what is sent stays in the outbox to be read. */
export const NO_POSTMAN = { initial: { mailHost: '127.0.0.1', mailPort: 9 } }

type KeptRow = KeptMail & {
  kind: string
  about: string | null
  createdAt: number
  failedAt: number | null
}

/** What staff, patients and time do in the tests of one service. */
export function stepsOf(service: TestService) {
  /** Each phone comes from an address of its own, so that limits per address do not meet. */
  let lastHost = 0
  const openPhone = () => {
    const phone = service.openBrowser()
    lastHost += 1
    const from = { 'x-forwarded-for': `203.0.${lastHost >> 8}.${lastHost & 255}` }
    return {
      ...phone,
      confirm: (body: object) => phone.post(CONFIRM, body, from),
      choose: (body: object) => phone.post(CHOOSE, body, from),
      signIn: (body: object) => phone.post(SESSION, body, from),
      change: (body: object, key: string = crypto.randomUUID()) =>
        phone.put(CREDENTIALS, body, { ...from, 'idempotency-key': key }),
    }
  }

  /** Access and e-mail allowed, and an address that only the patient reads, whatever the chart says. */
  async function allow(tab: LaunchedTab, trustedEmail?: string) {
    if (trustedEmail !== undefined) trust(tab.patient, trustedEmail)
    return expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true, allowEmail: true }))
  }

  function trust(patientId: string, value: string | null) {
    const patient = service.emr.fhir.read('Patient', patientId)
    if (patient?.resourceType !== 'Patient') throw new Error(`${patientId} is missing`)
    const others = (patient.telecom ?? []).filter(({ extension }) => !extension)
    const extension = [{ url: TRUSTED_EMAIL, valueBoolean: true }]
    const trusted = value === null ? [] : [{ system: 'email' as const, value, extension }]
    service.emr.fhir.load([{ ...patient, telecom: [...others, ...trusted] }])
  }

  const post = (tab: LaunchedTab, path: string, body: object, key?: string) =>
    tab.browser.post(`${tab.api}/invitations${path}`, body, key ? { 'idempotency-key': key } : undefined)

  /** Every mail whose text the outbox still has, oldest first. */
  async function mails(): Promise<KeptRow[]> {
    const rows = await service.store.db
      .selectFrom('outbox')
      .selectAll()
      .where('payload_sealed', 'is not', null)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map((row) => ({
      ...openMail(service.wiring.keyring, row),
      kind: row.kind,
      about: row.about,
      createdAt: row.created_at,
      failedAt: row.failed_at,
    }))
  }

  const linkIn = (mail: { text: string } | undefined) =>
    /activate#link=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? 'no link'
  const newestLink = async () => linkIn((await mails()).at(-1))

  /** Signs in by temporary password, on a phone of its own. */
  async function visit(username: string, words: string) {
    const phone = openPhone()
    await expectOk(phone.signIn({ username, password: words }))
    return phone
  }

  return {
    openPhone,
    visit,
    allow,
    trust,
    mails,
    linkIn,
    newestLink,
    withdraw: (tab: LaunchedTab) => expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: false })),
    offer: (tab: LaunchedTab) => tab.browser.get(`${tab.api}/invitations/offer`),
    invite: (tab: LaunchedTab, body: object, key?: string) => post(tab, '', body, key),
    mailAgain: (tab: LaunchedTab, key?: string) => post(tab, '/current/mail', {}, key),
    cancel: (tab: LaunchedTab) => tab.browser.delete(`${tab.api}/invitations/current`),
    card: (tab: LaunchedTab) => expectOk(tab.browser.get(`${tab.api}/access`)),
    /** A temporary password as the patient reads it from paper. */
    words: (tab: LaunchedTab, more: object = {}) => service.inviteAndRead(tab, { ...WORDS, ...more }),
  }
}

export type Steps = ReturnType<typeof stepsOf>

/** The end of the day in Fernwood that lies so many days ahead: until then what was made now is good. */
export const dayEnds = ({ clock }: Pick<TestService, 'clock'>, days: number): number =>
  endOfDayIn(clock.now + days * DAY_MS, 'America/Los_Angeles')
