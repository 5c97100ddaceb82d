import type * as z from 'zod'
import { Problem } from '../problem.ts'

/**
 * What was typed in a terminal, as the page's API would take it.
 * @throws Problem `invalid-request` in the words of the first fault
 */
export function parseAnswer<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({
    pointer: `/${path.join('/')}`,
    detail: message,
  }))
  throw new Problem('invalid-request', issues[0]?.detail, { issues })
}
