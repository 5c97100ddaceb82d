import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export type Child = { pid: number; stop(): Promise<void> }

/** Starts one of our scripts in a process of its own, so that what is measured and what measures do not share a thread. */
export function startNode(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const exited = once(child, 'exit')
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  return { pid: child.pid ?? 0, stop, exited, stdin: child.stdin, stdout: child.stdout }
}

/** Starts a script whose first line of output is JSON: where it listens, or what it has measured. */
export async function startHelper(script: string, ...args: string[]): Promise<Child & { said: Said }> {
  const child = startNode(script, args)
  for await (const line of createInterface(child.stdout)) {
    child.stdout.resume()
    return { ...child, said: JSON.parse(line) as Said }
  }
  throw new Error(`${script} ended before it said anything`)
}

/** `url`: where it listens; `perSecond`: what it counted. */
type Said = { url: string; perSecond: number }
