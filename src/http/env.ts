import type { HttpBindings } from '@hono/node-server'

/** What the edge knows of every request. */
export type EdgeEnv = {
  Bindings: Partial<HttpBindings>
  Variables: {
    requestId: string
    /** The caller's address; X-Forwarded-For counts only from trusted proxies. */
    ip: string
    /** In an EMR's iframe third-party cookie rules apply (Sec-Fetch-Dest: iframe). */
    framed: boolean
  }
}
