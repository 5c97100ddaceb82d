import { expect } from 'vitest'
import { SmartError, type SmartErrorCode } from '../../smart-launch/index.ts'

/** Waits for a refusal by its code, and hands it over for a closer look. */
export async function refuses(work: Promise<unknown>, code: SmartErrorCode): Promise<SmartError> {
  const error = await work.then(
    () => 'no refusal',
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SmartError)
  if (!(error instanceof SmartError)) throw new Error('unreachable')
  expect(error.code).toBe(code)
  return error
}
