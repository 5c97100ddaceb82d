import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Helper, HostUser } from '../readme.ts'

export type HostServer = {
  server: Server
  /** Who is logged in to this host; undefined = nobody. */
  session: { user: HostUser | undefined }
  /** What browsers complained of. */
  reports: string[]
}

type Options = Parameters<Helper['porticoToken']>[0]
type File = { type: string; body: string }

/** A host in one file: a page, its style sheet, the token for the card, and the place where browsers complain. */
export function createHost(
  { porticoToken }: Helper,
  options: Omit<Options, 'userOf'>,
  page: { folder: URL; csp: string[]; script?: string },
): HostServer {
  const session: HostServer['session'] = { user: { fhirUser: 'Practitioner/prac-park', name: 'Jordan Park' } }
  const reports: string[] = []
  const giveToken = porticoToken({ ...options, userOf: () => session.user })
  const portal = new URL(options.portico).origin
  const read = (name: string) =>
    readFileSync(new URL(name, page.folder), 'utf8').replaceAll('https://portal.example.org', portal)
  const html = read('index.html')
  const files: Record<string, () => File> = {
    '/host.css': () => ({ type: 'text/css', body: read('host.css') }),
    '/host.js': () => ({ type: 'text/javascript', body: page.script ?? '' }),
    '/frame': () => ({ type: 'text/html', body: read('frame.html') }),
  }
  const csp = [...page.csp, 'report-uri /csp-reports'].join('; ').replaceAll('PORTAL', portal)

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? '/', options.origin)
    if (pathname === '/portico-token' && request.method === 'POST') return giveToken(request, response)
    if (pathname === '/csp-reports') {
      for await (const part of request) reports.push(String(part))
      return response.writeHead(204).end()
    }
    const { type, body } = files[pathname]?.() ?? { type: 'text/html', body: html }
    const shown = body.replace(/{{(\w+)}}/, (_, name: string) => asAttribute(searchParams.get(name) ?? ''))
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': csp })
    return response.end(shown)
  }
  const server = createServer((request, response) => void answer(request, response))
  return { server, session, reports }
}

const asAttribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
