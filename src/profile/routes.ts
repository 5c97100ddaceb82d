import { Hono } from 'hono'
import type { Clock } from '../clock.ts'
import { requirePatient } from '../accounts/require-patient.ts'
import type { Pages } from '../http/pages.ts'
import { requireOpenPortal } from '../practices/require-open-portal.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import type { Store } from '../store/open.ts'
import { readHome, type HomeDeps } from './read-home.ts'

/** The patient's own screens. */
export const profileRoutes = (deps: HomeDeps & { store: Store; now: Clock; pages: Pages }) => {
  const page = (title: string) => deps.pages.app({ entry: 'portal', audience: 'patient', title })
  return new Hono<PracticeEnv>()
    .get('/:practice/portal', (c) => c.redirect(`/${c.var.practice.id}/portal/`, 301))
    .get('/:practice/portal/*', async (c) => c.html(await page(c.var.practice.name)))
    .get('/:practice/api/portal/home', requireOpenPortal, requirePatient(deps), async (c) => {
      const { practice, holder, requestId } = c.var
      return c.json(await readHome(deps, { practiceId: practice.id, holder, requestId }))
    })
}
