import { DAY_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { randomCode, randomDigits, uuidv7 } from '../crypto/tokens.ts'
import { endOfDayIn } from '../fhir/dates.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import type { Invited } from './invited.ts'
import { planReminders, mailLink } from './mail-link.ts'
import { addTicket, codeMac, portalIdMacs, sealPayload } from './tickets.ts'

const CODE_LENGTH = 8
/** Six digits alone stand up to guessing for so long. */
const DAYS_WITHOUT_CODE = 14
const PORTAL_ID_TRIES = 20

export type IssuedActivation = {
  kind: 'activation'
  id: string
  portalId: string
  code: string | null
  validUntil: number
}

/** Until when an activation that is made now is good: to the end of the day that its letter names. */
export function activationEnd({ settings, timeZone }: Practice, now: number): number {
  const { activationMode, invitationDays } = settings
  const days = activationMode === 'classic' ? Math.min(invitationDays, DAYS_WITHOUT_CODE) : invitationDays
  return endOfDayIn(now + days * DAY_MS, timeZone)
}

/** Makes a portal ID and, in strong mode, a code; mails a link too where there is an address to mail it to. */
export async function issueActivation(
  tx: Db,
  deps: { keyring: Keyring },
  invited: Invited,
): Promise<IssuedActivation> {
  const { practice, accountId, staffId, payload, mailTo, now } = invited
  const id = uuidv7(now)
  const code = practice.settings.activationMode === 'strong' ? randomCode(CODE_LENGTH) : null
  const validUntil = activationEnd(practice, now)
  const row = { practice_id: practice.id, id, kind: 'activation' as const, account_id: accountId }
  const times = { created_at: now, created_by: staffId, expires_at: validUntil }
  const portalId = await addUnderFreeId(tx, deps.keyring, {
    ...row,
    ...times,
    secret_mac: code === null ? null : codeMac(deps.keyring, id, code),
    payload_sealed: sealPayload(deps.keyring, row, payload),
  })
  if (mailTo !== null) {
    const clocked = { keyring: deps.keyring, now: () => now }
    const activation = { ...row, ...times }
    const link = { practice, activation, to: mailTo, addressee: payload, createdBy: staffId }
    await mailLink(tx, clocked, { ...link, reminderDay: null })
    await planReminders(tx, clocked, practice.id, activation, payload.patientId)
  }
  return { kind: 'activation', id, portalId, code, validUntil }
}

/** Six digits are few: draw until one is free among the live ones. */
async function addUnderFreeId(
  tx: Db,
  keyring: Keyring,
  ticket: Omit<Parameters<typeof addTicket>[1], 'lookup'>,
) {
  for (let attempt = 0; attempt < PORTAL_ID_TRIES; attempt++) {
    const portalId = randomDigits(6)
    const [lookup = ''] = portalIdMacs(keyring, ticket.practice_id, portalId)
    if (await addTicket(tx, { ...ticket, lookup })) return portalId
  }
  throw new Problem('busy', 'No free portal ID was found. Try again.', { retryAfter: 1 })
}
