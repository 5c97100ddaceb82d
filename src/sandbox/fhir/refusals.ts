import { getStatus, OperationOutcomeError } from '@medplum/core'
import type { OperationOutcome } from '@medplum/fhirtypes'

/** Refusals that @medplum/core has no word for, by the id of their outcome. */
const STATUS: Record<string, number> = { 'not-offered': 405, 'version-needed': 428 }

/** The HTTP status that belongs to an outcome. */
export const statusOf = (outcome: OperationOutcome): number => STATUS[outcome.id ?? ''] ?? getStatus(outcome)

/** 405: this EMR does not do that, whoever asks. */
export const notOffered = (what: string) => refusal('not-offered', 'not-supported', `This EMR has no ${what}`)

/** 428. @see RFC 6585 §3 */
export const versionNeeded = () => refusal('version-needed', 'required', 'A PATCH needs If-Match')

/** 422: understood, but it cannot be done. @medplum/core derives the status from the id. */
export const unprocessable = (text: string) => refusal('business-rule', 'processing', text)

type IssueCode = NonNullable<OperationOutcome['issue']>[number]['code']

const refusal = (id: string, code: IssueCode, text: string) =>
  new OperationOutcomeError({
    resourceType: 'OperationOutcome',
    id,
    issue: [{ severity: 'error', code, details: { text } }],
  })
