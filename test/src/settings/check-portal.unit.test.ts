import { X509Certificate } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import type { Practice } from '../../../src/practices/practice.ts'
import { Problem } from '../../../src/problem.ts'
import { checkPortal } from '../../../src/settings/check-portal.ts'
import { createCertificate, hasOpenssl } from '../../support/certificate.ts'
import { startNobody } from '../../support/smtp.ts'

const INSTANCE = 'this-one'
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(listener: RequestListener, secure?: { key: string; cert: string }) {
  const server = secure ? createSecureServer(secure, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)
const here = answering(200, JSON.stringify({ status: 'ok', instance: INSTANCE }))

const check = (address: string, portalAddresses = [address]) =>
  checkPortal({ fetch, instance: INSTANCE }, { portalAddresses } as Practice, { address })

test('an address that leads here is ok, asked by its health page', async () => {
  const asked: (string | undefined)[] = []
  const address = await start((request, response) => {
    asked.push(request.url)
    here(request, response)
  })
  expect(await check(address)).toEqual({ state: 'ok', certificateUntil: null })
  expect(asked).toEqual(['/healthz'])
})

test.each([
  ['another Portico', answering(200, JSON.stringify({ instance: 'another' }))],
  ['some page', answering(200, '<h1>Welcome</h1>')],
  ['nothing but null', answering(200, 'null')],
  ['a proxy in front of nothing', answering(502, 'Bad gateway')],
])('%s is not this one', async (_what, listener) => {
  expect(await check(await start(listener))).toEqual({ state: 'other', certificateUntil: null })
})

test('a redirect is not followed, wherever it leads', async () => {
  const asked: string[] = []
  const target = await start((request, response) => {
    asked.push(request.url ?? '')
    here(request, response)
  })
  const address = await start(answering(302, '', { location: `${target}/healthz` }))
  expect(await check(address)).toEqual({ state: 'other', certificateUntil: null })
  expect(asked).toEqual([])
})

test('nobody at home is unreachable', async () => {
  const address = `http://127.0.0.1:${await startNobody()}`
  expect(await check(address)).toEqual({ state: 'unreachable', certificateUntil: null })
})

test('an address that the service is not configured for is never asked', async () => {
  const asked: string[] = []
  const address = await start((request) => void asked.push(request.url ?? ''))
  const refused = await check(address, ['https://portal.example']).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Problem)
  expect(refused).toMatchObject({ code: 'invalid-request', issues: [{ pointer: '/address' }] })
  expect(asked).toEqual([])
})

describe.skipIf(!hasOpenssl())('with TLS', () => {
  const made = hasOpenssl() ? createCertificate() : { key: '', cert: '' }
  const until = () => Date.parse(new X509Certificate(made.cert).validTo)

  test('the end of the certificate is told', async () => {
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, made.cert])
    const address = await start(here, made)
    const found = await check(address)
    setDefaultCACertificates(before)
    expect(found).toEqual({ state: 'ok', certificateUntil: until() })
  })

  test('a certificate that browsers would not trust is as good as no answer, and its end is told', async () => {
    const address = await start(here, made)
    expect(await check(address)).toEqual({ state: 'unreachable', certificateUntil: until() })
  })
})
