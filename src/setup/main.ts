// `npm run setup`: connects Portico to an EMR. See options.ts for its flags.
import { createInterface } from 'node:readline/promises'
import { systemClock } from '../clock.ts'
import { Problem } from '../problem.ts'
import { OptionError, parseOptions, type SetupOptions } from './options.ts'
import { plain, plainLines } from './plain.ts'
import { runSetup } from './run.ts'
import type { Terminal } from './terminal.ts'

const DATABASE_URL = 'sqlite:./data/portico.sqlite'

try {
  const options = parseOptions(process.argv.slice(2))
  await runSetup(options, {
    fetch,
    now: systemClock,
    terminal: openTerminal(options),
    port: process.env['PORT'],
    bind: process.env['BIND'],
    databaseUrl: process.env['DATABASE_URL'] || DATABASE_URL,
  })
  process.exit(0)
} catch (error) {
  if (!(error instanceof OptionError || error instanceof Problem)) throw error
  process.stderr.write(`${plainLines(error.message)}\n`)
  process.exit(1)
}

function openTerminal({ yes }: SetupOptions): Terminal {
  const say = (text: string) => void process.stdout.write(`${text}\n`)
  if (yes || !process.stdin.isTTY) return { say }
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  lines.on('SIGINT', () => process.exit(130))
  // Ctrl-D: nobody answers any more.
  lines.on('close', () => process.exit(130))
  const ask = async (question: string, fallback: string | undefined) => {
    const text = await lines.question(`${plain(`${question}${fallback ? ` [${fallback}]` : ''}`)}: `)
    return text.trim() || (fallback ?? '')
  }
  return { say, ask }
}
