// Stands in for Portico: ready after a moment, says who it is, dies on demand.
import { createServer } from 'node:http'

const { PORT, PORTICO_CONFIG, PORTICO_KEYS, DATABASE_URL } = process.env

createServer((request, response) => {
  if (request.url === '/die') process.exit(7)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ pid: process.pid, PORTICO_CONFIG, PORTICO_KEYS, DATABASE_URL }))
}).listen(Number(PORT), '127.0.0.1')
// A service that does not want to end must be ended all the same.
process.on('SIGTERM', () => undefined)
