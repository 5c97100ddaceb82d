import type { Keyring } from '../crypto/keyring.ts'

/**
 * Names one patient in live events for who may see that patient, and says nothing to anybody else: whoever has it was
 * given it with the patient's card.
 */
export const liveKeyOf = (keyring: Keyring, practiceId: string, patientId: string): string =>
  keyring.mac('live', `${practiceId} ${patientId}`).slice(0, 22)
