/**
 * Screens that watch: raw sockets, so that many fit. Reads its plan from the file named; says how many
 * are open, and then of every event that reached as many screens as a line on standard input asks for when it did.
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

/** `stay`: false = each goes as soon as it has begun. */
type Plan = { port: number; requests: string[]; stay: boolean }

const AT_ONCE = 64
const { port, requests, stay } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan
const arrivals: number[] = []
let wanted = Number.POSITIVE_INFINITY

const clock = () => performance.timeOrigin + performance.now()
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`)

/** Opens one stream; done once its head and first heartbeat are there. */
function open(request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let head = ''
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      if (text.includes('data: ')) arrived()
      if (head.endsWith(OPENED)) return
      head += text
      if (!head.startsWith('HTTP/1.1 200')) reject(new Error(head))
      if (!head.includes(': \n\n')) return
      head = OPENED
      resolve()
      if (!stay) socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('a stream was closed')))
  })
}
const OPENED = '(opened)'

function arrived() {
  arrivals.push(clock())
  if (arrivals.length >= wanted) tell()
}

function tell() {
  say({ arrivals: arrivals.splice(0) })
  wanted = Number.POSITIVE_INFINITY
}

const queue = requests.values()
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const request of queue) await open(request)
  }),
)
say({ open: requests.length })
for await (const line of createInterface(process.stdin)) {
  wanted = Number(line)
  if (arrivals.length >= wanted) tell()
}
