import { spawn } from 'node:child_process'

export type CommandOptions = {
  cwd?: string
  env?: NodeJS.ProcessEnv
  timeoutMs?: number
  signal?: AbortSignal
  /** True lets the command write straight to this terminal; its `output` is then empty. */
  show?: boolean
}

/** How a command ended. `code` is null when it could not be started, timed out or was killed. */
export type CommandResult = { code: number | null; output: string; ms: number }

/** Runs a command without a shell and without input; never throws. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const output: Buffer[] = []
    const end = (code: number | null, reason = '') => {
      const ms = Math.round(performance.now() - startedAt)
      resolve({ code, output: `${Buffer.concat(output).toString('utf8')}${reason}`, ms })
    }
    const child = spawn(command, args, {
      stdio: options.show === true ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk))
    child.once('error', (error) => end(null, error.message))
    child.once('close', (code) => end(code))
  })
}
