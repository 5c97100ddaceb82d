import type * as z from 'zod'

/** Names what is wrong with an answer by field alone: its values may be secrets. */
export function faultsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.map(String).join('.') || 'answer'} (${issue.code})`)
    .join(', ')
}
