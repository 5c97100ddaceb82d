// Runs the demo with the stub in Portico's place and nothing to build.
import { fileURLToPath } from 'node:url'
import { runDemo } from '../../../src/sandbox/demo/run.ts'

const stub = new URL('./stub-service.ts', import.meta.url)
const { SERVICE } = process.env

await runDemo(process.argv.slice(2), {
  main: fileURLToPath(SERVICE === undefined ? stub : new URL(SERVICE, stub)),
  build: async () => undefined,
})
