import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../http/env.ts'
import { Problem } from '../problem.ts'
import type { PracticeDirectory } from './directory.ts'
import type { Practice } from './practice.ts'

export type PracticeEnv = EdgeEnv & { Variables: EdgeEnv['Variables'] & { practice: Practice } }

/** Finds the practice that the address names; everything behind it works for that practice only. */
export const requirePractice = (practices: PracticeDirectory) =>
  createMiddleware<PracticeEnv>(async function findPractice(c, next) {
    const practice = await practices.find(c.req.param('practice') ?? '')
    if (!practice) throw new Problem('not-found', 'No practice has this address.')
    c.set('practice', practice)
    await next()
  })
