import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { openAPIRouteHandler } from 'hono-openapi'
import { heldOver } from './access/held-over.ts'
import { accessRoutes } from './access/routes.ts'
import { accountRoutes } from './accounts/routes.ts'
import { administrationRoutes } from './administration/routes.ts'
import { cdsRoutes } from './cds-hooks/routes.ts'
import { activationRoutes, invitationRoutes, slipRoutes } from './credentials/routes.ts'
import { PASSWORD_MIN_LENGTH } from './credentials/password-policy.ts'
import { deskRoutes } from './desk/routes.ts'
import { embedCors } from './embedding/cors.ts'
import { embeddedDoor } from './embedding/require-embed.ts'
import { embedRoutes, exchangeRoutes } from './embedding/routes.ts'
import { healthRoutes } from './health.ts'
import { componentFiles } from './http/components.ts'
import type { EdgeEnv } from './http/env.ts'
import { handleError, handleNotFound } from './http/errors.ts'
import { hearOwnChanges } from './http/event-stream.ts'
import { limitBody, sameOriginWrites, splitHosts, traceRequest } from './http/pipeline.ts'
import { securityHeaders } from './http/security-headers.ts'
import { requirePractice } from './practices/require-practice.ts'
import { practiceRoutes } from './practices/routes.ts'
import { profileRoutes } from './profile/routes.ts'
import { reportRoutes } from './report/routes.ts'
import { launchedDoor } from './staff/require-staff.ts'
import { launchRoutes, staffRoutes } from './staff/routes.ts'
import type { Wiring } from './wiring.ts'

/** The whole service as one Hono app: the edge first, then each capability's routes with their whole paths. */
export function createApp(wiring: Wiring) {
  const { config, pages } = wiring
  const app = openEdge(wiring)

  app.route('/', healthRoutes({ ...wiring, metricsToken: config.metricsToken }))
  app.route('/', componentFiles(pages))
  app.get('/.well-known/jwks.json', (c) =>
    c.json(wiring.jwks, 200, { 'cache-control': 'public, max-age=300' }),
  )
  app.get('/', async (c) =>
    c.html(
      await pages.notice({
        lang: 'en',
        title: 'Patient portal',
        paragraphs: ['Every practice has its own address here. Yours is on the letter from your practice.'],
      }),
    ),
  )

  const practices = requirePractice(wiring.practices)
  for (const path of ['/:practice/api/*', '/:practice/portal/*', '/:practice/staff/*'] as const)
    app.use(path, practices)
  app.use('/:practice/embed/*', practices)
  for (const path of ['/:practice/slip', '/:practice/launch', '/:practice/callback'] as const)
    app.use(path, practices)
  app.use('/:practice/cds-services/*', practices)
  app.route('/', launchRoutes(wiring))
  app.route('/', staffRoutes(wiring))
  app.route('/', practiceRoutes({ passwordMinLength: PASSWORD_MIN_LENGTH }))
  const launched = launchedDoor(wiring)
  app.route('/', accessRoutes(wiring, launched))
  app.route('/', invitationRoutes(wiring, launched))
  app.route('/', deskRoutes({ ...wiring, heldOver }))
  mountEmbedding(app, wiring)
  app.route('/', slipRoutes(wiring))
  app.route('/', activationRoutes(wiring))
  app.route('/', accountRoutes(wiring))
  app.route('/', profileRoutes(wiring))
  app.route('/', administrationRoutes(wiring))
  app.route('/', cdsRoutes(wiring))
  app.route('/', reportRoutes(wiring))
  app.get(
    '/openapi.json',
    openAPIRouteHandler(app, {
      documentation: { openapi: '3.1.0', info: { title: 'Portico', version: pages.version } },
    }),
  )
  return app
}

/** What every request meets first, in this order. */
function openEdge({ config, log, now, counters, pages, practices, events }: Wiring) {
  const count = (status: number) =>
    counters.requests.set(String(status), (counters.requests.get(String(status)) ?? 0) + 1)
  return new Hono<EdgeEnv>()
    .use(traceRequest({ log, now, trustedProxies: config.trustedProxies, count }))
    .use(securityHeaders({ https: config.production }))
    .use(splitHosts(config.portalUrls, config.staffUrl))
    .use('/:practice/api/*', sameOriginWrites(new Set([...config.portalUrls, config.staffUrl])))
    .use('/:practice/embed/api/*', embedCors(practices))
    .use(limitBody())
    .use('/:practice/api/*', compress())
    .use('/:practice/embed/api/*', compress())
    .use('/:practice/api/*', hearOwnChanges(events))
    .use('/:practice/embed/api/*', hearOwnChanges(events))
    .onError(handleError(log, pages))
    .notFound(handleNotFound(pages))
}

/** The same use cases once more for the card in the EMR's own pages, behind a door of its own. */
function mountEmbedding(app: Hono<EdgeEnv>, wiring: Wiring) {
  app.route('/', exchangeRoutes(wiring))
  app.route('/', embedRoutes({ ...wiring, passwordMinLength: PASSWORD_MIN_LENGTH }))
  const embedded = embeddedDoor(wiring)
  app.route('/', accessRoutes(wiring, embedded))
  app.route('/', invitationRoutes(wiring, embedded))
}
