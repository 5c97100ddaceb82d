import { createServer } from 'node:net'
import { DemoError } from './options.ts'

/**
 * Makes sure that nobody else has the demo's three ports. `::1` counts too: a browser asks it first for localhost.
 * @throws DemoError naming the first port that is taken.
 */
export async function checkPorts(basePort: number): Promise<void> {
  for (const port of [basePort, basePort + 1, basePort + 2]) {
    for (const host of ['127.0.0.1', '::1']) {
      const code = await tryPort(port, host)
      if (code === 'EADDRINUSE')
        throw new DemoError(
          `Port ${port} is in use. Stop what has it, or choose others: npm run demo -- --base-port 9080`,
        )
      if (code === 'EACCES')
        throw new DemoError(`Port ${port} may not be used. Choose one above 1023 with --base-port.`)
    }
  }
}

/** The code of what went wrong, if anything; a machine without IPv6 answers EADDRNOTAVAIL, which is fine. */
const tryPort = (port: number, host: string) =>
  new Promise<string | undefined>((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
