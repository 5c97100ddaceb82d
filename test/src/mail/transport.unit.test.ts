import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import type { Mail } from '../../../src/mail/outbox.ts'
import { createSendMail, faultOf, type MailSettings } from '../../../src/mail/transport.ts'

const welcome: Mail = {
  to: 'núñez@mail.example',
  subject: 'Łódź: ¡hola!',
  text: 'Hello Ann',
  html: '<p>Hello <b>Ann</b>',
}
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A real SMTP server; each mail is told with how it came. */
async function startServer(options: SMTPServerOptions) {
  const received: { raw: string; secure: boolean; user: string | undefined }[] = []
  const server = new SMTPServer({
    authOptional: true,
    ...options,
    onAuth: ({ username, password }, _session, done) =>
      password === 'right' ? done(null, { user: username ?? '' }) : done(new Error('wrong')),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push({
          raw: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: session.user?.toString(),
        })
        done()
      })
    },
  })
  // A client that does not trust us hangs up in the middle.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, received }
}

const sendTo = (port: number, settings: Partial<MailSettings>) =>
  createSendMail(() => ({
    from: 'Fernwood <portal@fernwood.example>',
    host: '127.0.0.1',
    port,
    security: 'none',
    ...settings,
  }))('fernwood', '0199-mail', welcome)

const failure = (sending: Promise<void>) => sending.then(() => ({ code: 'sent', forGood: false }), faultOf)

test('a mail arrives with both texts, a Message-ID of its own id, and a request not to answer', async () => {
  const { port, received } = await startServer({ disabledCommands: ['STARTTLS', 'AUTH'] })
  await sendTo(port, {})
  await sendTo(port, {})
  const [mail, again] = await Promise.all(received.map(({ raw }) => PostalMime.parse(raw)))
  expect(mail).toMatchObject({
    messageId: '<0199-mail@fernwood.example>',
    from: { name: 'Fernwood', address: 'portal@fernwood.example' },
    to: [{ address: 'núñez@mail.example' }],
    subject: welcome.subject,
    text: `${welcome.text}\n`,
    html: `${welcome.html}\n`,
  })
  const header = (key: string) => mail?.headers.find((one) => one.key === key)?.value
  expect(header('auto-submitted')).toBe('auto-generated')
  expect(again?.messageId).toBe(mail?.messageId)
})

describe('what the server refuses', () => {
  test('an unknown recipient is a refusal for good, and the words stay here', async () => {
    const noSuchUser = Object.assign(new Error('no núñez here'), { responseCode: 550 })
    const { port } = await startServer({
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(noSuchUser),
    })
    expect(await failure(sendTo(port, {}))).toEqual({ code: 'EENVELOPE 550', forGood: true })
  })

  test('a wrong password is not for good', async () => {
    const { port } = await startServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
    const refused = await failure(sendTo(port, { user: 'portal', password: 'wrong' }))
    expect(refused).toEqual({ code: 'EAUTH 535', forGood: false })
    expect(await failure(sendTo(port, { user: 'portal', password: 'right' }))).toMatchObject({ code: 'sent' })
  })

  test('nobody listens, or the practice has no server: not for good', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await new Promise((resolve) => server.close(resolve))
    expect(await failure(sendTo(port, {}))).toEqual({ code: 'ESOCKET', forGood: false })
    const none = createSendMail(() => undefined)('fernwood', 'id', welcome)
    expect(await failure(none)).toEqual({ code: 'ENOSERVER', forGood: false })
  })
})

describe('security', () => {
  test('starttls never falls back to clear text', async () => {
    const { port, received } = await startServer({ disabledCommands: ['STARTTLS'] })
    expect(await failure(sendTo(port, { security: 'starttls' }))).toMatchObject({
      code: expect.stringMatching(/^ETLS/),
    })
    expect(received).toEqual([])
  })

  describe.skipIf(!hasOpenssl())('with a certificate', () => {
    const made = hasOpenssl() ? createCertificate() : { key: '', cert: '' }

    test.each([
      ['starttls', false],
      ['tls', true],
    ] as const)('%s refuses one that nobody vouches for', async (security, secure) => {
      const { port, received } = await startServer({ secure, ...made })
      const { code, forGood } = await failure(sendTo(port, { security }))
      expect({ code, forGood }).toEqual({
        code: expect.stringMatching(/^(ESOCKET|ETLS|DEPTH_ZERO)/),
        forGood: false,
      })
      expect(received).toEqual([])
    })

    test('none does not try STARTTLS with a relay whose certificate nobody knows', async () => {
      const { port, received } = await startServer({ ...made })
      await sendTo(port, { security: 'none' })
      expect(received).toMatchObject([{ secure: false }])
    })

    test.each([
      ['starttls', false],
      ['tls', true],
    ] as const)('%s sends encrypted and signed in where it is vouched for', async (security, secure) => {
      const before = getCACertificates('default')
      setDefaultCACertificates([...before, made.cert])
      const { port, received } = await startServer({ secure, ...made })
      await sendTo(port, { security, user: 'portal', password: 'right' })
      setDefaultCACertificates(before)
      expect(received).toMatchObject([{ secure: true, user: 'portal' }])
    })
  })
})

function hasOpenssl() {
  try {
    return execFileSync('openssl', ['version']).length > 0
  } catch {
    return false
  }
}

function createCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'portico-certificate-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=mail.example', '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(folder, { recursive: true })
  return made
}
