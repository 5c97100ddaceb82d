/** What the same framework costs when it does nothing: the baseline of an authorised and audited read. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const [ehr = ''] = process.argv.slice(2)
const app = new Hono().get('/*', async (c) => {
  const answer = await fetch(`${ehr}${c.req.path}`, { headers: { authorization: 'Bearer bench' } })
  return c.body(await answer.text(), 200, { 'content-type': 'application/fhir+json' })
})
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` })),
)
process.once('SIGTERM', () => {
  server.close()
  process.exit(0)
})
