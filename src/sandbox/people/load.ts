import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { BundleEntry, Resource } from '@medplum/fhirtypes'

const unzip = promisify(gunzip)
const FHIR_FILE = /\.(json|ndjson)(\.gz)?$/
const BULK_FILE = /\.ndjson(\.gz)?$/

/**
 * Reads the FHIR resources of a folder and the folders in it: Bundles and single resources (.json) and bulk exports
 * (.ndjson), each also gzipped. Files that hold no FHIR, such as a manifest, are passed over; resources are taken as
 * they are.
 * @throws Error naming the file at fault, and the line in a bulk export.
 */
export const loadFolder = async (folder: string): Promise<Resource[]> => {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && FHIR_FILE.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  const resources: Resource[] = []
  for (const name of names.toSorted()) {
    for (const resource of resourcesIn(name, await readText(folder, name))) resources.push(resource)
  }
  return resources
}

const readText = async (folder: string, name: string): Promise<string> => {
  try {
    const bytes = await readFile(join(folder, name))
    return (name.endsWith('.gz') ? await unzip(bytes) : bytes).toString('utf8')
  } catch (cause) {
    throw new Error(`${name} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}

const resourcesIn = (name: string, text: string): Resource[] => {
  if (!BULK_FILE.test(name)) return unfold(text, name)
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : unfold(line, `${name}, line ${index + 1}`)))
}

const unfold = (text: string, where: string): Resource[] => {
  const value = parse(text, where)
  if (!isResource(value)) return []
  if (value.resourceType !== 'Bundle') return [value]
  const entries: unknown = value.entry ?? []
  if (!Array.isArray(entries)) throw new Error(`${where} is a Bundle whose entry is not a list`)
  return entries.map((entry: BundleEntry | null) => entry?.resource).filter(isResource)
}

const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && 'resourceType' in value

const parse = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${where} is not JSON`, { cause })
  }
}
