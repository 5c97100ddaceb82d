import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { DemoError } from './options.ts'

const HostsFile = z.array(z.looseObject({ origins: z.array(z.string()), jwks: z.string() }))

/** A page of somebody's own that shows the card; Portico itself looks at the rest of it. */
export type DemoHost = z.infer<typeof HostsFile>[number]

/**
 * The hosts that `--hosts` names, as in PORTICO_CONFIG, for the first practice. Key files are found beside that file.
 * @throws DemoError when the file or a key file cannot be read, or holds something else.
 */
export function readHosts(path: string | undefined): DemoHost[] {
  if (path === undefined) return []
  return parse(path).map((host) => ({ ...host, jwks: keysOf(host.jwks, path) }))
}

function parse(path: string) {
  try {
    return HostsFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new DemoError(
      `--hosts: ${path} is not a JSON array of hosts, each with id, name, origins and jwks.`,
    )
  }
}

function keysOf(jwks: string, path: string): string {
  if (/^https?:/.test(jwks)) return jwks
  const file = resolve(dirname(path), jwks)
  if (!existsSync(file)) throw new DemoError(`--hosts: the key file ${file} is not there.`)
  return file
}
