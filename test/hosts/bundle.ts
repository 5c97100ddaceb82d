import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** A host's own script with everything it imports, as that host would ship it. */
export async function bundle(main: URL): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('.', main)),
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      lib: { entry: fileURLToPath(main), formats: ['es'], fileName: 'host' },
    },
  })
  const [first] = Array.isArray(result) ? result : [result]
  if (!first || !('output' in first)) throw new Error('One build was asked for')
  return first.output[0].code
}
