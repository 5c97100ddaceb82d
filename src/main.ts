import { enableCompileCache } from 'node:module'

// Compiled code that is kept from the last start halves the next one; this must come before what it is to keep.
enableCompileCache()

const { start } = await import('./start.ts')
const { ConfigError } = await import('./config.ts')
try {
  await start(process.env)
} catch (error) {
  const text =
    error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error)
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}
