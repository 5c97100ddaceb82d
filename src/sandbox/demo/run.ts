import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { systemClock } from '../../clock.ts'
import { fromThisOriginOnly } from '../controls.ts'
import { createEmr, type Emr } from '../emr.ts'
import { startMailbox } from '../mailbox/mailbox.ts'
import { createMailboxPages } from '../mailbox/pages.ts'
import { createPeople } from '../people/index.ts'
import { serve } from '../serve.ts'
import { buildComponents } from './components.ts'
import { writeConfigFiles } from './config-files.ts'
import { readPatients, replacePatients } from './data.ts'
import { greeting, readyLine } from './greeting.ts'
import { readHosts } from './hosts.ts'
import { readOrMakeKeys } from './keys.ts'
import { DemoError, type DemoOptions, parseOptions } from './options.ts'
import { addressesFrom, CLINICS, emrOptions, practiceConfig, serviceEnvironment } from './plan.ts'
import { checkPorts } from './ports.ts'
import { createService, type Service } from './service.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

type DemoParts = {
  /** Portico's own main file. */
  main: string
  /** Brings the web components up to date. */
  build: () => Promise<void>
}
const PARTS: DemoParts = { main: join(ROOT, 'src/main.ts'), build: () => buildComponents(ROOT) }

/** Runs the demo until a signal or a death ends it; ends the process. */
export async function runDemo(args: string[], parts = PARTS): Promise<void> {
  const closers: (() => unknown)[] = []
  const finish = createFinish(closers)
  try {
    const options = parseOptions(args)
    // Ctrl-C comes twice under npm: from the terminal and from npm itself.
    process.on('SIGINT', () => finish(0))
    process.on('SIGTERM', () => finish(0))
    await start(options, parts, closers, (how) => finish(1, `Portico ended ${how}, so the demo ends too.`))
    process.stdout.write(
      `${options.json ? readyLine(addressesFrom(options.basePort)) : greeting(addressesFrom(options.basePort), options.ehr)}\n`,
    )
  } catch (error) {
    if (!(error instanceof DemoError)) throw error
    finish(1, error.message)
  }
}

async function start(
  options: DemoOptions,
  parts: DemoParts,
  closers: (() => unknown)[],
  onDeath: (how: string) => void,
) {
  const hosts = readHosts(options.hosts)
  await checkPorts(options.basePort)
  const addresses = addressesFrom(options.basePort)
  const keys = await readOrMakeKeys(
    CLINICS.map(({ slug }) => slug),
    options.store,
  )
  const folder = mkdtempSync(join(tmpdir(), 'portico-demo-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

  const mailbox = await startMailbox(systemClock)
  closers.push(() => mailbox.close())
  writeConfigFiles(folder, practiceConfig(addresses, keys, mailbox.smtpPort, hosts, options.ehr), keys)
  await parts.build()

  const env = serviceEnvironment({ ...options, folder, keys }, process.env)
  const service = createService({
    main: parts.main,
    env,
    readyUrl: `http://127.0.0.1:${options.basePort}/readyz`,
    onDeath,
  })
  closers.push(() => service.stop())
  process.once('exit', () => service.kill())
  // Portico starts while the EMR loads its people. Its failure is reported below, not as an unhandled rejection.
  const started = service.start()
  started.catch(() => undefined)
  const resources = await readResources(options.data)
  const clinics = CLINICS.map((clinic) =>
    createEmr({ ...emrOptions(addresses, clinic, keys, options.ehr), resources: resources[clinic.slug] }),
  )
  closers.push((await serve(emrHandler(addresses.emr, service, clinics), options.basePort + 1)).close)
  closers.push((await serve(createMailboxPages(mailbox).fetch, options.basePort + 2)).close)
  await started
  process.on('SIGUSR2', () => {
    service.restart('SIGTERM').catch((error: unknown) => onDeath(`: ${String(error)}`))
  })
}

/** Each clinic's people; `--data` replaces the patients of the first. */
async function readResources(data: string | undefined) {
  const fernwood = createPeople('fernwood')
  return {
    fernwood: data === undefined ? fernwood : replacePatients(fernwood, await readPatients(data)),
    harbor: createPeople('harbor'),
  }
}

/** Both clinics on one port, and the levers that belong to the demo and not to an EMR. */
function emrHandler(origin: string, service: Service, clinics: Emr[]) {
  const [fernwood, harbor] = clinics
  const restart = (signal: 'SIGTERM' | 'SIGKILL') => async () => {
    await service.restart(signal)
    return Response.json({ ready: true })
  }
  const app = new Hono()
    .use('/sandbox/*', fromThisOriginOnly(origin))
    .post('/sandbox/restart-service', restart('SIGTERM'))
    .post('/sandbox/kill-service', restart('SIGKILL'))
    .all(
      '*',
      (c) => (/^\/harbor(\/|$)/.test(c.req.path) ? harbor : fernwood)?.app.fetch(c.req.raw) ?? c.notFound(),
    )
  return app.fetch
}

/** However slow a part is, the demo is gone after this. */
const END_WITHIN_MS = 1700

/** Ends everything, the newest first; the first reason counts. */
function createFinish(closers: (() => unknown)[]) {
  let ending = false
  return (code: number, reason?: string) => {
    if (ending) return
    ending = true
    if (reason !== undefined) process.stderr.write(`${reason}\n`)
    setTimeout(() => process.exit(code), END_WITHIN_MS)
    void (async () => {
      for (const close of closers.toReversed()) await close()
      process.exit(code)
    })()
  }
}
