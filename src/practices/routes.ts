import { Hono } from 'hono'
import { toPracticeView } from './practice.ts'
import type { PracticeEnv } from './require-practice.ts'

/** Whose door is this? Public, and the same for everybody. */
export const practiceRoutes = (deps: { passwordMinLength: number }) =>
  new Hono<PracticeEnv>().get('/:practice/api/practice', (c) =>
    c.json(toPracticeView(c.var.practice, deps.passwordMinLength)),
  )
