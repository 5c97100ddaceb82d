import type { Capability, Check, HostReport } from './schema.ts'
import type { CapabilityHow, CapabilityId, CheckHow, CheckId } from './words.ts'

/** How one thing is done at an EHR, before it is put into words. */
export type Stated = { id: CapabilityId; state: Capability['state']; how: string }

/** What came of looking at one thing, before it is put into words. */
export type Finding = {
  id: CheckId
  state: Check['state']
  /** Which of its texts says it. */
  how: string
  /** What fills the gaps of the text. */
  with: Readonly<Record<string, string | number>>
  /** An instant that the text names. */
  at: number | null
  value: string | null
}

export const state = <Id extends CapabilityId>(
  id: Id,
  state: Capability['state'],
  how: CapabilityHow<Id> & string,
): Stated => ({ id, state, how })

export const find = <Id extends CheckId>(
  id: Id,
  state: Check['state'],
  how: CheckHow<Id> & string,
  details: Partial<Pick<Finding, 'with' | 'at' | 'value'>> = {},
): Finding => ({ id, state, how, with: {}, at: null, value: null, ...details })

/** The whole report, the same for readers of any language. */
export type Found = Pick<HostReport, 'at' | 'ehr'> & {
  now: Stated[]
  later: Stated[]
  smart: Finding[]
  surroundings: Finding[]
  hosts: Finding[]
}
