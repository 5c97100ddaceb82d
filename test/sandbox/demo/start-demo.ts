// Runs the demo with the stub in Portico's place and nothing to build.
import { fileURLToPath } from 'node:url'
import { runDemo } from '../../../src/sandbox/demo/run.ts'

await runDemo(process.argv.slice(2), {
  main: fileURLToPath(new URL(process.env['SERVICE'] ?? 'stub-service.ts', import.meta.url)),
  build: async () => undefined,
})
