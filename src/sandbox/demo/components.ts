import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DemoError } from './options.ts'

/**
 * Builds the web components if a source is newer than what was built.
 * @throws DemoError when the build fails.
 */
export async function buildComponents(root: string): Promise<void> {
  if (newestIn(join(root, 'web-components')) < modifiedAt(join(root, 'dist/components/manifest.json'))) return
  process.stderr.write('Building the web components…\n')
  const build = spawn(process.execPath, ['web-components/build.ts'], { cwd: root, stdio: ['ignore', 2, 2] })
  const [code] = (await once(build, 'exit')) as [number | null]
  if (code !== 0) throw new DemoError('The web components could not be built; the lines above say why.')
}

const newestIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, modifiedAt(join(entry.parentPath, entry.name))), 0)

const modifiedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
