import { parseArgs } from 'node:util'
import { PERSONALITY_NAMES, type PersonalityName } from '../personalities/personality.ts'

export type DemoOptions = {
  basePort: number
  /** Folder with FHIR bundles or ndjson, instead of the built-in patients. */
  data: string | undefined
  /** Which EMR the sandbox plays. */
  ehr: PersonalityName
  /** File with more hosts for the first practice: pages of somebody's own that show the card. */
  hosts: string | undefined
  json: boolean
  /** A DATABASE_URL whose data outlives the demo. */
  store: string | undefined
}

/** Something the person who started the demo can mend; printed as one line, without a stack. */
export class DemoError extends Error {}

const USAGE =
  'npm run demo -- [--base-port N] [--data DIR] [--ehr NAME] [--hosts FILE] [--json] [--store sqlite:FILE|postgres://…]'
/** The EMR and the mailbox take the two ports after it. */
const LAST_BASE_PORT = 65533

/** @throws DemoError for anything it does not know. */
export function parseOptions(args: string[]): DemoOptions {
  const { 'base-port': port = '8080', data, hosts, json = false, store, ehr = 'full' } = parse(args)
  const basePort = Number(port)
  if (!/^\d+$/.test(port) || basePort < 1 || basePort > LAST_BASE_PORT)
    throw new DemoError(`--base-port must be a number from 1 to ${LAST_BASE_PORT}, not ${port}.`)
  if (store !== undefined && !/^(sqlite:.+|postgres(ql)?:\/\/.+)$/.test(store))
    throw new DemoError(`--store must be sqlite:<file> or postgres://…, not ${store}.`)
  return { basePort, data, ehr: personalityOf(ehr), hosts, json, store }
}

function personalityOf(name: string): PersonalityName {
  const found = PERSONALITY_NAMES.find((one) => one === name)
  if (!found) throw new DemoError(`--ehr must be one of ${PERSONALITY_NAMES.join(', ')}, not ${name}.`)
  return found
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  try {
    const json = { type: 'boolean' } as const
    const options = { 'base-port': text, data: text, ehr: text, hosts: text, json, store: text }
    return parseArgs({ args, options, strict: true }).values
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new DemoError(`${reason.replace(/\.$/, '')}. Usage: ${USAGE}`)
  }
}
