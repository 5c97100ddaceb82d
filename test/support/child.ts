import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Child = {
  /** Lines on stdout so far. */
  lines: string[]
  /** Resolves when there are so many lines. */
  atLine(count: number): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** Exit code, or null when killed; with everything it printed on stderr. */
  ended: Promise<{ code: number | null; errors: string }>
}

/** Starts a script of ours with the Node that runs the tests. */
export function startChild(script: URL, args: string[], env: Record<string, string> = {}): Child {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const waiting: { count: number; resolve: () => void; reject: (error: Error) => void }[] = []
  let rest = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    for (const one of waiting) if (lines.length >= one.count) one.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) =>
    child.on('close', (code) => {
      for (const one of waiting) one.reject(new Error(`ended with ${code}: ${errors}`))
      resolve({ code, errors })
    }),
  )
  const atLine = (count: number) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ count, resolve, reject })
      if (lines.length >= count) resolve()
    })
  return { lines, atLine, kill: (signal) => child.kill(signal), ended }
}
