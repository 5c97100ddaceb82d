/** The service as a process of its own, with the web components of a test. Run as `start-child.ts <dist>`. */
import { start } from '../../../src/start.ts'

await start(process.env, process.argv[2])
