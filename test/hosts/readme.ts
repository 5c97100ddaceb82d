import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export type HostUser = { fhirUser: string; name: string; ehrToken?: string }

/** What README.md tells a host's backend to do, in its own words for it. */
export type Helper = {
  porticoToken: (options: {
    /** The practice's address at the portal. */
    portico: string
    host: string
    origin: string
    /** PEM. */
    key: string
    userOf: (request: IncomingMessage, patient: string) => HostUser | undefined
  }) => (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** The first code of a language under "In your EMR's own pages", as a reader would copy it. */
export function readmeCode(language: 'js' | 'php' | 'java'): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const section = readme.slice(readme.indexOf("## In your EMR's own pages"))
  const [, indent = '', code] =
    new RegExp(`^( *)\`\`\`${language}\n(.*?)^ *\`\`\`$`, 'ms').exec(section) ?? []
  if (code === undefined) throw new Error(`README.md has no ${language} for hosts`)
  return code.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
}

/** The helper for Node, run as it stands in README.md. */
export async function loadHelper(): Promise<Helper> {
  const folder = mkdtempSync(join(tmpdir(), 'portico-helper-'))
  const path = join(folder, 'portico-token.mjs')
  try {
    writeFileSync(path, readmeCode('js'))
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Helper
  } finally {
    rmSync(folder, { recursive: true })
  }
}
