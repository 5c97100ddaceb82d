import type { ConfirmActivation } from '../../src/credentials/schema.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { type DateFault, type DateParts, toIsoDate } from '../ui/birth-date.ts'
import { codeFault, foldCode, foldPortalId, type PartFault, portalIdFault } from './letter-parts.ts'

export type Step = 1 | 2 | 3
export const STEPS = 3

/** Everything that the patient types on the way in; kept whole from the first step to the last. */
export type Typed = {
  portalId: string
  code: string
  firstInitial: string
  lastInitial: string
  birth: DateParts
  username: string
  password: string
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

export type FieldId =
  | 'portal-id'
  | 'code'
  | 'first-initial'
  | 'last-initial'
  | 'birth'
  | 'username'
  | 'password'
/** PatientWords for each field at fault. */
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
  if (step === 1) return letterFaults(words, typed, rules.withCode)
  if (step === 2) return personFaults(words, typed, rules.now)
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

function keyFaults(words: PatientWords, typed: Typed, minLength: number): Faults {
  const missing = charactersMissing(typed.password, minLength)
  return {
    ...(typed.username.trim().length < 3 ? { username: words.msg('activate.usernameShort') } : {}),
    ...(typed.password === '' ? { password: words.msg('activate.passwordMissing') } : {}),
    ...(typed.password !== '' && missing > 0
      ? { password: words.msg('activate.passwordShort', { count: minLength }) }
      : {}),
  }
}

/** Characters as people count them, so that an accent or an emoji is one. */
export const charactersMissing = (password: string, minLength: number): number =>
  Math.max(0, minLength - Array.from(password.normalize('NFKC')).length)

/** What steps 1 and 2 send. Call it only when they have no faults. */
export function toConfirmation(typed: Typed, { withCode, now }: Rules): ConfirmActivation {
  const birth = toIsoDate(typed.birth, now)
  return {
    portalId: foldPortalId(typed.portalId),
    ...(withCode ? { code: foldCode(typed.code) } : {}),
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
