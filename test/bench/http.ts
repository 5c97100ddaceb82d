import { Agent, request } from 'node:http'

export type Answer = {
  status: number
  ms: number
  body: string
  location: string | undefined
  cookies: string[]
}
/** A body that is no text is sent as JSON. */
export type Call = { method?: string; headers?: Record<string, string>; body?: unknown }

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** One request on a kept-alive connection; redirects are not followed. `localhost` is asked for on 127.0.0.1. */
export function call(url: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
  const { host, hostname, port, pathname, search } = new URL(url)
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        method,
        host: hostname === 'localhost' ? '127.0.0.1' : hostname,
        port,
        path: pathname + search,
        headers: { host, ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        timeout: 30_000,
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('error', reject)
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            ms: performance.now() - startedAt,
            body: Buffer.concat(chunks).toString('utf8'),
            location: answer.headers.location,
            cookies: answer.headers['set-cookie'] ?? [],
          }),
        )
      },
    )
    sent.once('timeout', () => sent.destroy(new Error(`${method} ${url} took more than 30 s`)))
    sent.once('error', reject)
    sent.end(text)
  })
}

/** Cookies of one browser, by name; enough for a service on one address. */
export type Jar = Map<string, string>

export function keep(jar: Jar, { cookies }: Answer): void {
  for (const cookie of cookies) {
    const [pair = '', ...attributes] = cookie.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    const gone = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))
    if (gone) jar.delete(name)
    else jar.set(name, pair.slice(name.length + 1))
  }
}

export const cookieHeader = (jar: Jar): Record<string, string> =>
  jar.size === 0 ? {} : { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }

export type Load = { inFlight: number; forMs: number; pauseMs?: number }

export type Send = () => Promise<Answer>

/** Sends the same request over and over, `inFlight` at a time, for a bounded time. A wrong answer ends the bench. */
export async function load(
  send: Send,
  isRight: (answer: Answer) => boolean,
  { inFlight, forMs, pauseMs = 0 }: Load,
) {
  const times: number[] = []
  const startedAt = performance.now()
  const worker = async () => {
    while (performance.now() - startedAt < forMs) {
      const answer = await send()
      if (!isRight(answer)) throw new Error(`answered ${answer.status}: ${answer.body.slice(0, 500)}`)
      times.push(answer.ms)
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return { times, perSecond: (times.length * 1000) / (performance.now() - startedAt) }
}
