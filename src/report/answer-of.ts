import { Problem, type ProblemCode } from '../problem.ts'

/** What was asked for, or why it is not there; `ehr-timeout` for what somebody who looks on should not wait for. */
export async function answerOf<T>(
  work: Promise<T>,
  withinMs: number,
): Promise<{ value: T } | { code: ProblemCode }> {
  const late = Promise.withResolvers<{ code: ProblemCode }>()
  const timer = setTimeout(() => late.resolve({ code: 'ehr-timeout' }), withinMs)
  try {
    return await Promise.race([work.then((value) => ({ value })), late.promise])
  } catch (error) {
    if (error instanceof Problem) return { code: error.code }
    throw error
  } finally {
    clearTimeout(timer)
  }
}
