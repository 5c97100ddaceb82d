import { DAY_MS, SECOND_MS, type Clock } from '../clock.ts'
import { toRefusal } from '../mail/faults.ts'
import { greetMailServer } from '../mail/transport.ts'
import type { Practice } from '../practices/practice.ts'
import { checkPortal, type CheckPortalDeps } from '../settings/check-portal.ts'
import type { MailFault, PortalCheck } from '../settings/schema.ts'
import type { EhrAnswer } from './ask-ehr.ts'
import { find, type Finding } from './findings.ts'
import type { CheckHow } from './words.ts'

export type AddressDeps = CheckPortalDeps & {
  now: Clock
  /** False when the report is made while Portico does not run. */
  isRunning: boolean
}

/** Beyond the first the two should be mended, beyond the second assertions that live five minutes may be refused. */
const SKEW = { warning: 30, fault: 120 }
const CERTIFICATE_SOON_MS = 21 * DAY_MS
const GREETED_WITHIN_MS = 8 * SECOND_MS

/** How far the EHR's clock and ours are apart. Pure. */
export function clockCheck({ reached, skewSeconds: seconds }: EhrAnswer): Finding {
  if (seconds === null) return find('clock', 'unknown', reached ? 'untold' : 'silent')
  const details = { with: { seconds } }
  if (seconds > SKEW.fault) return find('clock', 'fault', 'far-apart', details)
  return seconds > SKEW.warning
    ? find('clock', 'warning', 'apart', details)
    : find('clock', 'ok', 'agree', details)
}

/** Whether patients find the portal where the letters say that it is. */
export async function addressCheck(deps: AddressDeps, practice: Practice): Promise<Finding> {
  const address = new URL(practice.portalUrl).origin
  if (!deps.isRunning) return find('portal-address', 'unknown', 'stopped', { with: { address } })
  return addressFinding(address, await checkPortal(deps, practice, { address }), deps.now())
}

/** What an answer from the portal's address means. Pure. */
export function addressFinding(
  address: string,
  { state, certificateUntil: until }: PortalCheck,
  now: number,
): Finding {
  const details = { with: { address }, at: until }
  if (until !== null && until <= now) return find('portal-address', 'fault', 'ended', details)
  if (state === 'other') return find('portal-address', 'fault', 'other', details)
  // A certificate was shown, and what it stands for was not asked: as a rule because it was not to be trusted.
  if (state !== 'ok') return find('portal-address', 'fault', until === null ? 'silent' : 'untrusted', details)
  if (until === null) return withoutCertificate(address)
  return until < now + CERTIFICATE_SOON_MS
    ? find('portal-address', 'warning', 'ends', details)
    : find('portal-address', 'ok', 'until', details)
}

const withoutCertificate = (address: string) =>
  address.startsWith('https://')
    ? find('portal-address', 'ok', 'yes', { with: { address } })
    : find('portal-address', 'warning', 'plain', { with: { address } })

/** Whether the practice's mail server lets Portico in: it connects and signs in, and sends nothing. */
export async function mailCheck({ mail }: Pick<Practice, 'mail'>): Promise<Finding> {
  if (!mail) return find('mail', 'warning', 'none')
  const late = Promise.withResolvers<'timeout'>()
  const timer = setTimeout(() => late.resolve('timeout'), GREETED_WITHIN_MS)
  const greeted = greetMailServer(mail).then(
    () => null,
    (error: unknown) => toRefusal(error).fault,
  )
  const fault = await Promise.race([greeted, late.promise])
  clearTimeout(timer)
  return fault === null ? find('mail', 'ok', 'yes') : find('mail', 'fault', MAIL_FAULTS[fault] ?? 'other')
}

const MAIL_FAULTS: Partial<Record<MailFault, CheckHow<'mail'>>> = {
  'not-found': 'not-found',
  'not-reached': 'not-reached',
  timeout: 'timeout',
  'no-tls': 'no-tls',
  certificate: 'certificate',
  'sign-in': 'sign-in',
}
