import { existsSync } from 'node:fs'
import { chmod, chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type CommandResult, runCommand } from './command.ts'
import { freePorts } from './ports.ts'

export type PostgresCluster = { url: string; stop(): Promise<void> }

/** The folder with initdb and pg_ctl: PATH first, then Debian's, newest version first. */
export async function findPostgres(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? await readdir(debian) : []
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a))
  const folders = [
    ...(env['PATH'] ?? '').split(delimiter),
    ...newestFirst.map((version) => join(debian, version, 'bin')),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')))
}

/**
 * Starts a throw-away PostgreSQL on a free port of 127.0.0.1. PostgreSQL refuses to run as root, so root runs it
 * as the user `postgres`. fsync is off: nothing here outlives the tests.
 */
export async function startPostgres(bin: string): Promise<PostgresCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-postgres-'))
  const run = asPostgres(bin, folder)
  try {
    await ownedByPostgres(folder)
    const data = join(folder, 'data')
    await run('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '--no-locale',
      '-E',
      'UTF8',
      '--no-sync',
    ])
    const port = await freePorts(1)
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: folder,
      fsync: 'off',
      max_connections: 200,
    }
    const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
    await run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', flags.join(' '), 'start'])
    const stop = async () => {
      if (!existsSync(data)) return
      await run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop'])
      await rm(folder, { recursive: true, force: true })
    }
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

const isRoot = () => process.getuid?.() === 0

/** Runs PostgreSQL's own programs, as `postgres` where this process is root; a failure throws with their words. */
function asPostgres(bin: string, folder: string) {
  return async (program: string, args: string[]): Promise<CommandResult> => {
    const command = [join(bin, program), ...args]
    const [first = '', ...rest] = isRoot() ? [...asOtherUser(), ...command] : command
    // The folder is one that this user may enter; initdb warns when it cannot return to where it was started.
    const result = await runCommand(first, rest, { cwd: folder, timeoutMs: 60_000 })
    if (result.code !== 0) throw new Error(`${program} failed: ${result.output.trim()}`)
    return result
  }
}

const asOtherUser = () =>
  existsSync('/usr/sbin/runuser') || existsSync('/sbin/runuser')
    ? ['runuser', '-u', 'postgres', '--']
    : ['su', 'postgres', '-s', '/bin/sh', '-c', 'exec "$0" "$@"', '--']

async function ownedByPostgres(folder: string): Promise<void> {
  if (!isRoot()) return
  const users = await readFile('/etc/passwd', 'utf8')
  const entry = users.split('\n').find((line) => line.startsWith('postgres:'))
  if (entry === undefined) throw new Error('this is root, and there is no user postgres to run PostgreSQL as')
  const [, , uid, gid] = entry.split(':')
  await chown(folder, Number(uid), Number(gid))
  await chmod(folder, 0o711)
}
