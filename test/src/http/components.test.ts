import { describe, expect, test } from 'vitest'
import { expectRefusal } from '../../support/refusal.ts'
import { openService } from '../../support/service.ts'

const service = await openService()
const get = (path: string) => service.openBrowser().get(path)
const SHOWN_ANYWHERE = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
const headersOf = (response: Response, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, response.headers.get(name)]))

describe('what hosts load', () => {
  test.each([
    ['/components/0.0.0/embed.js', '// 0.0.0', 'public, max-age=31536000, immutable'],
    ['/components/0.0.0-earlier/embed.js', '// 0.0.0-earlier', 'public, max-age=31536000, immutable'],
    ['/components/embed.js', '// 0.0.0', 'public, max-age=300'],
  ])('%s is there for every origin', async (path, text, kept) => {
    const answer = await get(path)
    expect([answer.status, await answer.text()]).toEqual([200, text])
    expect(answer.headers.get('content-type')).toMatch(/^text\/javascript/)
    expect(headersOf(answer, ['cache-control', ...Object.keys(SHOWN_ANYWHERE)])).toEqual({
      'cache-control': kept,
      ...SHOWN_ANYWHERE,
    })
  })

  test('a host reads what to write into its page', async () => {
    const answer = await get('/components/embed.json')
    expect(await answer.json()).toEqual({
      version: '0.0.0',
      src: '/components/0.0.0/embed.js',
      integrity: 'sha384-embed',
    })
    expect(headersOf(answer, ['cache-control', ...Object.keys(SHOWN_ANYWHERE)])).toEqual({
      'cache-control': 'public, max-age=300',
      ...SHOWN_ANYWHERE,
    })
  })

  test.each([
    '/components/0.0.1/embed.js',
    '/components/0.0.0/nothing.js',
    '/components/manifest.json',
    '/components/0.0.0/%2e%2e/manifest.json',
    '/components/0.0.0/..%2fmanifest.json',
    '/components/..%2f..%2fpackage.json/embed.js',
  ])('%s is nothing', async (path) => {
    await expectRefusal(await get(path), 'not-found')
  })

  test('the version that is described is the one that is built', async () => {
    const api = (await (await get('/openapi.json')).json()) as { info: { version: string } }
    expect(api.info.version).toBe('0.0.0')
  })
})
