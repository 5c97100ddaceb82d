import { beforeAll, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import { createStyleReader } from '../../../src/staff/launch-style.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const EMR = 'http://127.0.0.1:8081'
const STYLE = { color_background: '#e9eef3', color_highlight: '#1f5c99', dim_font_size: '14px' }

let service: TestService
beforeAll(async () => {
  service = await openService()
})

const readStyle = async (styleUrl?: string | null) => {
  const tab = await service.launch(PEOPLE.walter, { styleUrl })
  return expectOk(tab.browser.get(`/fernwood/api/staff/launches/${tab.launch}/style`))
}

describe('how the EMR of a launch looks', () => {
  test('is read from the address in the token answer', async () => {
    expect(await readStyle()).toMatchObject({ style: { ...STYLE, dim_border_radius: '3px' } })
    expect(await readStyle(`${EMR}/oauth/style-dark.json`)).toMatchObject({
      style: { color_background: '#15191d' },
    })
  })

  test.each([
    ['the EMR does not say', null],
    ['nothing is there', `${EMR}/oauth/no-style.json`],
    ['a page is there', `${EMR}/`],
    ['JSON of another kind is there', `${EMR}/oauth/jwks.json`],
    ['it is no address', 'style.json'],
  ])('null where %s', async (_name, styleUrl) => {
    expect(await readStyle(styleUrl)).toEqual({ style: null })
  })

  test('is for the staff member of this launch only', async () => {
    const tab = await service.launch(PEOPLE.walter)
    const path = `/fernwood/api/staff/launches/${tab.launch}/style`
    await expectRefusal(await service.openBrowser().get(path), 'launch-ended')
    const other = await service.launch(PEOPLE.walter, { user: 'physician' })
    await expectRefusal(await other.browser.get(path), 'stale-tab')
  })
})

describe('what is asked, and how often', () => {
  const practiceOf = async () => {
    const found = await service.wiring.practices.find('fernwood')
    if (!found) throw new Error('no practice')
    const hosts = [
      { id: 'h', name: 'H', origins: ['https://pages.emr.example'], jwks: { keys: [] }, permissions: [] },
    ]
    return { ...found, frameAncestors: ['https://frame.emr.example', 'http://plain.emr.example'], hosts }
  }
  const bench = async (answer: () => Response | Promise<Response>) => {
    const asked: { url: string; init: RequestInit | undefined }[] = []
    const clock = { now: 1 }
    const read = createStyleReader({
      now: () => clock.now,
      fetch: async (input, init) => {
        asked.push({ url: input as string, init })
        return answer()
      },
    })
    const practice = await practiceOf()
    return { asked, clock, read: (url: string) => read(practice, url) }
  }

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'https://emr.example/style.json',
    'https://pages.emr.example.evil.example/style.json',
    'http://pages.emr.example/style.json',
    'http://plain.emr.example/style.json',
    'https://pages.emr.example@evil.example/style.json',
    'https://someone@pages.emr.example/style.json',
    'http://127.0.0.1:8080/metrics',
    'file:///etc/passwd',
    'nonsense',
  ])('never %s', async (url) => {
    const { asked, read } = await bench(() => Response.json(STYLE))
    expect(await read(url)).toBeNull()
    expect(asked).toEqual([])
  })

  test.each([`${EMR}/s.json`, 'https://pages.emr.example/s.json', 'https://frame.emr.example/s.json'])(
    '%s: without redirects, with a limit in time, once for everybody',
    async (url) => {
      const { asked, read, clock } = await bench(() => Response.json(STYLE))
      expect(await Promise.all([read(url), read(url)])).toEqual([STYLE, STYLE])
      clock.now += 100 * MINUTE_MS
      expect(await read(url)).toEqual(STYLE)
      expect(asked).toMatchObject([{ url, init: { redirect: 'error', signal: expect.any(AbortSignal) } }])
    },
  )

  test.each<[string, () => Response | Promise<Response>]>([
    ['a refusal', () => new Response('no', { status: 403 })],
    ['no network', () => Promise.reject(new TypeError('fetch failed'))],
    ['no JSON', () => new Response('<html>')],
    ['a list', () => Response.json([STYLE])],
    ['more than 64 kB', () => Response.json({ ...STYLE, more: 'x'.repeat(66_000) })],
    ['nothing of use', () => Response.json({ color_text: 12, colour: 'red' })],
  ])('%s counts as nothing, and is not asked for again for a minute', async (_name, answer) => {
    const { asked, read, clock } = await bench(answer)
    const url = `${EMR}/s.json`
    expect(await read(url)).toBeNull()
    clock.now += MINUTE_MS - 1
    expect(await read(url)).toBeNull()
    expect(asked).toHaveLength(1)
    clock.now += 1
    await read(url)
    expect(asked).toHaveLength(2)
  })

  test('bad values are left out one by one', async () => {
    const { read } = await bench(() =>
      Response.json({
        color_background: 'url(https://evil.example)',
        color_text: 'rgb(20 30 40)',
        color_highlight: 'var(--x)',
        color_error: ' #a00 ',
        dim_font_size: '1e3px',
        dim_border_radius: '6px',
        font_family_body: 'Arial;} body {display: none',
        font_family_heading: '"Noto Sans", sans-serif',
        something: '#fff',
      }),
    )
    expect(await read(`${EMR}/s.json`)).toEqual({
      color_text: 'rgb(20 30 40)',
      color_error: '#a00',
      dim_border_radius: '6px',
      font_family_heading: '"Noto Sans", sans-serif',
    })
  })

  test('however many addresses there are, only so many are kept', async () => {
    const { asked, read } = await bench(() => Response.json(STYLE))
    for (let at = 0; at < 201; at += 1) await read(`${EMR}/${at}.json`)
    await read(`${EMR}/200.json`)
    expect(asked).toHaveLength(201)
    await read(`${EMR}/0.json`)
    expect(asked).toHaveLength(202)
  })
})
