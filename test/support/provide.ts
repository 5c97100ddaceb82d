import { existsSync } from 'node:fs'
import { runCommand } from './command.ts'
import { findChromium } from './chromium.ts'
import { findPostgres, type PostgresCluster, startPostgres } from './postgres.ts'

/** A thing that tests need, or the words with which its absence is reported. */
export type Provided<T> = { value: T; missing?: undefined } | { missing: string }

/** Finds Chromium, or installs it where that is possible without asking. */
export async function provideChromium(): Promise<Provided<string>> {
  const found = findChromium()
  if (found !== undefined) return { value: found }
  const download = ['node_modules/playwright/cli.js', 'install', 'chromium']
  await runCommand(process.execPath, download, { timeoutMs: 90_000 })
  if (findChromium() === undefined) await aptInstall(['chromium', 'fonts-noto-core'])
  const installed = findChromium()
  return installed === undefined
    ? { missing: 'no Chromium: run `npx playwright install chromium`, or set CHROMIUM to one' }
    : { value: installed }
}

/** A PostgreSQL for this run: TEST_PG_URL's, else a throw-away cluster of installed or newly installed binaries. */
export async function providePostgres(): Promise<Provided<PostgresCluster>> {
  const url = process.env['TEST_PG_URL']
  if (url !== undefined && url !== '') return { value: { url, stop: async () => {} } }
  if ((await findPostgres()) === undefined) await aptInstall(['postgresql'])
  const bin = await findPostgres()
  const missing = 'no PostgreSQL: install it (Debian: `apt-get install postgresql`), or set TEST_PG_URL'
  if (bin === undefined) return { missing }
  try {
    return { value: await startPostgres(bin) }
  } catch (error) {
    return { missing: `PostgreSQL did not start (${String(error)}); set TEST_PG_URL to one that runs` }
  }
}

/** Installs Debian packages as root or by passwordless sudo; where neither is given it does nothing. */
async function aptInstall(packages: readonly string[]): Promise<void> {
  if (!existsSync('/usr/bin/apt-get')) return
  const root = process.getuid?.() === 0
  if (!root && (await runCommand('sudo', ['-n', 'true'])).code !== 0) return
  const prefix = root ? [] : ['sudo', '-n']
  const apt = async (...args: string[]) => {
    const [command = '', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
    await runCommand(command, rest, { timeoutMs: 600_000 })
  }
  console.log(`installing ${packages.join(' ')} …`)
  await apt('update', '-qq')
  await apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
}
