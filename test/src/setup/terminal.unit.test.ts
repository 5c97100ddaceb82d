import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { environmentIn } from '../../../src/setup/environment.ts'
import { OptionError, parseOptions } from '../../../src/setup/options.ts'
import { runSetup } from '../../../src/setup/run.ts'
import { answerInTerminal } from '../../../src/setup/terminal.ts'
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
    port,
    bind: '127.0.0.1',
    databaseUrl: 'sqlite:none',
  })
  await expect(started).rejects.toThrow(OptionError)
  await expect(started).rejects.toThrow(`Port ${port} is taken`)
  expect(said).toEqual([])
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
