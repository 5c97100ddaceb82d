import { FULL } from './full.ts'
import { MILLENNIUM } from './millennium.ts'
import { OPENEMR } from './openemr.ts'
import type { Personality, PersonalityName } from './personality.ts'
import { READ_ONLY } from './read-only.ts'

/** The EMRs that the sandbox can play. */
export const PERSONALITIES: Record<PersonalityName, Personality> = {
  full: FULL,
  openemr: OPENEMR,
  millennium: MILLENNIUM,
  'read-only': READ_ONLY,
}
