import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readContract } from './contract.ts'
import { reactTypesFor, typesFor } from './declarations.ts'
import { withTables } from './table.ts'

const README = new URL('../README.md', import.meta.url)

/**
 * Writes into a build's folder what editors and type checkers of hosts read: the manifest and the types.
 *
 * @returns what was written, so that a version can be named after all that is in it
 */
export async function writeContract(folder: string): Promise<string[]> {
  const { manifest, contract } = await readContract()
  const files = {
    'custom-elements.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'portico.d.ts': typesFor(contract),
    'portico-react.d.ts': reactTypesFor(contract),
  }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
  return Object.values(files)
}

/** `npm run contract`: the tables of the README say again what the element's JSDoc says. */
async function renewReadme(): Promise<void> {
  const { contract } = await readContract()
  await writeFile(README, withTables(await readFile(README, 'utf8'), contract))
}

if (process.argv[1] !== undefined && basename(process.argv[1]) === 'write.ts') await renewReadme()
