import { type HttpBindings, serve as serveHono } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { DOWN } from './faults.ts'

export type Handler = (request: Request) => Response | Promise<Response>

/** Listens on 127.0.0.1 only; an answer marked as down breaks the connection instead. */
export async function serve(handle: Handler, port: number): Promise<{ close: () => void }> {
  const answer = async (request: Request, { incoming }: HttpBindings) => {
    const response = await handle(request)
    if (!response.headers.has(DOWN)) return response
    incoming.socket.destroy()
    return RESPONSE_ALREADY_SENT
  }
  return new Promise((resolve, reject) => {
    const fetch = (request: Request, env: unknown) => answer(request, env as HttpBindings)
    const server = serveHono({ fetch, port, hostname: '127.0.0.1' }, () =>
      resolve({
        close: () => {
          server.close()
          if ('closeAllConnections' in server) server.closeAllConnections()
        },
      }),
    )
    server.once('error', reject)
  })
}
