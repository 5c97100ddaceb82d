import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { environmentText } from '../src/setup/environment.ts'
import { runCommand } from './support/command.ts'
import { listFiles, readSource, readText, repository } from './support/sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'portico-deployment-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { version, scripts } = JSON.parse(readText('package.json')) as {
  version: string
  scripts: Record<string, string>
}
const exists = (path: string) => existsSync(join(repository, path))
/** What is started by itself where Portico is deployed: every script that runs a file of the service. */
const programs = Object.values(scripts)
  .map((script) => /^node (?:\S+ )*(src\/\S+\.ts)$/.exec(script)?.[1] ?? '')
  .filter((path) => path !== '' && !path.startsWith('src/sandbox/'))

/** Adds every file that a program can come to, over the imports that are there when it runs. */
function reach(path: string, seen: Set<string>): void {
  if (seen.has(path)) return
  seen.add(path)
  if (path.endsWith('.ts'))
    for (const { file, typeOnly } of readSource(path).imports) if (file && !typeOnly) reach(file, seen)
}

test('every program that is deployed is there', () => {
  expect(programs).toEqual(
    expect.arrayContaining(['src/main.ts', 'src/store/backup-main.ts', 'src/store/move-main.ts']),
  )
  expect(programs.filter((path) => !exists(path))).toEqual([])
})

describe('Dockerfile', () => {
  const lines = readText('Dockerfile')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
  const words = (from: string[], instruction: string) =>
    from
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1))
  const copied = words(last, 'COPY').filter((copy) => !copy.startsWith('--from'))
  const paths = copied.flatMap((copy) => copy.split(' ').slice(0, -1))
  const ignored = readText('.dockerignore').split('\n')

  test('has the Node that everybody develops with, at an exact version', () => {
    expect(words(lines, 'ARG')).toEqual([`NODE=${readText('.nvmrc').trim()}-bookworm-slim`])
    expect(new Set(words(lines, 'FROM').map((from) => from.split(' ')[0]))).toEqual(new Set(['node:${NODE}']))
  })

  test('runs as nobody in particular, and nothing runs after that as root', () => {
    expect(words(last, 'USER')).toEqual(['node'])
    const user = last.indexOf('USER node')
    expect(last.findLastIndex((line) => /^(RUN|COPY) /.test(line))).toBeLessThan(user)
    expect(last.indexOf('CMD ["node", "src/main.ts"]')).toBeGreaterThan(user)
  })

  test('says by itself whether it can work', async () => {
    const [health = ''] = words(last, 'HEALTHCHECK')
    const [program, flag, code = ''] = JSON.parse(/CMD (\[.*\])$/.exec(health)?.[1] ?? '[]') as string[]
    expect([program, flag]).toEqual(['node', '-e'])
    const asked: (string | undefined)[] = []
    let status = 200
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(status).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const env = { ...process.env, PORT: String((server.address() as AddressInfo).port) }
    const ask = async () => (await runCommand(process.execPath, ['-e', code], { env })).code
    expect(await ask()).toBe(0)
    status = 500
    expect(await ask()).toBe(1)
    server.close()
    await once(server, 'close')
    expect(await ask()).toBe(1)
    expect(asked).toEqual(['/readyz', '/readyz'])
  })

  test('holds what its programs import and no more: neither the demo nor a secret', () => {
    expect(paths.filter((path) => !exists(path))).toEqual([])
    const reached = new Set<string>()
    for (const program of programs) reach(program, reached)
    const isThere = (path: string) =>
      paths.some((one) => path === one || path.startsWith(`${one}/`)) &&
      !ignored.some((one) => path.startsWith(`${one}/`))
    expect([...reached].filter((path) => !isThere(path))).toEqual([])
    expect(ignored.filter((line) => line && !line.startsWith('#'))[0]).toBe('*')
    expect(ignored).toContain('src/sandbox')
    const let_in = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    expect(let_in.filter((path) => !exists(path))).toEqual([])
    expect(paths.filter((path) => !let_in.some((one) => `${path}/`.startsWith(`${one}/`)))).toEqual([])
    expect(words(lines, 'ENV').join(' ')).not.toMatch(/KEY|PASSWORD|SECRET|TOKEN/)
  })

  test('leaves the development dependencies behind', () => {
    const from = lines.findIndex((line) => line.endsWith(' AS packages'))
    expect(lines.slice(from).find((line) => line.startsWith('RUN '))).toContain('npm ci --omit=dev')
    expect(words(last, 'COPY').find((copy) => copy.includes('node_modules'))).toContain('--from=packages')
  })
})

describe('compose.yaml', () => {
  const { services, networks } = parseYaml(readText('compose.yaml')) as unknown as {
    services: Record<'portico' | 'database', Service>
    networks: { outside: { ipam: { config: [{ gateway: string }] } } }
  }
  type Service = Record<'image' | 'network_mode' | 'read_only', string> &
    Record<'cap_drop' | 'security_opt' | 'ports' | 'command', string[]> & {
      environment: Record<string, string>
    }
  const { portico, database } = services

  test('starts this version', () => {
    expect(portico.image).toBe(`portico:${version}`)
    expect(database.image).toMatch(/^postgres:1[78]\.\d+-[a-z]+$/)
  })

  test('gives neither of the two more than it needs', () => {
    for (const service of [portico, database]) {
      expect(service.read_only).toBe('true')
      expect(service.cap_drop).toEqual(['ALL'])
      expect(service.security_opt).toEqual(['no-new-privileges:true'])
    }
    expect(portico.ports).toEqual(['127.0.0.1:${PORT:-8080}:8080'])
    expect(database.network_mode).toBe('none')
    expect(database.command).toContain('listen_addresses=')
    expect(database.environment['POSTGRES_INITDB_ARGS']).toContain('--auth=scram-sha-256')
  })

  test('has no secret of its own, and asks for each one that it needs', () => {
    for (const secret of [portico.environment['PORTICO_KEYS'], portico.environment['PGPASSWORD']])
      expect(secret).toMatch(/^\$\{\w+:\?.+\}$/)
    // pg_dump in the database's container signs in with it too.
    for (const name of ['POSTGRES_PASSWORD', 'PGPASSWORD'])
      expect(database.environment[name]).toBe(portico.environment['PGPASSWORD'])
  })

  test('is a configuration that Portico accepts in production', () => {
    const given: Record<string, string> = {
      PUBLIC_URL: 'https://portal.example.org',
      PORTICO_KEYS: `1:${randomBytes(32).toString('base64url')}`,
      DATABASE_PASSWORD: 'a long random word',
    }
    const fill = (value: string) =>
      value.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string, word: string) => {
        if (kind === '?' && given[name] === undefined) throw new Error(`${name} is required`)
        return given[name] ?? (kind === '-' ? word : '')
      })
    const env = Object.fromEntries(
      Object.entries(portico.environment).map(([name, value]) => [name, fill(value)]),
    )
    const config = readConfig({ NODE_ENV: 'production', ...env, PORTICO_CONFIG: writeConfig() })
    const { gateway } = networks.outside.ipam.config[0]
    expect(config.trustedProxies.check(gateway)).toBe(true)
    expect(config.databaseUrl).toMatch(/^postgres:\/\/\/portico\?host=\/run\/postgresql&/)
  })
})

describe('the systemd units', () => {
  const units = listFiles('deploy').filter((path) => path.endsWith('.service'))

  test.each(units)('%s starts a program that is there, as a user without rights', (path) => {
    const text = readText(path)
    const [, program = ''] = /^ExecStart=\/usr\/bin\/node (\S+)/m.exec(text) ?? []
    expect(programs).toContain(program)
    for (const line of ['User=portico', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'PrivateTmp=yes'])
      expect(text.split('\n')).toContain(line)
    // V8 compiles while it runs.
    expect(text).not.toMatch(/^MemoryDenyWriteExecute=yes/m)
  })

  test.each(units)('%s exposes little, as systemd judges', async (path) => {
    const known = await runCommand('systemd-analyze', ['--version'])
    const release = Number(/^systemd (\d+)/.exec(known.output)?.[1] ?? 0)
    // Before 250 it judges only what is installed.
    if (release < 250) return
    const judged = await runCommand(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=20', path],
      {
        cwd: repository,
      },
    )
    expect(judged.output).toMatch(/Overall exposure level/)
    expect(judged.code, judged.output).toBe(0)
  })
})

describe('the steps in README.md', () => {
  const steps = [...readText('README.md').matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)]
    .flatMap(([, indent = '', block = '']) => block.split('\n').map((line) => line.slice(indent.length)))
    .filter((line) => line !== '')
  const stepWith = (words: string) => steps.find((line) => line.includes(words)) ?? `no step has ${words}`
  const environmentIn = (unit: string) =>
    Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']): [string, string] => [
        name,
        value,
      ]),
    )

  /** As set-up leaves it. */
  function writeEnvironment() {
    const path = join(folder, '.env')
    rmSync(path, { force: true })
    const answers = {
      publicUrl: 'https://portal.example.org',
      portalUrl: 'https://portal.example.org',
      config: 'portico.json',
      storeKeys: `1:${randomBytes(32).toString('base64url')}`,
      port: 8080,
      databaseUrl: 'sqlite:./data/portico.sqlite',
    }
    writeFileSync(path, environmentText(path, answers))
    return { path, answers }
  }
  const inShell = async (script: string) => {
    const done = await runCommand('sh', ['-c', script], { cwd: folder })
    expect(done.code, done.output).toBe(0)
    return done.output
  }

  test('under systemd the unit says where store and configuration are, whatever set-up wrote', async () => {
    const { answers } = writeEnvironment()
    const [filter = ''] = stepWith('/etc/portico/portico.env').split(' | ')
    const env = { ...environmentIn(readText('deploy/portico.service')), ...parseEnv(await inShell(filter)) }
    expect(env).toMatchObject({
      PORTICO_KEYS: answers.storeKeys,
      DATABASE_URL: 'sqlite:/var/lib/portico/portico.sqlite',
      PORTICO_CONFIG: '/etc/portico/portico.json',
    })
    const config = readConfig({ ...env, PORTICO_CONFIG: writeConfig() })
    expect([config.production, config.databaseUrl]).toEqual([true, env['DATABASE_URL']])
  })

  test('in containers the password comes to what set-up wrote, once', async () => {
    const { path } = writeEnvironment()
    const before = readFileSync(path, 'utf8')
    const step = stepWith('DATABASE_PASSWORD')
    await inShell(`${step}\n${step}`)
    const after = readFileSync(path, 'utf8')
    expect(after.startsWith(before)).toBe(true)
    expect(after.slice(before.length)).toMatch(/^DATABASE_PASSWORD=[0-9a-f]{48}\n$/)
    expect(steps.filter((line) => /[^>]> *\.env/.test(line))).toEqual([])
  })

  test('a dump that fails leaves the last one as it is', async () => {
    writeFileSync(join(folder, 'portico.dump'), 'the last one')
    const step = stepWith('pg_dump')
    await inShell(`docker() { return 1; }\n${step} || :`)
    expect(readFileSync(join(folder, 'portico.dump'), 'utf8')).toBe('the last one')
    await inShell(`docker() { echo "$@"; }\n${step}`)
    expect(readFileSync(join(folder, 'portico.dump'), 'utf8')).toMatch(/^compose exec -T database pg_dump /)
    expect(stepWith('pg_restore')).toMatch(/^docker compose exec -T database pg_restore .* < portico\.dump$/)
  })

  test('every program that they start is there, and none restores without a word where to', () => {
    const started = [...readText('README.md').matchAll(/\b(?:beside|node) (src\/[\w/-]+\.ts)/g)]
    expect(started.length).toBeGreaterThan(4)
    expect(started.map(([, path]) => path).filter((path = '') => !programs.includes(path))).toEqual([])
    const beside = steps.join('\n').split('beside() {')[1]?.split('}')[0] ?? ''
    for (const [name, value] of Object.entries(environmentIn(readText('deploy/portico.service'))))
      if (name !== 'NODE_COMPILE_CACHE') expect(beside).toContain(`--setenv=${name}=${value}`)
    expect(steps.filter((line) => /^npm .*--restore/.test(line))).toEqual([])
  })
})

function writeConfig() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const client = {
    clientId: 'portico',
    privateKeyJwk: { ...privateKey.export({ format: 'jwk' }), kid: '1', alg: 'ES384' },
    scope: 'launch',
  }
  const file = join(folder, 'portico.json')
  const practice = { slug: 'fernwood', fhirBase: 'https://ehr.example.org/fhir', client }
  writeFileSync(file, JSON.stringify({ practices: [practice] }))
  return file
}

type Yaml = string | Yaml[] | { [key: string]: Yaml }

/** As much of YAML as compose.yaml uses: maps, lists, plain and quoted words; nothing else gets through. */
function parseYaml(text: string): Yaml {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => ({ indent: line.search(/\S/), words: line.trim() }))
  const readBlock = (indent: number): Yaml => {
    if (lines[0]?.words.startsWith('- ')) return readList(indent)
    const map: { [key: string]: Yaml } = {}
    while (lines[0]?.indent === indent && !lines[0].words.startsWith('- ')) {
      const [, key = '', value = ''] = /^([\w-]+):(?: (.*))?$/.exec(lines[0].words) ?? []
      if (key === '') throw new Error(`not understood: ${lines[0].words}`)
      lines.shift()
      const isParent = value === '' && (lines[0]?.indent ?? 0) > indent
      map[key] = isParent ? readBlock(lines[0]?.indent ?? 0) : readWord(value)
    }
    return map
  }
  const readList = (indent: number): Yaml[] => {
    const list: Yaml[] = []
    while (lines[0]?.indent === indent && lines[0].words.startsWith('- ')) {
      const rest = lines[0].words.slice(2)
      if (/^[\w-]+: /.test(rest)) {
        lines[0] = { indent: indent + 2, words: rest }
        list.push(readBlock(indent + 2))
      } else {
        list.push(readWord(rest))
        lines.shift()
      }
    }
    return list
  }
  const whole = readBlock(0)
  if (lines.length > 0) throw new Error(`not understood: ${lines[0]?.words}`)
  return whole
}

const readWord = (text: string): Yaml =>
  text.startsWith('[')
    ? [...text.matchAll(/'([^']*)'/g)].map(([, word = '']) => word)
    : text.replaceAll(/^'|'$/g, '')
