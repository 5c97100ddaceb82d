import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright'

/** Quiet and able to run as root in a container: no look-ups of its own, no sandbox, no GPU. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Where a Chromium is, for component tests and journeys: CHROMIUM, Playwright's own download, then PATH. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/bin']
  const installed = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const candidates = [env['CHROMIUM'], chromium.executablePath(), ...installed]
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path))
}

/** How vitest's component project and `openBrowser` start Chromium. */
export function launchOptions() {
  const executablePath = findChromium()
  return { headless: true, args: CHROMIUM_ARGS, ...(executablePath === undefined ? {} : { executablePath }) }
}

/** A Chromium for a journey, with more arguments if need be; close it when the file is done. */
export function openBrowser(...more: string[]): Promise<Browser> {
  const { args, ...options } = launchOptions()
  return chromium.launch({ ...options, args: [...args, ...more] })
}
