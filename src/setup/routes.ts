import { Hono, type Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { timingSafeEqual } from 'node:crypto'
import { BlockList } from 'node:net'
import type { Clock } from '../clock.ts'
import { cookieAttributes, cookieNames, expireCookie, readCookie, writeCookie } from '../http/cookies.ts'
import type { EdgeEnv } from '../http/env.ts'
import { handleError, handleNotFound } from '../http/errors.ts'
import { limitBody, traceRequest } from '../http/pipeline.ts'
import { contentSecurityPolicy, securityHeaders } from '../http/security-headers.ts'
import { validate } from '../http/validate.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import { launchedPage, noticePage, readPageFiles, setupPage } from './pages.ts'
import {
  ChooseRegistration,
  GiveClient,
  GiveEhr,
  GivePlace,
  GivePractice,
  WriteConfiguration,
  type CheckedLaunch,
} from './schema.ts'
import type { Setup } from './setup.ts'

export type SetupAppDeps = {
  setup: Setup
  /** Opens the page's API; 256 bits, made anew with every start. */
  token: string
  log: Log
  now: Clock
  /** Called once the configuration is written. */
  onDone?: () => void
}

/**
 * Set-up as a web app: the page of the steps for this machine alone, and at the public address what the EHR asks for
 * while Portico itself does not run yet.
 */
export function createSetupApp(deps: SetupAppDeps) {
  const { setup, log, now } = deps
  const pages = { notice: noticePage }
  const app = new Hono<EdgeEnv>()
    .use(traceRequest({ log, now, trustedProxies: new BlockList(), count: () => {} }))
    .use(securityHeaders({ https: false }))
    .use(limitBody())
    .onError(handleError(log, pages))
    .notFound(handleNotFound(pages))
  const files = readPageFiles()
  app.get('/setup/files/:file', (c) => {
    const file = files.get(c.req.param('file'))
    if (!file) throw new Problem('not-found')
    return c.body(file.text, 200, { 'content-type': file.type })
  })
  app.get('/setup', thisMachineOnly, async (c) => c.html(await setupPage()))
  app.route('/setup/api', stepRoutes(deps))
  app.get('/.well-known/jwks.json', (c) => c.json(setup.jwks()))
  app.get('/launch', (c) => launch(setup, c))
  app.get('/:practice/launch', (c) => launch(setup, c))
  app.get('/:practice/callback', (c) => callback(setup, c))
  return app
}

/** One route for each answer; all of them give back what there is to show. */
const stepRoutes = ({ setup, token, onDone }: SetupAppDeps) =>
  new Hono<EdgeEnv>()
    .use(thisMachineOnly)
    .use(thisPageOnly)
    .use(bearer(token))
    .get('/state', (c) => c.json(setup.view()))
    .put('/ehr', validate('json', GiveEhr), async (c) => c.json(await setup.giveEhr(c.req.valid('json'))))
    .put('/place', validate('json', GivePlace), (c) => c.json(setup.givePlace(c.req.valid('json'))))
    .put('/registration', validate('json', ChooseRegistration), async (c) =>
      c.json(await setup.chooseRegistration(c.req.valid('json'))),
    )
    .put('/client', validate('json', GiveClient), (c) => c.json(setup.giveClient(c.req.valid('json'))))
    .put('/practice', validate('json', GivePractice), (c) => c.json(setup.givePractice(c.req.valid('json'))))
    .post('/configuration', validate('json', WriteConfiguration), (c) => {
      const view = setup.write(c.req.valid('json'))
      onDone?.()
      return c.json(view, 201)
    })

const HERE = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
/** What a proxy adds: whoever comes through one is not on this machine. */
const PROXIED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

const OPEN_THE_LINK = 'Open the link that npm run setup printed, on the machine that it runs on.'

/**
 * Under the names of this machine only: a page elsewhere that has its name point here still has another Host. A proxy
 * that says Host: localhost and nothing of whom it speaks for cannot be told from this machine: there the token alone
 * protects.
 */
const thisMachineOnly = createMiddleware<EdgeEnv>(async function hereOnly(c, next) {
  const isHere = HERE.test(hostOf(c)) && PROXIED.every((name) => c.req.header(name) === undefined)
  if (!isHere) throw new Problem('cross-site', OPEN_THE_LINK)
  return next()
})

/** Answers come from our own page, or from a program on this machine. */
const thisPageOnly = createMiddleware<EdgeEnv>(async function ownPageOnly(c, next) {
  const origin = c.req.header('origin') ?? `http://${hostOf(c)}`
  const site = c.req.header('sec-fetch-site') ?? 'none'
  if (origin !== `http://${hostOf(c)}` || !['none', 'same-origin'].includes(site))
    throw new Problem('cross-site', OPEN_THE_LINK)
  return next()
})

const hostOf = (c: Context<EdgeEnv>) => c.req.header('host') ?? new URL(c.req.url).host

const bearer = (token: string) =>
  createMiddleware<EdgeEnv>(async function withToken(c, next) {
    const given = Buffer.from(c.req.header('authorization') ?? '')
    const wanted = Buffer.from(`Bearer ${token}`)
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
      throw new Problem(
        'signed-out',
        'This link is no longer good. npm run setup prints a new one each time it starts.',
      )
    return next()
  })

async function launch(setup: Setup, c: Context<EdgeEnv>) {
  allowFraming(setup, c)
  if (!isOurs(setup, c)) return c.html(await noticePage(NOBODY), 404)
  const begun = await setup.beginLaunch(new URL(c.req.url).searchParams).catch(asNotice)
  if ('paragraphs' in begun) return c.html(await noticePage(begun), 409)
  if ('refused' in begun) return c.html(await answerPage(begun.refused, begun.isForeign), 400)
  writeCookie(c, cookieNames.launch(begun.state), begun.sealed, {
    ...cookieAttributes(c.var.framed),
    maxAge: 600,
  })
  return c.redirect(begun.authorizeUrl)
}

async function callback(setup: Setup, c: Context<EdgeEnv>) {
  allowFraming(setup, c)
  if (!isOurs(setup, c)) return c.html(await noticePage(NOBODY), 404)
  const query = new URL(c.req.url).searchParams
  const cookie = cookieNames.launch(query.get('state') ?? '')
  const checked = await setup.finishLaunch(query, readCookie(c, cookie)).catch(asNotice)
  if ('paragraphs' in checked) return c.html(await noticePage(checked), 409)
  expireCookie(c, cookie)
  return c.html(await answerPage(checked), checked.state === 'done' ? 200 : 400)
}

const answerPage = ({ state, findings }: CheckedLaunch, isForeign = false) =>
  launchedPage(
    state === 'done' ? 'The launch works' : 'The launch does not work yet',
    findings,
    isForeign
      ? 'Set-up does not show this, as anybody can come here from another EMR.'
      : 'Go back to set-up; it knows already.',
  )

const NOBODY = {
  title: 'No practice has this address',
  paragraphs: ['Compare the launch URL in the EMR with the one that set-up shows.'],
}

/** `/launch` is for EHRs that have one address for all practices. */
const isOurs = (setup: Setup, c: Context<EdgeEnv>) => {
  const slug = c.req.path.split('/').at(-2)
  return slug === '' || slug === setup.slug()
}

function asNotice(error: unknown) {
  if (error instanceof Problem) return { title: 'Set-up is not there yet', paragraphs: [error.message] }
  throw error
}

const allowFraming = (setup: Setup, c: Context<EdgeEnv>) =>
  c.header('content-security-policy', contentSecurityPolicy(["'self'", ...setup.framedBy()]))
