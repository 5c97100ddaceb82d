import type { Patient } from '@medplum/fhirtypes'
import { blockingLines, readiness } from '../access/readiness.ts'
import { toIssues } from '../access/save-access.ts'
import type { LineId, ReadinessLine } from '../access/schema.ts'
import { standingOf } from '../access/standing.ts'
import type { PortalState } from '../access/store.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { MailBar } from './schema.ts'

export type EligibilityFacts = { practice: Practice; patient: Patient; state: PortalState; now: number }

/** What an invitation of this patient can count on: the card's own lines decide, so that both say the same. */
export type Eligibility = {
  lines: ReadinessLine[]
  /** The trusted e-mail, whether or not anything may go there; null = none. */
  trustedEmail: string | null
  /** Why no link can be mailed; null = it can. */
  mailBar: MailBar | null
  /** Why no temporary password can be mailed. */
  passwordMailBar: MailBar | null
}

const BARS: [LineId, MailBar][] = [
  ['trusted-email', 'no-trusted-email'],
  ['allow-email', 'not-allowed'],
  ['mail-sender', 'no-server'],
]

export function eligibilityOf(keyring: Keyring, facts: EligibilityFacts): Eligibility {
  const { practice, patient, state, now } = facts
  const standing = standingOf(keyring, patient, state.access)
  const lines = readiness({ patient, practice, now, ...standing })
  const isOpen = (id: LineId) => lines.find((line) => line.id === id)?.done !== true
  const mailBar = BARS.find(([id]) => isOpen(id))?.[1] ?? null
  return {
    lines,
    trustedEmail: standing.trustedEmail,
    mailBar,
    passwordMailBar: practice.settings.mailTemporaryPasswords ? mailBar : 'password-not-mailed',
  }
}

/** @throws Problem `already-active`, `not-eligible` with the lines that block */
export function checkEligible({ account }: PortalState, { lines }: Eligibility) {
  if (account?.activated_at != null)
    throw new Problem('already-active', 'This patient already uses the portal.')
  if (blockingLines(lines).length > 0)
    throw new Problem('not-eligible', 'Some things are missing first.', { issues: toIssues(lines) })
}

/**
 * The address that a mail goes to.
 * @throws Problem `mail-not-possible` with `bar`
 */
export function mailAddress({ trustedEmail }: Eligibility, bar: MailBar | null): string {
  if (bar === null && trustedEmail !== null) return trustedEmail
  throw new Problem('mail-not-possible', 'No e-mail can be sent to this patient.', {
    extra: { bar: bar ?? 'no-trusted-email' },
  })
}
