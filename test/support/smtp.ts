import { createServer } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach } from 'vitest'

type ReceivedMail = {
  raw: string
  secure: boolean
  user: string | undefined
  /** One id per connection. */
  connection: string
  to: string[]
}

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A real SMTP server until the end of the test; each mail is told with how it came. The one right password is `right`. */
export async function startSmtp(options: SMTPServerOptions = {}) {
  const received: ReceivedMail[] = []
  const signIns: { user: string; password: string }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push({
          raw: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: session.user?.toString(),
          connection: session.id,
          to: session.envelope.rcptTo.map(({ address }) => address),
        })
        done()
      })
    },
    ...options,
    onAuth: ({ username, password }, _session, done) => {
      signIns.push({ user: username ?? '', password: password ?? '' })
      if (password === 'right') done(null, { user: username ?? '' })
      else done(new Error('wrong'))
    },
  })
  // A client that does not trust us hangs up in the middle.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return { port: portOf(server.server), received, signIns }
}

/** A server that says what it is told, line by line, whatever it hears; then it falls silent. */
export async function startTalker(...lines: string[]): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    const say = () => {
      const line = lines.shift()
      if (line !== undefined) socket.write(`${line}\r\n`)
    }
    say()
    socket.on('data', say)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(() => resolve())))
  return portOf(server)
}

/** A port of this machine where nobody listens. */
export async function startNobody(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function portOf(server: { address(): ReturnType<ReturnType<typeof createServer>['address']> }) {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
