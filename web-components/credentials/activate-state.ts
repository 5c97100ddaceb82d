import type { ConfirmActivation } from '../../src/credentials/schema.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { type DateFault, type DateParts, toIsoDate } from '../ui/date-parts.ts'
import { type Key, keyFaults } from './key-fields.ts'
import { codeFault, foldCode, foldPortalId, type PartFault, portalIdFault } from './letter-parts.ts'

/** What the patient holds: a letter with ID and code, or the link of a mail, which needs no typing. */
export type Way = 'letter' | 'link'
export type Step = 'letter' | 'person' | 'key'
export const STEPS: Record<Way, readonly [Step, ...Step[]]> = {
  letter: ['letter', 'person', 'key'],
  link: ['person', 'key'],
}

/** The step that an entry of the history stands for, no further than what was typed has opened. */
export function placeOf(entry: unknown, arrivedBy: Way, reached: Step): { way: Way; step: Step } {
  const place = entry as { way?: Way; step?: Step } | null
  const way = place?.way ?? arrivedBy
  const steps = STEPS[way]
  const at = (step: Step) => Math.max(0, steps.indexOf(step))
  return { way, step: steps[Math.min(at(place?.step ?? steps[0]), at(reached))] ?? steps[0] }
}

/** Everything that the patient types on the way in; kept whole from the first step to the last. */
export type Typed = Key & {
  portalId: string
  code: string
  firstInitial: string
  lastInitial: string
  birth: DateParts
}

export const NOTHING_TYPED: Typed = {
  portalId: '',
  code: '',
  firstInitial: '',
  lastInitial: '',
  birth: { month: '', day: '', year: '' },
  username: '',
  password: '',
}

export type FieldId = 'portal-id' | 'code' | 'first-initial' | 'last-initial' | 'birth' | keyof Key
/** Words for each field at fault. */
export type Faults = Partial<Record<FieldId, string>>

const PORTAL_ID_SAYS: Record<PartFault['kind'], PatientId> = {
  empty: 'activate.idMissing',
  foreign: 'activate.idDigits',
  short: 'activate.idShort',
  long: 'activate.idLong',
}
const CODE_SAYS: Record<PartFault['kind'], PatientId> = {
  empty: 'activate.codeMissing',
  foreign: 'activate.codeForeign',
  short: 'activate.codeShort',
  long: 'activate.codeLong',
}
const DATE_SAYS: Record<DateFault, PatientId> = {
  missing: 'date.missing',
  month: 'date.badMonth',
  day: 'date.badDay',
  year: 'date.badYear',
  future: 'date.future',
}

/** What a step asks for. */
export type Rules = {
  /** False in classic mode. */
  withCode: boolean
  /** Of a password. */
  minLength: number
  now: number
}

/** What is wrong with a step, as far as the browser can tell. */
export function stepFaults(step: Step, words: PatientWords, typed: Typed, rules: Rules): Faults {
  if (step === 'letter') return letterFaults(words, typed, rules.withCode)
  if (step === 'person') return personFaults(words, typed, rules.now)
  return keyFaults(words, typed, rules.minLength)
}

function letterFaults(words: PatientWords, typed: Typed, withCode: boolean): Faults {
  return {
    ...said(words, 'portal-id', portalIdFault(typed.portalId), PORTAL_ID_SAYS),
    ...(withCode ? said(words, 'code', codeFault(typed.code), CODE_SAYS) : {}),
  }
}

function personFaults(words: PatientWords, typed: Typed, now: number): Faults {
  const birth = toIsoDate(typed.birth, now)
  return {
    ...(isInitial(typed.firstInitial) ? {} : { 'first-initial': words.msg('activate.initialMissing') }),
    ...(isInitial(typed.lastInitial) ? {} : { 'last-initial': words.msg('activate.initialMissing') }),
    ...('fault' in birth ? { birth: words.msg(DATE_SAYS[birth.fault]) } : {}),
  }
}

/** What asks "is it you?". Call it only when nothing is at fault; `link` = null with a letter. */
export function toConfirmation(
  typed: Typed,
  link: string | null,
  { withCode, now }: Rules,
): ConfirmActivation {
  const birth = toIsoDate(typed.birth, now)
  const code = withCode ? { code: foldCode(typed.code) } : {}
  return {
    ...(link === null ? { portalId: foldPortalId(typed.portalId), ...code } : { link }),
    firstInitial: typed.firstInitial.trim(),
    lastInitial: typed.lastInitial.trim(),
    birthDate: 'date' in birth ? birth.date : '',
  }
}

const isInitial = (text: string) => /^\p{L}\p{M}*$/u.test(text.trim())

function said(
  words: PatientWords,
  id: FieldId,
  fault: PartFault | null,
  says: Record<PartFault['kind'], PatientId>,
): Faults {
  if (!fault) return {}
  return { [id]: words.msg(says[fault.kind], { count: 'count' in fault ? fault.count : 0 }) }
}
