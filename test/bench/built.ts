import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../support/command.ts'
import { repository } from '../support/sources.ts'

/** Where the web components are when they have been built. */
export const built = join(repository, 'dist', 'components')

/** Builds the web components if they are missing; what is there is measured as it is. */
export async function ensureBuilt(): Promise<void> {
  if (existsSync(join(built, 'manifest.json'))) return
  const build = await runCommand(process.execPath, ['web-components/build.ts'], { cwd: repository })
  if (build.code !== 0) throw new Error(`The components could not be built.\n${build.output}`)
}
