import { validator } from 'hono-openapi'
import type * as z from 'zod'
import { Problem } from '../problem.ts'

/**
 * Parses one part of a request once, at the edge; what comes after trusts it. Also the source of the OpenAPI document.
 * @throws Problem `invalid-request` that names every field at fault as a JSON Pointer.
 */
export const validate = <Target extends 'json' | 'query' | 'param', Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
) =>
  validator(target, schema, (result) => {
    if (result.success) return
    const issues = result.error.map((issue) => ({
      pointer: `/${(issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('/')}`,
      detail: issue.message,
    }))
    throw new Problem('invalid-request', 'Some of this does not have the right form.', { issues })
  })
