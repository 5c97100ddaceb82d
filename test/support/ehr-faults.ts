import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string }
export type Reply = {
  status?: number
  headers?: Record<string, string>
  /** An object is sent as FHIR JSON, a text as it stands. */
  body?: unknown
  /** `cut` = the connection breaks; `silence` = no answer ever comes. */
  fault?: 'cut' | 'silence'
}

/** A real socket that answers as told, in turn; the last reply answers all later requests. It stops with `using`. */
export async function startFaultyEhr(...replies: (Reply | ((request: Seen) => Reply))[]) {
  const requests: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const seen = { method, url, headers, body: Buffer.concat(chunks).toString() }
      const next = replies[Math.min(requests.length, replies.length - 1)] ?? {}
      requests.push(seen)
      const { status = 200, headers: sent, body, fault } = typeof next === 'function' ? next(seen) : next
      if (fault === 'cut') return void request.socket.destroy()
      if (fault === 'silence') return
      const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
      response.writeHead(status, { 'content-type': 'application/fhir+json', ...sent }).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    base: `${origin}/fhir`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const outcome = (code: string, rest: Record<string, unknown> = {}) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, ...rest }],
})
