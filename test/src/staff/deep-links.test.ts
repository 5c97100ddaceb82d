import { beforeAll, describe, expect, test } from 'vitest'
import { HARBOR_PEOPLE, PEOPLE } from '../../support/people.ts'
import { expectOk, openService, type Slug, type TestService } from '../../support/service.ts'

const EMR = 'http://127.0.0.1:8081'
let service: TestService
beforeAll(async () => {
  service = await openService()
})

/** What the staff app is told after a launch that the EMR began so. */
async function viewOf(slug: Slug, launch: string) {
  const browser = service.openBrowser()
  const iss = service.emrs[slug].fhirBase
  const begun = await browser.get(`/${slug}/launch?${new URLSearchParams({ iss, launch })}`)
  const back = await service.emrs[slug].authorizeAs('front-desk', begun.headers.get('location') ?? '')
  const done = await browser.get(back.pathname + back.search)
  const id = (done.headers.get('location') ?? '').split('/')[4]
  return expectOk(browser.get(`/${slug}/api/staff/launches/${id}`))
}
const order = (slug: Slug, context: object) => {
  const patient = slug === 'harbor' ? Object.values(HARBOR_PEOPLE)[0] : PEOPLE.walter
  return service.emrs[slug].createLaunch({ patient: patient ?? '', user: 'front-desk', ...context }).launch
}

describe('a note on a chart', () => {
  /** The EMR's own page, as somebody at its front desk sees it. */
  async function openChart(slug: Slug, prefix: string, patient: string) {
    const emr = service.emrs[slug]
    const send = (path: string, form: Record<string, string>, cookie = '') =>
      emr.fetch(`${EMR}${prefix}${path}`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { origin: EMR, cookie },
        redirect: 'manual',
      })
    const login = await send('/login', { role: 'front-desk', next: `${prefix}/` })
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const page = await emr.fetch(`${EMR}${prefix}/patients/${patient}`, { headers: { cookie } })
    const open = (form: Record<string, string>) => send(`/patients/${patient}/launch`, form, cookie)
    return { text: await page.text(), open }
  }

  test('is there where the practice has it on, and its button opens Portico with the next step', async () => {
    const patient = Object.values(HARBOR_PEOPLE)[0] ?? ''
    const { text, open } = await openChart('harbor', '/harbor', patient)
    expect(text).toContain('Portal access: not set up')
    const appContext = /name="appContext" value="([^"]+)"/.exec(text)?.[1]?.replaceAll('&quot;', '"') ?? ''
    const opened = await open({ client: 'portico', appContext })
    const launch = new URL(opened.headers.get('location') ?? '').searchParams.get('launch') ?? ''
    expect(await viewOf('harbor', launch)).toMatchObject({ patient, intent: 'create-credentials' })
  })

  test('is not there where the practice has it off', async () => {
    const { text } = await openChart('fernwood', '', PEOPLE.walter)
    expect(text).toContain('Demographics')
    expect(text).not.toContain('Portal access')
  })
})

describe('what the staff app opens with', () => {
  test.each([
    [{ appContext: '{"intent":"create-credentials"}' }, 'create-credentials'],
    [{ appContext: '{"intent":"drop-tables"}' }, null],
    [{ intent: 'access', appContext: '{"intent":"create-credentials"}' }, 'access'],
    [{ intent: 'unheard-of' }, null],
    [{}, null],
  ])('after a launch with %j is %s', async (context, intent) => {
    expect(await viewOf('fernwood', order('fernwood', context))).toMatchObject({ intent })
  })
})

describe('whom the staff app may speak with', () => {
  test('is the EMR’s page where the EMR granted it', async () => {
    const view = await viewOf('fernwood', order('fernwood', { messagingHandle: 'handle-1' }))
    expect(view['messaging']).toEqual({ handle: 'handle-1', origin: EMR })
  })

  test.each<[Slug, object]>([
    ['fernwood', {}],
    ['harbor', { messagingHandle: 'handle-1' }],
  ])('is nobody at %s after a launch with %j', async (slug, context) => {
    expect((await viewOf(slug, order(slug, context)))['messaging']).toBeNull()
  })
})
