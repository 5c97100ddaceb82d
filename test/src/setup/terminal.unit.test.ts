import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { environmentIn } from '../../../src/setup/environment.ts'
import { OptionError, parseOptions } from '../../../src/setup/options.ts'
import { runSetup } from '../../../src/setup/run.ts'
import { answerInTerminal, plainTerminal } from '../../../src/setup/terminal.ts'
import { freePorts } from '../../support/ports.ts'
import { CLIENT, HERE, openSetup } from './harness.ts'

type Run = ReturnType<typeof openSetup>

const flagsFor = (run: Run, ...more: string[]) => [
  '--fhir-base',
  run.emr.fhirBase,
  '--public-url',
  HERE,
  '--practice',
  'Lakeside',
  '--client-id',
  CLIENT.clientId,
  ...more,
]

/** Runs the terminal; `script` answers its questions in their order. */
function inTerminal(run: Run, flags: string[], script?: string[]) {
  const said: string[] = []
  const asked: string[] = []
  const ask = async (question: string, fallback: string | undefined) => {
    asked.push(question)
    return script?.shift() || (fallback ?? '')
  }
  const options = parseOptions(flags)
  const ended = answerInTerminal(run.setup, options, {
    say: (text) => said.push(text),
    ...(script ? { ask } : {}),
  })
  ended.catch(() => {})
  return { said, asked, ended }
}

async function until(isTrue: () => boolean) {
  for (let tries = 0; tries < 500 && !isTrue(); tries++) await sleep(10)
}

describe('set-up in a terminal', () => {
  test('with flags alone asks nothing, waits for the launch, and writes what the service starts with', async () => {
    const run = openSetup()
    const flags = flagsFor(run, '--time-zone', 'America/Denver', '--languages', 'es,en', '--yes')
    const { said, ended } = inTerminal(run, flags)
    await until(() => said.join().includes('Now open Portico'))
    expect(said.join('\n')).toContain(`${HERE}/lakeside/callback`)
    expect((await run.launch()).status).toBe(200)
    await ended
    const [practice] = readConfig(environmentIn(run.files.env)).practices
    expect(practice).toMatchObject({
      slug: 'lakeside',
      initial: { name: 'Lakeside', timeZone: 'America/Denver', languages: ['es', 'en'] },
    })
    expect(practice?.administrators).toHaveLength(1)
    const keys = environmentIn(run.files.env)['PORTICO_KEYS'] ?? '-'
    const shown = said.join('\n')
    expect(shown).not.toContain(keys)
    expect(shown).not.toContain(practice?.client.privateKeyJwk.d)
  })

  test('asks what no flag says, again after a refusal, and who is to be administrator', async () => {
    const run = openSetup()
    const script = [
      'http://127.0.0.1:8081/nothing',
      run.emr.fhirBase,
      'Lakeside',
      'Lake Side',
      'lakeside',
      '',
      '',
      'n',
      'y',
    ]
    script[6] = CLIENT.clientId
    const { said, asked, ended } = inTerminal(run, [], script)
    await until(() => said.join().includes('Now open Portico'))
    expect(asked.slice(0, 2)).toEqual(['FHIR address of the EMR', 'FHIR address of the EMR'])
    expect(said.join('\n')).toContain('There is no FHIR server at http://127.0.0.1:8081/nothing')
    expect(said.join('\n')).toContain('Use 2 to 40 small letters, digits and dashes.')
    await run.launch('front-desk')
    await until(() => said.join().includes('as somebody else'))
    expect(existsSync(run.files.config)).toBe(false)
    await run.launch('administrator')
    await ended
    const [practice] = readConfig(environmentIn(run.files.env)).practices
    expect(practice?.administrators).toEqual(['Practitioner/prac-admin'])
  })

  test('unattended, a practice that is there stays unless --replace says otherwise', async () => {
    const run = openSetup()
    const first = inTerminal(run, flagsFor(run, '--yes'))
    await until(() => first.said.join().includes('Now open Portico'))
    await run.launch()
    await first.ended
    const before = readFileSync(run.files.config, 'utf8')

    for (const more of [[], ['--replace']]) {
      const again = openSetup({ folder: run.folder })
      const { said, ended } = inTerminal(again, flagsFor(again, '--yes', ...more))
      await until(() => said.join().includes('Now open Portico'))
      await again.launch()
      if (more.length > 0) await ended
      else await expect(ended).rejects.toThrow('has lakeside already')
      expect(readFileSync(run.files.config, 'utf8') === before).toBe(more.length === 0)
    }
  })

  test('unattended, it says what it took where no flag says otherwise', async () => {
    const run = openSetup()
    const { said, ended } = inTerminal(run, flagsFor(run, '--yes'))
    await until(() => said.join().includes('Now open Portico'))
    await run.launch()
    await ended
    const origin = new URL(run.emr.fhirBase).origin
    expect(said.join('\n')).toContain(
      'Time zone of the practice: America/Chicago, as there is no --time-zone.',
    )
    expect(said.join('\n')).toContain(`${origin}, as there is no --emr-origin.`)
    expect(said.join('\n')).not.toContain('no --client-id')
  })

  test('the EMR’s own pages are asked for, and can be given up again when it is connected anew', async () => {
    const run = openSetup()
    const chartUrl = 'http://127.0.0.1:8081/chart/{patient}'
    const flags = ['--chart-url', chartUrl, '--emr-origin', 'http://localhost:9000,http://localhost:9001']
    const first = inTerminal(run, flagsFor(run, '--yes', ...flags))
    await until(() => first.said.join().includes('Now open Portico'))
    await run.launch()
    await first.ended
    const written = () => readConfig(environmentIn(run.files.env)).practices[0]
    const frameAncestors = ['http://localhost:9000', 'http://localhost:9001']
    expect(written()).toMatchObject({ chartUrl, frameAncestors })

    for (const more of [[], ['--chart-url', '-', '--emr-origin', '-']]) {
      const again = openSetup({ folder: run.folder })
      const { said, ended } = inTerminal(again, flagsFor(again, '--yes', '--replace', ...more))
      await until(() => said.join().includes('Now open Portico'))
      await again.launch()
      await ended
      if (more.length === 0) expect(written()).toMatchObject({ chartUrl, frameAncestors })
      else expect(written()).toMatchObject({ frameAncestors: [] })
    }
    expect(written()?.chartUrl).toBeUndefined()
  })

  test('what an earlier run was refused is not told again as new', async () => {
    const run = openSetup({ client: { jwksUri: `${HERE}/nowhere.json` } })
    await run.register()
    expect((await run.launch()).status).toBe(400)
    const again = openSetup({ folder: run.folder })
    const { said, ended } = inTerminal(again, flagsFor(again, '--yes'))
    await until(() => said.join().includes('Now open Portico'))
    await sleep(300)
    expect(said.join('\n')).not.toContain('invalid_client')
    await again.launch()
    await ended
  })

  test('shows what an EMR calls itself, and obeys none of it', async () => {
    const run = openSetup()
    const named = async (input: string | URL | Request, init?: RequestInit) => {
      const answer = await run.emr.fetch(input, init)
      if (!String(input instanceof Request ? input.url : input).endsWith('/metadata')) return answer
      const statement = (await answer.json()) as { software: object }
      const software = { ...statement.software, name: '\u001B[2J\u009B31mEMR\n  ✓ All is well' }
      return Response.json({ ...statement, software }, { headers: answer.headers })
    }
    const shown = openSetup({ fetch: named })
    const { said, ended } = inTerminal(shown, ['--yes', '--fhir-base', run.emr.fhirBase])
    await expect(ended).rejects.toThrow('--practice is needed')
    expect(said.join('\n')).toContain('EMR\uFFFD  ✓ All is well')
    for (const obeyed of ['\u001B', '\u009B']) expect(said.join('\n')).not.toContain(obeyed)
    const lines: string[] = []
    plainTerminal({ say: (text) => lines.push(text) }).say('one\ntwo\u001B]0;x\u0007')
    expect(lines).toEqual(['one\ntwo\uFFFD]0;x\uFFFD'])
  })

  test.for([
    [['--yes'], /--fhir-base is needed/],
    [['--yes', '--fhir-base', 'http://127.0.0.1:8081/fhir'], /--practice is needed/],
    [
      ['--yes', '--fhir-base', 'http://127.0.0.1:8081/fhir', '--practice', 'Lakeside'],
      /--client-id is needed/,
    ],
    [
      ['--yes', '--fhir-base', 'http://127.0.0.1:8081/fhir', '--practice', 'Lakeside', '--slug', 'A B'],
      /small letters/,
    ],
    [['--yes', '--fhir-base', 'nonsense'], /whole address/],
  ] as const)('unattended, %o ends it with a sentence', async ([flags, words]) => {
    const run = openSetup()
    await expect(inTerminal(run, [...flags]).ended).rejects.toThrow(words)
    expect(existsSync(run.files.config)).toBe(false)
  })
})

test('a port that is taken is told before anything is asked', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const said: string[] = []
  const started = runSetup(parseOptions(['--config', 'nowhere/portico.json']), {
    fetch,
    now: () => 0,
    terminal: { say: (text) => said.push(text) },
    port: String(port),
    bind: '127.0.0.1',
    databaseUrl: 'sqlite:none',
  })
  await expect(started).rejects.toThrow(OptionError)
  await expect(started).rejects.toThrow(`Port ${port} is taken`)
  expect(said).toEqual([])
  taken.close()
})

test('set-up answers where the environment that is there says, unless a flag says otherwise', async () => {
  const taken = createServer().listen(0, '127.0.0.2')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const { files } = openSetup()
  writeFileSync(files.env, `PORT=${port}\nBIND=127.0.0.2\n`)
  const flags = ['--config', files.config, '--env', files.env]
  const start = (...more: string[]) =>
    runSetup(parseOptions([...flags, ...more]), {
      fetch,
      now: () => 0,
      terminal: { say: () => {} },
      port: undefined,
      bind: undefined,
      databaseUrl: 'sqlite:none',
    })
  await expect(start('--yes')).rejects.toThrow(`Port ${port} is taken`)
  // Elsewhere it begins, and ends only as nobody can be asked.
  await expect(start('--yes', '--port', String(await freePorts(1)))).rejects.toThrow('--fhir-base is needed')
  taken.close()
})

test('a folder that cannot be written to is told', async () => {
  const run = openSetup({ folder: join(tmpdir(), 'portico-setup-that-is-not-there') })
  await expect(inTerminal(run, ['--yes', '--fhir-base', run.emr.fhirBase]).ended).rejects.toThrow(
    'cannot be written',
  )
})

describe('flags', () => {
  test.for([
    [['--port', 'x'], /--port must be a number/],
    [['--port', '70000'], /--port must be a number/],
    [['--fhirbase', 'x'], /Unknown option/],
    [['extra'], /Unexpected argument/],
    [['--help'], /--fhir-base URL/],
  ] as const)('%o are refused or explained', ([flags, words]) => {
    expect(() => parseOptions([...flags])).toThrow(OptionError)
    expect(() => parseOptions([...flags])).toThrow(words)
  })

  test('files have their usual names', () => {
    expect(parseOptions([])).toEqual({ config: 'portico.json', env: '.env', yes: false, replace: false })
  })
})
