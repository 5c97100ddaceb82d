import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Resource } from '@medplum/fhirtypes'

const unzip = promisify(gunzip)
const FHIR_FILE = /\.(json|ndjson)(\.gz)?$/

/**
 * Reads the FHIR resources of a folder: Bundles and single resources (.json) and bulk exports (.ndjson), each also
 * gzipped. Files that hold no FHIR, such as a manifest, are passed over; resources are taken as they are.
 * @throws Error naming the file and line that is not JSON.
 */
export const loadFolder = async (folder: string): Promise<Resource[]> => {
  const names = (await readdir(folder)).filter((name) => FHIR_FILE.test(name)).toSorted()
  const resources: Resource[] = []
  for (const name of names) {
    for (const resource of resourcesIn(name, await readText(join(folder, name)))) resources.push(resource)
  }
  return resources
}

const readText = async (path: string): Promise<string> => {
  const bytes = await readFile(path)
  return (path.endsWith('.gz') ? await unzip(bytes) : bytes).toString('utf8')
}

const resourcesIn = (name: string, text: string): Resource[] => {
  if (!name.includes('.ndjson')) return unfold(parse(text, name))
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : unfold(parse(line, `${name}, line ${index + 1}`))))
}

const unfold = (value: unknown): Resource[] => {
  if (!isResource(value)) return []
  if (value.resourceType !== 'Bundle') return [value]
  return (value.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []))
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
