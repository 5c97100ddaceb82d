/** `npm run homes:move -- --practice SLUG --type TYPE [--to ehr]`: moves a type from the shelf into the EHR. */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../clock.ts'
import { ConfigError, readConfig } from '../config.ts'
import { narrowCapability, type EhrCapability } from '../fhir/capability.ts'
import { HOME_TYPES, lacksOf, type HomeType } from '../fhir/homes.ts'
import { createLog } from '../log.ts'
import { Problem } from '../problem.ts'
import { openStore } from '../store/open.ts'
import { wire, type Wiring } from '../wiring.ts'
import { MoveRefused } from './copies.ts'
import { moveHome } from './move.ts'

const USAGE = `Usage: npm run homes:move -- --practice SLUG --type TYPE [--to ehr]
TYPE is one of ${HOME_TYPES.join(', ')}.
It copies what Portico keeps of that type into the EMR, compares it, and has Portico use the EMR from then on.
It may run while Portico does; stopped half way, start it again.`

export type MoveTask = { practice: string; type: HomeType; to: 'ehr' | 'portal' }

const DIST = fileURLToPath(new URL('../../dist/components', import.meta.url))

/**
 * Moves one type of one practice.
 * @returns the exit code: 0 moved, 1 not moved
 */
export async function runMove(
  wiring: Wiring,
  task: MoveTask,
  terminal: Pick<Console, 'log' | 'error'>,
  owner: string = randomUUID(),
): Promise<number> {
  try {
    await moveHome(await depsFor(wiring, task, owner, (line) => terminal.log(line)))
    return 0
  } catch (error) {
    if (!(error instanceof MoveRefused || error instanceof Problem)) throw error
    terminal.error(error.message)
    return 1
  }
}

async function depsFor(wiring: Wiring, task: MoveTask, owner: string, tell: (line: string) => void) {
  const { practice: practiceId, type, to } = task
  if (!wiring.config.practices.some(({ slug }) => slug === practiceId))
    throw new MoveRefused(`PORTICO_CONFIG has no practice ${practiceId}.`)
  if (to === 'portal')
    throw new MoveRefused(
      `What is in the EMR stays there: the chart belongs to it. ${type} cannot move back to Portico.`,
    )
  const capability = await wiring.capabilityOf(practiceId)
  const plan = await wiring.planOf(practiceId)
  const { home, writer } = plan.homes[type]
  if (writer === 'staff')
    throw new MoveRefused(
      `In this EMR only staff themselves may write ${type}. Let Portico's service do so (system/${type}.crus), then start again.`,
    )
  const granted = capability.services ? await wiring.serviceScopeOf(practiceId).catch(noScope) : ''
  const allowed = narrowCapability(capability, 'system', granted)
  if (home !== 'ehr') throw new MoveRefused(inWords(type, capability, allowed))
  const { store, keyring, now } = wiring
  return {
    store,
    keyring,
    now,
    practiceId,
    type,
    owner,
    tell,
    capability: allowed,
    ehr: wiring.ehr.asService(practiceId),
  }
}

/** An EHR that grants the service nothing. */
function noScope(error: unknown): string {
  if (error instanceof Problem && error.code === 'ehr-refused') return ''
  throw error
}

/** Why a type cannot live in the EHR: what it does not do at all, or does not let our service do. */
function inWords(type: HomeType, capability: EhrCapability, allowed: EhrCapability): string {
  const never = lacksOf(capability, type)
  if (never.length > 0)
    return `This EMR cannot be home to ${type}: by its own word it does not offer ${never.join(', ')}.`
  const scopes = `system/${type}.crus${type === 'DocumentReference' ? ' system/Binary.crs' : ''}`
  return `This EMR does not let Portico's service do all that ${type} takes (${lacksOf(allowed, type).join(', ')}): it needs ${scopes}.`
}

function readTask(args: string[]): MoveTask | undefined {
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({ args, options: { practice: text, type: text, to: text } })
    const { practice, to = 'ehr' } = values
    const type = HOME_TYPES.find((one) => one === values.type)
    if (!practice || !type || (to !== 'ehr' && to !== 'portal')) return undefined
    return { practice, type, to }
  } catch {
    return undefined
  }
}

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const task = readTask(args)
  if (!task) {
    console.error(USAGE)
    return 2
  }
  const config = readConfig(env)
  const store = await openStore(config.databaseUrl)
  const wiring = await wire(config, { store, log: createLog('silent'), now: systemClock, fetch, dist: DIST })
  try {
    return await runMove(wiring, task, console)
  } finally {
    await wiring.close()
  }
}

if (import.meta.main)
  process.exitCode = await main(process.argv.slice(2), process.env).catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error)
    return 1
  })
