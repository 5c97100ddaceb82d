import { expect } from 'vitest'
import type { ProblemCode } from '../../src/problem.ts'
import { PROBLEMS } from '../../src/problem.ts'

/** Asserts a refusal as every caller may rely on it: status, media type and code. Returns the body for more. */
export async function expectRefusal(response: Response, code: ProblemCode): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>
  expect({ status: response.status, type: response.headers.get('content-type'), code: body['code'] }).toEqual(
    {
      status: PROBLEMS[code][0],
      type: 'application/problem+json',
      code,
    },
  )
  expect(body).toMatchObject({
    type: `urn:portico:problem:${code}`,
    title: PROBLEMS[code][1],
    status: PROBLEMS[code][0],
  })
  return body
}
