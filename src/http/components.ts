import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { relative } from 'node:path'
import type { EdgeEnv } from './env.ts'
import type { Pages } from './pages.ts'

/** The built web components: hashed names, so they may be kept for ever and shown by any host (CORS is what SRI needs). */
export function componentFiles(pages: Pages) {
  const root = relative(process.cwd(), pages.folder)
  return new Hono<EdgeEnv>().use(
    `/components/${pages.version}/*`,
    serveStatic({
      root,
      precompressed: true,
      rewriteRequestPath: (path) => path.replace(`/components/${pages.version}`, ''),
      onFound: (_path, c) => {
        c.header('cache-control', 'public, max-age=31536000, immutable')
        c.header('access-control-allow-origin', '*')
        c.header('cross-origin-resource-policy', 'cross-origin')
      },
    }),
  )
}
