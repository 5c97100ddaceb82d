import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publicHalf } from './keys.ts'
import type { DemoKeys } from './keys.ts'

/** Where PORTICO_CONFIG lies in the demo's folder. */
export const configPath = (folder: string) => join(folder, 'practices.json')

/** The name of the file with the EMR's public key, beside PORTICO_CONFIG. */
export const hostKeysFile = (slug: string) => `${slug}-emr.jwks.json`

/** Writes PORTICO_CONFIG, readable by its owner only, and each EMR's public key beside it. */
export function writeConfigFiles(folder: string, config: object, keys: Pick<DemoKeys, 'hosts'>): string {
  const path = configPath(folder)
  writeFileSync(path, JSON.stringify(config, null, 2), { mode: 0o600 })
  for (const [slug, key] of Object.entries(keys.hosts))
    writeFileSync(join(folder, hostKeysFile(slug)), JSON.stringify({ keys: [publicHalf(key)] }))
  return path
}
