import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'
import { relative } from 'node:path'
import type { EdgeEnv } from './env.ts'
import type { Pages } from './pages.ts'

/** Any host may show it; CORS is what SRI needs. */
const FOR_ANY_HOST = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
/** A version's folder is named by what is in it. */
const FOR_EVER = { ...FOR_ANY_HOST, 'cache-control': 'public, max-age=31536000, immutable' }
/** How long a host that pins no version may lag behind. */
const FIVE_MINUTES = { ...FOR_ANY_HOST, 'cache-control': 'public, max-age=300' }

/**
 * The built web components, for our own pages and for any host: every version that is there, for ever; and for hosts
 * that pin none, the newest `embed.js` and what to write into a page.
 */
export function componentFiles(pages: Pages) {
  const { version, integrity } = pages
  const src = `/components/${version}/embed.js`
  return new Hono<EdgeEnv>()
    .use('/components/embed.json', async (c) => c.json({ version, src, integrity }, 200, FIVE_MINUTES))
    .use(
      '/components/embed.js',
      files(pages, FIVE_MINUTES, () => `/${version}/embed.js`),
    )
    .use(
      '/components/:version{\\d[\\w.-]*}/:file',
      files(pages, FOR_EVER, (path) => path.replace('/components', '')),
    )
}

function files(
  { dist }: Pages,
  headers: Record<string, string>,
  rewriteRequestPath: (path: string) => string,
): MiddlewareHandler<EdgeEnv> {
  const serve = serveStatic<EdgeEnv>({
    root: relative(process.cwd(), dist),
    precompressed: true,
    rewriteRequestPath,
  })
  return async function serveFile(c, next) {
    const answer = await serve(c, async () => {})
    // What is not there is a problem, and nobody keeps it.
    if (!answer) return next()
    for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value)
    // By its ending it would be a film.
    if (c.req.path.endsWith('.d.ts')) answer.headers.set('content-type', 'text/plain; charset=utf-8')
    return answer
  }
}
