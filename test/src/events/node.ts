import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { onTestFinished } from 'vitest'
import { expectOk, type LaunchedTab, type TestService } from '../../support/service.ts'

/** A service behind a real socket, and screens that watch it. */
export type Node = Awaited<ReturnType<typeof listen>>

/** Listens with a service until the test is over. Its streams go over Node's own answers, so a call in process is none. */
export async function listen(service: TestService) {
  const server = createAdaptorServer({ fetch: service.app.fetch })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  onTestFinished(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  const url = (path: string) => `http://127.0.0.1:${port}${path}`
  const cookiesOf = ({ browser }: LaunchedTab) =>
    [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const eventsUrl = (tab: LaunchedTab, keys: readonly string[]) =>
    url(`${apiOf(tab)}/events?${new URLSearchParams(keys.map((key) => ['for', key]))}`)

  /** Opens a tab's stream and goes on reading it. */
  async function watch(tab: LaunchedTab, keys?: readonly string[]) {
    const asked = keys ?? [await liveKey(tab)]
    const response = await fetch(eventsUrl(tab, asked), {
      headers: { cookie: cookiesOf(tab), 'accept-encoding': 'gzip' },
    })
    if (!response.ok) throw new Error(`The stream was refused: ${response.status} ${await response.text()}`)
    return { headers: response.headers, ...readEvents(response) }
  }

  return {
    server,
    port,
    watch,
    /** Asks for a stream and answers what came, e.g. a refusal. */
    ask: (tab: LaunchedTab, query: string) =>
      fetch(url(`${apiOf(tab)}/events${query}`), { headers: { cookie: cookiesOf(tab) } }),
  }
}

const apiOf = ({ api }: LaunchedTab) => api.replace(/\/patients\/.*$/, '')

/** What names the tab's patient in live events, as the tab was told. */
export async function liveKey(tab: LaunchedTab): Promise<string> {
  return (await expectOk(tab.browser.get(apiOf(tab))))['liveKey'] as string
}

/** Every event from the stream's beginning on, without the heartbeats. */
export function readEvents(response: Response) {
  const keys: string[] = []
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) throw new Error('The stream has no body')
  const drain = async () => {
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'ended' as const
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      keys.push(...lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)))
    }
  }
  const ended = drain().catch(() => 'broken' as const)
  onTestFinished(async () => {
    await reader.cancel().catch(() => {})
  })
  return { keys, ended }
}
