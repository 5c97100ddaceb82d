import type { Keyring } from '../crypto/keyring.ts'

/** 132 bits: nobody guesses one. */
const LENGTH = 22

/**
 * Names one patient in live events for who may see that patient, and says nothing to anybody else: whoever has it was
 * given it with the patient's card.
 */
export const liveKeyOf = (keyring: Keyring, practiceId: string, patientId: string): string =>
  keyring.mac('live', `${practiceId} ${patientId}`).slice(0, LENGTH)

/** The same under every key of the ring: a page that was opened before a rotation still asks by the old one. */
export const liveKeysOf = (keyring: Keyring, practiceId: string, patientId: string): string[] =>
  keyring.macs('live', `${practiceId} ${patientId}`).map((mac) => mac.slice(0, LENGTH))
