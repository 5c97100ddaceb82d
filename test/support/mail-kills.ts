import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { startChild } from './child.ts'

const SENDER = new URL('../src/mail/sender.ts', import.meta.url)
/** A life ends after so many mails of its own at most, and some time more. */
const MOST_MAILS = 12
const LONGEST_REST_MS = 30

export type Killed = {
  /** Mails that a sender had committed to its store. */
  acknowledged: number
  /** Those of them that never arrived. */
  lost: string[]
  /** How many arrived more than once, each time as the same mail. */
  again: number
  /** Message-IDs that stood on different mails. */
  mixedUp: string[]
}

/** Kills a process that writes and sends mail, again and again, without a warning; then lets a last one send what is left. */
export async function killSenders(storeUrl: string, kills: number): Promise<Killed> {
  const mailbox = await startMailbox()
  const keys = { PORTICO_KEYS: `test:${randomBytes(32).toString('base64url')}` }
  const start = (life: string) => startChild(SENDER, [storeUrl, String(mailbox.port), life], keys)
  const acknowledged: string[] = []
  for (let life = 0; life < kills; life++) {
    const sender = start(String(life))
    await sender.atLine(1 + Math.floor(Math.random() * MOST_MAILS))
    await delay(Math.random() * LONGEST_REST_MS)
    sender.kill('SIGKILL')
    const { errors } = await sender.ended
    if (errors) throw new Error(errors)
    acknowledged.push(...sender.lines)
  }
  const last = await start('last').ended
  if (last.code !== 0) throw new Error(`The last sender ended with ${last.code}: ${last.errors}`)
  await mailbox.close()
  return judge(acknowledged, mailbox.received)
}

function judge(acknowledged: string[], received: { id: string; subject: string }[]): Killed {
  const arrived = new Set(received.map(({ subject }) => subject))
  const subjects = new Map<string, Set<string>>()
  for (const { id, subject } of received) subjects.set(id, (subjects.get(id) ?? new Set()).add(subject))
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((key) => !arrived.has(key)),
    again: received.length - subjects.size,
    mixedUp: [...subjects].filter(([, all]) => all.size > 1).map(([id]) => id),
  }
}

/** A mail counts as arrived once the server has said so. */
async function startMailbox() {
  const received: { id: string; subject: string }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData: (stream, _session, done) => {
      let raw = ''
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('latin1')))
      stream.on('end', () => {
        const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(raw)?.[1]?.trim() ?? ''
        // A sender that was killed in the middle has not sent the end.
        if (header('Subject')) received.push({ id: header('Message-ID'), subject: header('Subject') })
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    received,
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
