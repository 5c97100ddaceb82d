import type { PersonalityName } from '../../src/sandbox/personalities/personality.ts'
import { startChild, type Child } from '../support/child.ts'
import { freePorts } from '../support/ports.ts'

export type Demo = {
  service: string
  emr: string
  mail: string
  practice: string
  /** Pulls a lever of the sandbox. */
  sandbox(
    lever: 'misbehave' | 'behave' | 'etags' | 'client' | 'restart-service' | 'kill-service',
    order?: object,
  ): Promise<void>
  stop(): Promise<void>
}

/** Starts `npm run demo` on free ports, as a person would but for the one line of JSON. */
export async function startDemo(
  options: { store?: string; data?: string; ehr?: PersonalityName; hosts?: string } = {},
): Promise<Demo> {
  const basePort = await freePorts(3)
  const args = ['--json', '--base-port', String(basePort)]
  if (options.store) args.push('--store', options.store)
  if (options.data) args.push('--data', options.data)
  if (options.ehr) args.push('--ehr', options.ehr)
  if (options.hosts) args.push('--hosts', options.hosts)
  const child = startChild(new URL('../../src/sandbox/main.ts', import.meta.url), args, { LOG_LEVEL: 'warn' })
  await child.atLine(1)
  const { service, emr, mail, practice } = JSON.parse(child.lines[0] ?? '') as Omit<Demo, 'sandbox' | 'stop'>
  return {
    service,
    emr,
    mail,
    practice,
    async sandbox(lever, order = {}) {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${emr}/sandbox/${lever}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(order),
      })
      if (!answer.ok) throw new Error(`${lever}: ${answer.status} ${await answer.text()}`)
    },
    stop: () => stop(child),
  }
}

async function stop(child: Child) {
  child.kill('SIGTERM')
  await child.ended
}
