import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseOptions } from '../../../src/sandbox/demo/options.ts'
import { checkPorts } from '../../../src/sandbox/demo/ports.ts'

type Stub = { pid: number; PORTICO_CONFIG: string; PORTICO_KEYS: string; DATABASE_URL: string }
type Demo = { child: ChildProcess; stdout: () => string; stderr: () => string; ended: Promise<number | null> }

const SCRIPT = fileURLToPath(new URL('start-demo.ts', import.meta.url))
let folder: string
const started: ChildProcess[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-demo-test-'))
})
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function startDemo(args: string[], env: Record<string, string> = {}): Demo {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    env: { ...process.env, TMPDIR: folder, ...env },
  })
  started.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}

/** Three ports in a row that nobody has. */
async function findPorts(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  return checkPorts(port).then(
    () => port,
    () => findPorts(),
  )
}

/** Settles when the demo has said that it is ready; fails with what it said if it ended instead. */
async function whenReady(demo: Demo) {
  const isReady = new Promise<void>((resolve) => demo.child.stdout?.on('data', () => resolve()))
  const code = await Promise.race([isReady, demo.ended])
  if (code !== undefined) throw new Error(`The demo ended with ${code}: ${demo.stderr()}`)
}

const read = async (url: string) => (await fetch(url)).text()
const readStub = async (port: number) => JSON.parse(await read(`http://127.0.0.1:${port}/readyz`)) as Stub

describe('a demo that runs', () => {
  let demo: Demo
  let port: number
  beforeAll(async () => {
    port = await findPorts()
    demo = startDemo(['--base-port', String(port), '--json'])
    await whenReady(demo)
  }, 30_000)

  test('says so in one line on stdout', () => {
    expect(
      demo
        .stdout()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        ready: true,
        service: `http://localhost:${port}`,
        emr: `http://127.0.0.1:${port + 1}`,
        mail: `http://127.0.0.1:${port + 2}`,
        practice: 'fernwood',
      },
    ])
  })

  test('serves both clinics and the mailbox', async () => {
    expect(await read(`http://127.0.0.1:${port + 1}/`)).toContain('Fernwood EMR')
    expect(await read(`http://127.0.0.1:${port + 1}/harbor/`)).toContain('action="/harbor/login"')
    expect(await read(`http://127.0.0.1:${port + 1}/harbor/fhir/metadata`)).toContain('CapabilityStatement')
    expect(await read(`http://127.0.0.1:${port + 2}/`)).toContain('Mailbox')
  })

  test('gives the service a configuration that it accepts', async () => {
    const { PORTICO_CONFIG, PORTICO_KEYS, DATABASE_URL } = await readStub(port)
    const { readConfig } = await import('../../../src/config.ts')
    const config = readConfig({ PORTICO_CONFIG, PORTICO_KEYS, DATABASE_URL, PORT: String(port) })
    expect(config.practices.map(({ slug, fhirBase }) => [slug, fhirBase])).toEqual([
      ['fernwood', `http://127.0.0.1:${port + 1}/fhir`],
      ['harbor', `http://127.0.0.1:${port + 1}/harbor/fhir`],
    ])
  })

  test.each([
    ['by the lever', () => fetch(`http://127.0.0.1:${port + 1}/sandbox/restart-service`, { method: 'POST' })],
    [
      'as if by a power cut',
      () => fetch(`http://127.0.0.1:${port + 1}/sandbox/kill-service`, { method: 'POST' }),
    ],
  ])('starts the service again %s, and answers when it is ready', async (_, restart) => {
    const before = await readStub(port)
    expect(await (await restart()).json()).toEqual({ ready: true })
    const after = await readStub(port)
    expect(after).toEqual({ ...before, pid: after.pid })
    expect(after.pid).not.toBe(before.pid)
  })

  test('starts the service again on SIGUSR2', async () => {
    const { pid } = await readStub(port)
    demo.child.kill('SIGUSR2')
    await expect
      .poll(
        () =>
          readStub(port).then(
            (stub) => stub.pid,
            () => pid,
          ),
        { timeout: 8000 },
      )
      .not.toBe(pid)
  })

  test('breaks the connection when told to be down', async () => {
    const body = JSON.stringify({ kind: 'down', target: 'fhir', times: 1 })
    await fetch(`http://127.0.0.1:${port + 1}/sandbox/misbehave`, { method: 'POST', body })
    await expect(fetch(`http://127.0.0.1:${port + 1}/fhir/metadata`)).rejects.toThrow('fetch failed')
    expect((await fetch(`http://127.0.0.1:${port + 1}/fhir/metadata`)).status).toBe(200)
  })

  test('ends within 2 seconds and takes everything with it', async () => {
    const { pid, PORTICO_CONFIG } = await readStub(port)
    const before = performance.now()
    // npm passes Ctrl-C on although the terminal has sent it already.
    demo.child.kill('SIGINT')
    demo.child.kill('SIGTERM')
    expect(await demo.ended).toBe(0)
    expect(performance.now() - before).toBeLessThan(2000)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(existsSync(PORTICO_CONFIG)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })
})

test.each([
  [['--base-port', '99999'], /^--base-port must be a number/],
  [['--base-port', '80a'], /^--base-port must be a number/],
  [['--store', 'mysql://x'], /^--store must be/],
  [['--ehr', 'epic'], /^--ehr must be one of full, openemr, millennium, read-only, not epic\.$/],
  [['somewhere'], /somewhere.* Usage: npm run demo/],
])('%s is refused with what would be right', (args, line) => {
  expect(() => parseOptions(args)).toThrow(line)
})

test('the death of the service ends the demo with a clear line; the keys of a kept store stay', async () => {
  const port = await findPorts()
  const store = join(folder, 'kept', 'portico.sqlite')
  const demo = startDemo(['--base-port', String(port), '--store', `sqlite:${store}`])
  await whenReady(demo)
  expect(demo.stdout()).toContain(`http://localhost:${port}/fernwood/portal/`)
  const { PORTICO_KEYS, DATABASE_URL } = await readStub(port)
  expect(DATABASE_URL).toBe(`sqlite:${store}`)
  await fetch(`http://127.0.0.1:${port}/die`).catch(() => undefined)
  expect(await demo.ended).toBe(1)
  expect(demo.stderr()).toBe('Portico ended with code 7, so the demo ends too.\n')
  const kept = readFileSync(join(folder, 'kept', 'portico-demo-keys.json'), 'utf8')
  expect(JSON.parse(kept)).toMatchObject({ service: PORTICO_KEYS })
}, 30_000)

describe('a demo that cannot run says why in one line', () => {
  test.each([
    ['an unknown flag', ['--bogus'], /^Unknown option '--bogus'\. Usage: npm run demo/],
    ['a folder that is not there', ['--data', '/does/not/exist'], /^--data: the folder .* cannot be read/],
    [
      'a folder without patients',
      ['--data', fileURLToPath(new URL('.', import.meta.url))],
      /^--data: there is no patient/,
    ],
  ])('%s', async (_, args, line) => {
    const demo = startDemo([...args, '--base-port', String(await findPorts())])
    expect(await demo.ended).toBe(1)
    expect(demo.stderr()).toMatch(line)
    expect(demo.stderr().trimEnd().split('\n')).toHaveLength(1)
    expect(demo.stdout()).toBe('')
  })

  test('a port that somebody has', async () => {
    const port = await findPorts()
    const other = createServer().listen(port + 1, '127.0.0.1')
    await once(other, 'listening')
    const demo = startDemo(['--base-port', String(port)])
    expect(await demo.ended).toBe(1)
    expect(demo.stderr()).toMatch(new RegExp(`^Port ${port + 1} is in use\\.[^\\n]*\\n$`))
    other.close()
  })

  test('a service that does not start', async () => {
    const port = await findPorts()
    const demo = startDemo(['--base-port', String(port)], { SERVICE: 'no-such-file.ts' })
    expect(await demo.ended).toBe(1)
    expect(demo.stderr()).toContain('Portico ended with code 1 before it was ready.\n')
  })
})
