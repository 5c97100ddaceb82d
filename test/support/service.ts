import { randomBytes } from 'node:crypto'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createPasswordHasher } from '../../src/crypto/passwords.ts'
import { createLog } from '../../src/log.ts'
import { writeConfigFiles } from '../../src/sandbox/demo/config-files.ts'
import { CLINICS, addressesFrom, emrOptions, practiceConfig } from '../../src/sandbox/demo/plan.ts'
import { readOrMakeKeys } from '../../src/sandbox/demo/keys.ts'
import { createEmr, type Emr } from '../../src/sandbox/emr.ts'
import type { PersonalityName } from '../../src/sandbox/personalities/personality.ts'
import { createPeople } from '../../src/sandbox/people/index.ts'
import type { Slip } from '../../src/credentials/schema.ts'
import { wire } from '../../src/wiring.ts'
import { createBrowser, type TestBrowser } from './browser.ts'
import type { TestHost } from './host.ts'
import { readLetter } from './letter.ts'
import { openTestStore, type TestStore } from './store.ts'

export type Slug = 'fernwood' | 'harbor'

type Options = {
  /** What the configuration file fixes, and what administrators start from, for both practices. */
  settings?: Record<string, unknown>
  initial?: Record<string, unknown>
  practice?: Record<string, unknown>
  /** More pages that show the card, in both practices. */
  hosts?: Pick<TestHost, 'entry' | 'publicJwk'>[]
  /** What both EMRs let Portico's service do beside the usual. */
  moreServiceScope?: string
  /** Which EMR both sandboxes play; the full one unless told. */
  ehr?: PersonalityName
  keys?: string
  store?: TestStore
  /** Sets letters as PDF, which most tests have no use for. */
  pdfs?: boolean
}

const ADDRESSES = addressesFrom(8080)
/** Cheap on purpose: the real parameters have tests of their own. */
const HASHER = createPasswordHasher({
  slots: 2,
  waiting: 64,
  parameters: { memoryCost: 64, timeCost: 1, parallelism: 1 },
})

/** The whole service in process, on the project's store, between two EMRs; time stands still until a test moves it. */
export async function openService(options: Options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'portico-service-'))
  const keys = await readOrMakeKeys(['fernwood', 'harbor'], undefined)
  const clock = { now: Date.parse('2026-11-22T17:00:00Z') }
  const now = () => clock.now
  const emrs = {} as Record<Slug, Emr>
  const toService: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { origin, pathname } = new URL(request.url)
    if (origin === ADDRESSES.service) return app.fetch(request)
    return (pathname.startsWith('/harbor') ? emrs.harbor : emrs.fernwood).fetch(request)
  }
  /** An EMR reaches the service; beyond that there is no network. */
  const fromEmr: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    if (new URL(request.url).origin !== ADDRESSES.service) throw new TypeError('fetch failed')
    return app.fetch(request)
  }
  for (const clinic of CLINICS)
    emrs[clinic.slug] = createEmr({
      ...withScope(emrOptions(ADDRESSES, clinic, keys, options.ehr), options),
      resources: createPeople(clinic.slug),
      now,
      elsewhere: fromEmr,
    })

  for (const { entry, publicJwk } of options.hosts ?? [])
    writeFileSync(join(folder, entry.jwks), JSON.stringify({ keys: [publicJwk] }))
  const config = readConfig({
    PUBLIC_URL: ADDRESSES.service,
    PORTICO_KEYS: options.keys ?? `test:${randomBytes(32).toString('base64url')}`,
    PORTICO_CONFIG: writeConfigFiles(
      folder,
      practicesWith(practiceConfig(ADDRESSES, keys, 2525, [], options.ehr), options),
      keys,
    ),
    TRUSTED_PROXIES: '127.0.0.1/32',
    LOG_LEVEL: 'silent',
  })
  const store = options.store ?? (await openTestStore())
  const dist = writeDist(folder)
  const wiring = await wire(config, {
    store,
    log: createLog('silent'),
    now,
    fetch: toService,
    dist,
    hasher: HASHER,
    ...(options.pdfs ? {} : { letterPdfs: async () => null }),
  })
  const app = createApp(wiring)
  afterAll(async () => {
    await wiring.worker.stop()
    await wiring.strength.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const openBrowser = () => createBrowser(app.fetch, ADDRESSES.service)
  return {
    app,
    wiring,
    store,
    clock,
    emrs,
    emr: emrs.fernwood,
    openBrowser,
    ...walksThrough(emrs, openBrowser),
  }
}

export type TestService = Awaited<ReturnType<typeof openService>>
/** The usual invitation: an activation, on paper. */
export const LETTER = { kind: 'activation', slip: true, mail: false }
export type LaunchedTab = { launch: string; patient: string; api: string; browser: TestBrowser }

/** The steps of the walk that most tests begin with. */
function walksThrough(emrs: Record<Slug, Emr>, openBrowser: () => TestBrowser) {
  /** What a click on "Open Portico" does in the EMR, up to the staff app's own address. */
  async function launch(
    patient: string,
    options: { user?: string; slug?: Slug; browser?: TestBrowser; styleUrl?: string | null | undefined } = {},
  ) {
    const { user = 'front-desk', slug = 'fernwood', browser = openBrowser(), styleUrl } = options
    const { url } = emrs[slug].createLaunch({ patient, user, styleUrl })
    const begun = await browser.get(url)
    const back = await emrs[slug].authorizeAs(user, begun.headers.get('location') ?? '')
    const done = await browser.get(back.pathname + back.search)
    const path = done.headers.get('location')
    if (!path)
      throw new Error(`The launch ended with ${done.status} ${done.headers.get('x-portico-problem')}`)
    const id = path.split('/')[4] ?? ''
    const tab: LaunchedTab = {
      launch: id,
      patient,
      browser,
      api: `/${slug}/api/staff/launches/${id}/patients/${patient}`,
    }
    return tab
  }

  /** Allows access, creates credentials and opens the slip: what staff do with a patient at the desk. */
  async function inviteAndRead(tab: LaunchedTab, invitation: object = LETTER) {
    await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true }))
    const issued = await expectOk(tab.browser.post(`${tab.api}/invitations`, invitation))
    return readSlip(tab, issued['slipUrl'] as string)
  }

  async function readSlip(tab: LaunchedTab, slipUrl: string) {
    const slug = tab.api.split('/')[1] ?? ''
    const slip = (await expectOk(
      tab.browser.post(`/${slug}/api/slip`, { token: new URL(slipUrl).hash.slice(1) }),
    )) as Slip
    return { ...slip, ...readLetter(slip) }
  }

  return { launch, inviteAndRead, readSlip }
}

/** The JSON body of an answer that must be a success. */
export async function expectOk(answer: Response | Promise<Response>): Promise<Record<string, unknown>> {
  const response = await answer
  const body = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(body)}`)
  return body
}

function practicesWith(file: { practices: Record<string, unknown>[] }, options: Options) {
  const practices = file.practices.map((practice) => ({
    ...practice,
    hosts: [...((practice['hosts'] ?? []) as object[]), ...(options.hosts ?? []).map(({ entry }) => entry)],
    client: withServiceScope(practice['client'] as { serviceScope: string }, options),
    ...options.practice,
    initial: { ...(practice['initial'] as object), ...options.initial },
    settings: { ...(practice['settings'] as object), ...options.settings },
  }))
  return { practices }
}

const withServiceScope = (client: { serviceScope: string }, { moreServiceScope = '' }: Options) => ({
  ...client,
  serviceScope: `${client.serviceScope} ${moreServiceScope}`.trim(),
})

const withScope = (emr: ReturnType<typeof emrOptions>, { moreServiceScope = '' }: Options) => ({
  ...emr,
  clients: emr.clients.map((client) => ({
    ...client,
    scope: `${client.scope} ${moreServiceScope}`.trim(),
  })),
})

/** Edge tests need the names of the bundles, not the bundles. */
export function writeDist(folder: string) {
  const entries = {
    portal: 'portal.js',
    staff: 'staff.js',
    slip: 'slip.js',
    frame: 'frame.js',
    page: 'page.css',
  }
  const dist = join(folder, 'dist')
  // An earlier version is still there for hosts that pinned it.
  for (const version of ['0.0.0', '0.0.0-earlier']) {
    mkdirSync(join(dist, version), { recursive: true })
    writeFileSync(join(dist, version, 'embed.js'), `// ${version}`)
  }
  const manifest = { version: '0.0.0', integrity: 'sha384-embed', entries }
  writeFileSync(join(dist, 'manifest.json'), JSON.stringify(manifest))
  return dist
}
