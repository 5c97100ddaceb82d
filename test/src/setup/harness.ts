import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { createEmr, type EmrOptions } from '../../../src/sandbox/emr.ts'
import { createPeople } from '../../../src/sandbox/people/index.ts'
import { createDraftFile } from '../../../src/setup/draft.ts'
import { readRegistrationFiles } from '../../../src/setup/registration-files.ts'
import { createSetupApp } from '../../../src/setup/routes.ts'
import type { SetupView } from '../../../src/setup/schema.ts'
import { createSetup } from '../../../src/setup/setup.ts'
import { createBrowser } from '../../support/browser.ts'
import { expectOk } from '../../support/service.ts'

export const HERE = 'http://localhost:8080'
export const TOKEN = 'one-time-token-of-this-run'
const EMR = 'http://127.0.0.1:8081'

/** What the sandbox's administrator types in, from what set-up shows. */
export const CLIENT = {
  clientId: 'portico-at-lakeside',
  name: 'Portico',
  redirectUris: [`${HERE}/lakeside/callback`],
  launchUrl: `${HERE}/lakeside/launch`,
  jwksUri: `${HERE}/.well-known/jwks.json`,
  scope:
    'openid fhirUser launch online_access messaging/ui user/Patient.rus user/Consent.crus system/Patient.rs system/Consent.crus',
}
export const PLACE = { name: 'Lakeside Clinic', slug: 'lakeside', publicUrl: HERE }
export const PRACTICE = {
  timeZone: 'America/Chicago',
  languages: ['en', 'es'],
  portalUrl: HERE,
  chartUrl: null,
  emrOrigins: [EMR],
}

type Options = {
  client?: Partial<typeof CLIENT>
  emr?: Partial<EmrOptions>
  /** In place of the EMR's own answers. */
  fetch?: typeof fetch
  folder?: string
  /** Where the environment goes, seen from the folder. */
  env?: string
}

/** Set-up and a sandbox EMR in one process; what the EMR asks of Portico reaches set-up. */
export function openSetup(options: Options = {}) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'portico-setup-'))
  if (!options.folder) afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const clock = { now: Date.now() }
  const now = () => clock.now
  const emr = createEmr({
    origin: EMR,
    prefix: '',
    resources: createPeople('fernwood'),
    clients: [{ ...CLIENT, ...options.client }],
    now,
    elsewhere: async (input, init) => app.fetch(new Request(input, init)),
    ...options.emr,
  })
  const files = { config: join(folder, 'portico.json'), env: join(folder, options.env ?? '.env') }
  const draftPath = join(folder, '.portico-setup.json')
  const setup = createSetup({
    fetch: options.fetch ?? emr.fetch,
    now,
    port: 8080,
    databaseUrl: 'sqlite:./data/portico.sqlite',
    registrations: readRegistrationFiles(),
    draft: createDraftFile(draftPath),
    files,
    timeZone: 'America/Chicago',
  })
  const app = createSetupApp({ setup, token: TOKEN, log: createLog('silent'), now })
  const browser = createBrowser(app.fetch, HERE)
  const authorization = { authorization: `Bearer ${TOKEN}` }
  const give = async (path: string, body: object) =>
    (await expectOk(browser.put(`/setup/api/${path}`, body, authorization))) as SetupView

  async function launch(user = 'administrator') {
    const { url } = emr.createLaunch({ patient: 'walter-okafor', user })
    const begun = await browser.get(url)
    if (begun.status !== 302) return begun
    const back = await emr.authorizeAs(user, begun.headers.get('location') ?? '')
    return browser.get(back.pathname + back.search)
  }
  /** Every answer up to the launch. */
  async function register() {
    await give('ehr', { fhirBase: emr.fhirBase })
    await give('place', PLACE)
    return give('client', { clientId: options.client?.clientId ?? CLIENT.clientId })
  }
  return { folder, clock, emr, files, draftPath, setup, app, browser, authorization, give, launch, register }
}
