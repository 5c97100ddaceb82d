import type { Refusal, RefusalCode } from '../client.ts'

export const EHR_SILENT: readonly RefusalCode[] = ['ehr-unavailable', 'ehr-timeout', 'ehr-busy']

/** An administrator stopped this person, or this host: nothing can be seen here any more. */
export const isStopped = (refusal: Refusal): boolean => refusal.text('reason') === 'stopped'

/** True when the same question can be asked again without anybody doing anything. */
export const mendsItself = (refusal: Refusal): boolean =>
  EHR_SILENT.includes(refusal.code) || ['offline', 'timeout', 'busy'].includes(refusal.code)

/** True when nothing more can be done in this tab: the card goes, only the words stay. */
export const endsTheTab = (refusal: Refusal): boolean =>
  ['stale-tab', 'launch-ended', 'ehr-session-ended', 'signed-out'].includes(refusal.code) ||
  ['no-cookie', 'launch-failed', 'launch-refused', 'launch-cut-short'].includes(refusal.code) ||
  isStopped(refusal)
