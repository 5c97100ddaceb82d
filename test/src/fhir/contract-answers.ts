import type { Bundle } from '@medplum/fhirtypes'
import { expect } from 'vitest'
import type { FhirHandle } from '../../../src/fhir/client.ts'
import { Problem } from '../../../src/problem.ts'

/** A FHIR server as Portico sees it, with two patients that nobody else writes about. */
export type ContractServer = { handle: FhirHandle; patients: readonly [string, string] }

/** The code of the Problem that a promise ends in; anything else fails the test. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Problem)
  return (error as Problem).code
}

/** Ids of what a search found. */
export const idsIn = (bundle: Bundle) => (bundle.entry ?? []).map(({ resource }) => resource?.id)
