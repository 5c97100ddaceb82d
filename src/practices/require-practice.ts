import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../http/env.ts'
import { Problem } from '../problem.ts'
import type { Practice } from './practice.ts'

export type PracticeEnv = EdgeEnv & { Variables: EdgeEnv['Variables'] & { practice: Practice } }

/** Finds the practice that the address names; everything behind it works for that practice only. */
export const requirePractice = (practices: ReadonlyMap<string, Practice>) =>
  createMiddleware<PracticeEnv>(async function findPractice(c, next) {
    const practice = practices.get(c.req.param('practice') ?? '')
    if (!practice) throw new Problem('not-found', 'No practice has this address.')
    c.set('practice', practice)
    await next()
  })
