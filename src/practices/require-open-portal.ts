import { createMiddleware } from 'hono/factory'
import { Problem } from '../problem.ts'
import type { PracticeEnv } from './require-practice.ts'

/** Nobody gets in while the practice has its portal switched off. @throws Problem `portal-closed` */
export const requireOpenPortal = createMiddleware<PracticeEnv>(async function openPortal(c, next) {
  if (!c.var.practice.settings.portalOpen)
    throw new Problem('portal-closed', 'The portal is switched off right now. Call the practice.')
  await next()
})
