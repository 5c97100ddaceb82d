import { randomUUID } from 'node:crypto'

export type Send = (request: Request) => Response | Promise<Response>
type Options = { method?: string; body?: unknown; headers?: Record<string, string> }

/** A browser for edge tests: keeps cookies by name, sends what our own pages send, follows nothing. */
export type TestBrowser = ReturnType<typeof createBrowser>

export function createBrowser(send: Send, origin: string) {
  const cookies = new Map<string, string>()

  async function request(
    path: string,
    { method = 'GET', body, headers = {} }: Options = {},
  ): Promise<Response> {
    const sent = new Headers({ 'sec-fetch-site': 'same-origin', 'accept-language': 'en', ...headers })
    if (cookies.size > 0)
      sent.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    if (method === 'POST' && !sent.has('idempotency-key')) sent.set('idempotency-key', randomUUID())
    if (method !== 'GET' && !sent.has('content-type')) sent.set('content-type', 'application/json')
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await send(
      new Request(new URL(path, origin), {
        method,
        headers: sent,
        ...(text === undefined ? {} : { body: text }),
      }),
    )
    for (const cookie of response.headers.getSetCookie()) keep(cookie)
    return response
  }

  function keep(cookie: string) {
    const [pair = '', ...attributes] = cookie.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    if (attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0')) cookies.delete(name)
    else cookies.set(name, pair.slice(name.length + 1))
  }

  return {
    cookies,
    get: (path: string, headers?: Record<string, string>) => request(path, headers ? { headers } : {}),
    post: (path: string, body: unknown, headers?: Record<string, string>) =>
      request(path, { method: 'POST', body, ...(headers ? { headers } : {}) }),
    put: (path: string, body: unknown, headers?: Record<string, string>) =>
      request(path, { method: 'PUT', body, ...(headers ? { headers } : {}) }),
    delete: (path: string) => request(path, { method: 'DELETE' }),
  }
}
