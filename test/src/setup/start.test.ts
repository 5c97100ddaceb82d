import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/config.ts'
import { createLog } from '../../../src/log.ts'
import { environmentIn } from '../../../src/setup/environment.ts'
import { wire } from '../../../src/wiring.ts'
import { createBrowser } from '../../support/browser.ts'
import { expectOk, writeDist } from '../../support/service.ts'
import { openTestStore } from '../../support/store.ts'
import { HERE, openSetup, PRACTICE } from './harness.ts'

test('the service starts with what set-up wrote, and who launched first is its administrator', async () => {
  const run = openSetup()
  await run.register()
  await run.launch()
  await run.give('practice', PRACTICE)
  const order = { administrator: run.setup.view().launch?.fhirUser }
  await expectOk(run.browser.post('/setup/api/configuration', order, run.authorization))

  const folder = mkdtempSync(join(tmpdir(), 'portico-set-up-'))
  const config = readConfig({ ...environmentIn(run.files.env), LOG_LEVEL: 'silent' })
  const wiring = await wire(config, {
    store: await openTestStore(),
    log: createLog('silent'),
    now: () => run.clock.now,
    fetch: run.emr.fetch,
    dist: writeDist(folder),
    letterPdfs: async () => null,
  })
  onTestFinished(async () => {
    await wiring.worker.stop()
    await wiring.strength.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const browser = createBrowser(createApp(wiring).fetch, HERE)
  const { url } = run.emr.createLaunch({ patient: 'walter-okafor', user: 'administrator' })
  const begun = await browser.get(url)
  const back = await run.emr.authorizeAs('administrator', begun.headers.get('location') ?? '')
  const done = await browser.get(back.pathname + back.search)
  const path = done.headers.get('location') ?? ''
  expect(path).toMatch(/^\/lakeside\/staff\/l\/[^/]+\/$/)
  const view = await expectOk(browser.get(`/lakeside/api/staff/launches/${path.split('/')[4]}`))
  expect(view).toMatchObject({
    permissions: expect.arrayContaining(['settings.manage', 'staff.manage']) as string[],
  })
})
