import { Hono } from 'hono'
import { Problem } from '../problem.ts'
import { toPracticeView } from './practice.ts'
import type { PracticeEnv } from './require-practice.ts'

/** Whose door is this? Public, and the same for everybody. */
export const practiceRoutes = (deps: { passwordMinLength: number }) =>
  new Hono<PracticeEnv>()
    .get('/:practice/api/practice', (c) => c.json(toPracticeView(c.var.practice, deps.passwordMinLength)))
    .get('/:practice/api/practice/logo', (c) => {
      const { logo } = c.var.practice
      if (!logo) throw new Problem('not-found', 'This practice shows no picture.')
      return c.body(Buffer.from(logo.data, 'base64'), 200, {
        'content-type': logo.mediaType,
        'cache-control': 'public, max-age=3600',
        // Whatever the bytes are, a browser may only paint them.
        'content-security-policy': "default-src 'none'",
      })
    })
