import { describe, expect, test } from 'vitest'
import { hostChecks, policiesIn } from '../../../src/report/host-policy.ts'
import { readPolicies } from '../../../src/report/policy.ts'
import type { Practice } from '../../../src/practices/practice.ts'

const PAGE = 'https://emr.example'
const PORTICO = 'https://portal.example.org'
const SCRIPT = `script-src ${PORTICO}`
const CONNECT = `connect-src 'self' ${PORTICO}`
const TYPES = 'trusted-types lit-html'
const missingIn = (...policies: string[]) => readPolicies(policies, PAGE, PORTICO).missing

describe('a policy lets the card in', () => {
  test.each([
    ['with nothing in it', ''],
    ['that is about something else', "img-src 'none'; frame-ancestors 'none'"],
    ['as the README says it', `script-src ${PORTICO}; connect-src 'self' ${PORTICO}; trusted-types lit-html`],
    ['by the default', `default-src 'self' ${PORTICO}`],
    ['of every address', 'default-src *'],
    ['of every encrypted address', "script-src https:; connect-src 'self' https:"],
    ['without the scheme', "script-src portal.example.org; connect-src 'self' portal.example.org"],
    ['with the port that is meant anyway', "script-src https://portal.example.org:443; connect-src 'self' *"],
    ['with any port', `script-src https://portal.example.org:*; connect-src 'self' ${PORTICO}`],
    ['of a whole domain', "script-src *.example.org; connect-src 'self' https://*.example.org/"],
    ['with a capital letter', `Script-Src HTTPS://PORTAL.example.org; connect-src 'Self' ${PORTICO}`],
    [
      'named in the clear, as encrypted is better',
      `script-src http://portal.example.org; connect-src 'self' *`,
    ],
    [
      'more special than the rest',
      `default-src 'none'; script-src-elem ${PORTICO}; connect-src ${PORTICO} ${PAGE}`,
    ],
    [
      'of the folders that it needs',
      `script-src ${PORTICO}/components/; connect-src ${PAGE}/api/ ${PORTICO}/fernwood/embed/`,
    ],
    ['of one version', `script-src ${PORTICO}/components/1.2.3/; connect-src *`],
    ['of any template policy', `default-src *; trusted-types *`],
    ['that asks for trusted types and names none', `default-src *; require-trusted-types-for 'script'`],
  ])('%s', (_what, policy) => {
    expect(readPolicies([policy], PAGE, PORTICO)).toEqual({ missing: [], byMark: false })
  })
})

describe('a policy keeps the card out', () => {
  test.each([
    ['of nothing', "default-src 'none'", [SCRIPT, CONNECT]],
    ['of the page alone', "default-src 'self'", [SCRIPT, CONNECT]],
    ['without its script', `script-src 'self'; connect-src 'self' ${PORTICO}`, [SCRIPT]],
    ['without its questions', `script-src ${PORTICO}; connect-src 'self'`, [CONNECT]],
    ['without the page’s own token', `script-src ${PORTICO}; connect-src ${PORTICO}`, [CONNECT]],
    ['without its templates', `default-src 'self' ${PORTICO}; trusted-types dompurify`, [TYPES]],
    ['with no template at all', `default-src 'self' ${PORTICO}; trusted-types 'none'`, [TYPES]],
    ['with no source', `default-src *; script-src`, [SCRIPT]],
    ['of another port', `script-src ${PORTICO}:8443; connect-src *`, [SCRIPT]],
    ['of a neighbour', `script-src https://portal.example.org.evil.example; connect-src *`, [SCRIPT]],
    ['of a domain without its own address', `script-src *.portal.example.org; connect-src *`, [SCRIPT]],
    ['of another folder', `script-src ${PORTICO}/other/; connect-src *`, [SCRIPT]],
    ['of one file, which is not all', `script-src ${PORTICO}/components/embed.js; connect-src *`, [SCRIPT]],
    ['where the first of two counts', `script-src 'self'; script-src ${PORTICO}; connect-src *`, [SCRIPT]],
    [
      'where trust is handed on, and addresses do not count',
      `script-src 'strict-dynamic' ${PORTICO}`,
      [SCRIPT],
    ],
  ])('%s', (_what, policy, missing) => {
    expect(missingIn(policy)).toEqual(missing)
  })

  test('if one of many does, in one header or in several', () => {
    expect(missingIn('default-src *', "script-src 'self'")).toEqual([SCRIPT])
    expect(missingIn("default-src *, connect-src 'self', trusted-types x")).toEqual([CONNECT, TYPES])
    expect(missingIn('default-src *', 'default-src *')).toEqual([])
  })
})

test('a mark on the script’s tag lets it in, which only the page can give it', () => {
  for (const policy of ["script-src 'nonce-r4nd0m'", "script-src 'strict-dynamic' 'nonce-r4nd0m'"])
    expect(readPolicies([policy], PAGE, PORTICO)).toEqual({ missing: [], byMark: true })
})

test('a source without a scheme is that of its page, or better', () => {
  expect(
    readPolicies(['default-src 127.0.0.1:8080'], 'http://127.0.0.1:8080', 'http://127.0.0.1:8080').missing,
  ).toEqual([])
  expect(readPolicies(['script-src portal.example.org'], PAGE, 'http://portal.example.org').missing).toEqual([
    'script-src http://portal.example.org',
  ])
})

test('a page may say its policy in its head', () => {
  const head = `<meta charset="utf-8">
    <META content="default-src &#39;self&#39;" HTTP-EQUIV='Content-Security-Policy'>
    <meta http-equiv="content-security-policy" content='connect-src *'>
    <meta http-equiv="refresh" content="5">`
  expect(policiesIn(head)).toEqual(["default-src 'self'", 'connect-src *'])
})

describe('pages that show the card', () => {
  const hosts = [{ name: 'Fernwood EMR', origins: [PAGE] }] as Practice['hosts']
  const check = async (answer: () => Promise<Response>) => {
    const asked: string[] = []
    const fetch = async (input: string) => {
      asked.push(input)
      return answer()
    }
    const found = await hostChecks(fetch as typeof globalThis.fetch, { hosts }, PORTICO)
    return { asked, found: found.map(({ state, how, value }) => ({ state, how, value })) }
  }
  const page =
    (headers: Record<string, string>, body = '', status = 200) =>
    async () =>
      new Response(body, { status, headers })
  const CSP = 'content-security-policy'
  const ALL = `${SCRIPT}; ${CONNECT}; ${TYPES}`

  test.each([
    ['no policy', page({}), { state: 'ok', how: 'open', value: null }],
    ['one that lets it in', page({ [CSP]: 'default-src *' }), { state: 'ok', how: 'lets', value: null }],
    ['a nonce', page({ [CSP]: "script-src 'nonce-1'" }), { state: 'ok', how: 'nonce', value: null }],
    [
      'one that does not',
      page({ [CSP]: `script-src 'self'` }),
      { state: 'fault', how: 'shut', value: SCRIPT },
    ],
    [
      'one in its head',
      page({}, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`),
      { state: 'fault', how: 'shut', value: `${SCRIPT}; ${CONNECT}` },
    ],
    [
      'a way to another page',
      page({ location: '/login', [CSP]: 'default-src *' }, '', 302),
      { state: 'unknown', how: 'unseen', value: ALL },
    ],
    ['nothing there', page({}, '', 404), { state: 'unknown', how: 'unseen', value: ALL }],
    [
      'no answer',
      async () => Promise.reject(new TypeError('fetch failed')),
      { state: 'unknown', how: 'unseen', value: ALL },
    ],
  ])('%s', async (_what, answer, expected) => {
    const { asked, found } = await check(answer)
    expect(found).toEqual([expected])
    expect(asked).toEqual([`${PAGE}/`])
  })
})
