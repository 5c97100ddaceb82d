import type { Patient } from '@medplum/fhirtypes'
import { ageOn, isFullDate } from '../fhir/dates.ts'
import { initialPairs } from '../fhir/names.ts'
import { isDeceased, isMergedAway } from '../fhir/patient.ts'
import { contactsOf, phonesOf } from '../fhir/telecom.ts'
import type { Practice } from '../practices/practice.ts'
import type { RequirableLine } from '../settings/schema.ts'
import type { LineId, ReadinessLine } from './schema.ts'
import type { Standing } from './standing.ts'

/** Below this nobody holds an account of their own, whatever the practice sets: a proxy acts for them (COPPA). */
const YOUNGEST_AGE = 13

/** Lines that nothing which staff do here can mend. */
const FINAL: readonly LineId[] = ['alive', 'active', 'not-merged', 'age']

/** What each line that a practice can insist on is for, while it does not. */
const NEED_OF: Record<RequirableLine, 'mail' | 'advised'> = {
  phone: 'advised',
  'contact-email': 'advised',
  'trusted-email': 'mail',
}

export type ReadinessFacts = Standing & { patient: Patient; practice: Practice; now: number }

/**
 * What an invitation needs, line by line, for the access card. Pure.
 * @see design §8 "Who can be invited"; seed 000 step 2, seed 001 "How to Authorize a Patient"
 */
export function readiness(facts: ReadinessFacts): ReadinessLine[] {
  const { patient, practice, trustedEmail } = facts
  const needOf = (id: RequirableLine) =>
    practice.settings.requiredLines.includes(id) ? 'blocks' : NEED_OF[id]
  const given = (id: RequirableLine, value: string | undefined | null) =>
    line(id, needOf(id), value ? null : 'missing', value)
  return [
    line('portal-on', 'blocks', practice.settings.portalOpen ? null : 'portal-off'),
    addressLine(practice),
    line('allowed', 'blocks', facts.allowed === 'yes' ? null : facts.allowed),
    line('birth-date', 'blocks', birthDateReason(patient), patient.birthDate),
    line('name', 'blocks', initialPairs(patient).length > 0 ? null : 'missing'),
    line('alive', 'blocks', isDeceased(patient) ? 'deceased' : null),
    line('active', 'blocks', patient.active === false ? 'inactive' : null),
    line('not-merged', 'blocks', isMergedAway(patient) ? 'merged' : null),
    ...ageLine(facts),
    given('phone', phonesOf(patient)[0]?.value),
    given('contact-email', contactsOf(patient).contactEmail),
    given('trusted-email', trustedEmail),
    line('allow-email', 'mail', facts.emailAllowed ? null : 'not-asked'),
    line('mail-sender', 'mail', practice.mail ? null : 'missing'),
  ]
}

/** Ids of the lines that stop an invitation now. */
export const blockingLines = (lines: ReadinessLine[]) =>
  lines.filter(({ done, need }) => !done && need === 'blocks')

/** True where no button here can help: the card says why and offers no Create. */
export const isStopped = (lines: ReadinessLine[]) => blockingLines(lines).some(({ id }) => FINAL.includes(id))

const line = (
  id: LineId,
  need: ReadinessLine['need'],
  reason: string | null,
  value?: string | null,
): ReadinessLine => ({
  id,
  done: reason === null,
  need,
  reason,
  value: value ?? null,
})

/** A letter must not name an address that this service does not answer under. */
function addressLine({ settings, portalAddresses, portalUrl }: Practice): ReadinessLine {
  const { portalAddress: chosen } = settings
  if (chosen === null || portalAddresses.includes(chosen))
    return line('portal-address', 'blocks', null, portalUrl)
  return line('portal-address', 'blocks', 'not-configured', chosen)
}

function birthDateReason({ birthDate }: Patient) {
  if (!birthDate) return 'missing'
  return isFullDate(birthDate) ? null : 'not-full'
}

/** Without a full birth date the line above blocks already, and an age would be a guess. */
function ageLine({ patient, practice, now }: ReadinessFacts): ReadinessLine[] {
  const age = patient.birthDate ? ageOn(patient.birthDate, now, practice.timeZone) : null
  if (age === null) return []
  const underAge = age < practice.settings.adultAge ? 'under-age' : null
  return [line('age', 'blocks', age < YOUNGEST_AGE ? 'under-13' : underAge, String(age))]
}
