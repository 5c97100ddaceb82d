import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createServer, type Plugin, type ViteDevServer } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Pages of ours and of the EMR, opened or loaded anew inside the playground: the frame knows which scene that is. */
const inTheFrame: Plugin = {
  name: 'portico:playground-frame',
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _response, next) => {
      if (/^\/(fernwood|emr)\//.test(request.url ?? '')) request.url = '/frame.html'
      next()
    })
  },
}

/** The playground for whoever works on the components: every element in every state, on this computer alone. */
export async function openPlayground(port: number): Promise<ViteDevServer> {
  const server = await createServer({
    root: here,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    appType: 'mpa',
    plugins: [inTheFrame],
    optimizeDeps: { include: ['lit', 'lit/decorators.js', 'lit/directives/repeat.js'] },
    server: { host: '127.0.0.1', port, strictPort: port !== 0, fs: { allow: [repository] } },
  })
  return server.listen()
}

if (process.argv[1] !== undefined && basename(process.argv[1]) === 'play.ts') {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '5180' } } })
  const server = await openPlayground(Number(values.port))
  console.log(`Playground: ${server.resolvedUrls?.local[0] ?? ''}`)
}
