import type { Patient } from '@medplum/fhirtypes'
import { ageOn, isFullDate } from '../fhir/dates.ts'
import { initialPairs } from '../fhir/names.ts'
import { isDeceased, isMergedAway } from '../fhir/patient.ts'
import { emailsOf, phonesOf } from '../fhir/telecom.ts'
import type { Practice } from '../practices/practice.ts'
import type { LineId, ReadinessLine } from './schema.ts'

/** Below this nobody holds an account of their own, whatever the practice sets: a proxy acts for them (COPPA). */
const YOUNGEST_AGE = 13

/** Lines that nothing which staff do here can mend. */
const FINAL: readonly LineId[] = ['alive', 'active', 'not-merged', 'age']

export type ReadinessFacts = {
  patient: Patient
  practice: Practice
  allowed: 'yes' | 'not-asked' | 'withdrawn'
  now: number
}

/**
 * What an invitation needs, line by line, for the access card. Pure.
 * @see design §8 "Who can be invited"; seed 000 step 2, seed 001 "How to Authorize a Patient"
 */
export function readiness(facts: ReadinessFacts): ReadinessLine[] {
  const { patient, practice } = facts
  const phone = phonesOf(patient)[0]
  const email = emailsOf(patient)[0]
  return [
    line('portal-on', 'blocks', practice.settings.portalOpen ? null : 'portal-off'),
    line('portal-address', 'blocks', null, practice.portalUrl),
    line('allowed', 'blocks', facts.allowed === 'yes' ? null : facts.allowed),
    line('birth-date', 'blocks', birthDateReason(patient), patient.birthDate),
    line('name', 'blocks', initialPairs(patient).length > 0 ? null : 'missing'),
    line('alive', 'blocks', isDeceased(patient) ? 'deceased' : null),
    line('active', 'blocks', patient.active === false ? 'inactive' : null),
    line('not-merged', 'blocks', isMergedAway(patient) ? 'merged' : null),
    ...ageLine(facts),
    line(
      'phone',
      practice.settings.requirePhone ? 'blocks' : 'advised',
      phone ? null : 'missing',
      phone?.value,
    ),
    line('contact-email', 'mail', email ? null : 'missing', email),
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
  value?: string,
): ReadinessLine => ({
  id,
  done: reason === null,
  need,
  reason,
  value: value ?? null,
})

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
