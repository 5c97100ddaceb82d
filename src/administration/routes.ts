import { Hono } from 'hono'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { historyRoutes } from './history-routes.ts'
import { hostsRoutes } from './hosts-routes.ts'
import { outboxRoutes } from './outbox-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { settingsRoutes } from './settings-routes.ts'

type AdministrationDeps = Parameters<typeof settingsRoutes>[0] &
  Parameters<typeof peopleRoutes>[0] &
  Parameters<typeof hostsRoutes>[0] &
  Parameters<typeof outboxRoutes>[0] &
  Parameters<typeof historyRoutes>[0]

/** The administrators' pages: settings, people and rights, the pages that embed us, the outbox, the history. */
export const administrationRoutes = (deps: AdministrationDeps) =>
  new Hono<PracticeEnv>()
    .route('/', settingsRoutes(deps))
    .route('/', peopleRoutes(deps))
    .route('/', hostsRoutes(deps))
    .route('/', outboxRoutes(deps))
    .route('/', historyRoutes(deps))
