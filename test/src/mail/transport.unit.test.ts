import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import type { Mail } from '../../../src/mail/outbox.ts'
import { toRefusal } from '../../../src/mail/faults.ts'
import { createMailLines, openMailLine, type MailSettings } from '../../../src/mail/transport.ts'
import { createCertificate, hasOpenssl } from '../../support/certificate.ts'
import { startNobody, startSmtp, startTalker } from '../../support/smtp.ts'

const welcome: Mail = {
  to: 'núñez@mail.example',
  subject: 'Łódź: ¡hola!',
  text: 'Hello Ann',
  html: '<p>Hello <b>Ann</b>',
}
const settingsFor = (port: number, settings: Partial<MailSettings>): MailSettings => ({
  from: 'Fernwood <portal@fernwood.example>',
  host: '127.0.0.1',
  port,
  security: 'none',
  ...settings,
})

async function sendTo(port: number, settings: Partial<MailSettings>, withinMs?: number) {
  const line = openMailLine(settingsFor(port, settings), withinMs)
  try {
    await line.send('0199-mail', welcome)
  } finally {
    line.close()
  }
}

const refusal = (sending: Promise<void>) => sending.then(() => 'sent', toRefusal)
test('a mail arrives with both texts, a Message-ID of its own id, and a request not to answer', async () => {
  const { port, received } = await startSmtp({ disabledCommands: ['STARTTLS', 'AUTH'] })
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

test('the mails of one line share two connections', async () => {
  const { port, received } = await startSmtp({ disabledCommands: ['STARTTLS', 'AUTH'] })
  const line = openMailLine(settingsFor(port, {}))
  await Promise.all(Array.from({ length: 8 }, (_, number) => line.send(`mail-${number}`, welcome)))
  line.close()
  expect(received).toHaveLength(8)
  expect(new Set(received.map(({ connection }) => connection)).size).toBeLessThanOrEqual(2)
})

describe('what the server refuses', () => {
  const refusing = (responseCode: number) =>
    Object.assign(new Error('5.1.1 no <núñez@mail.example> here'), { responseCode })

  test('an unknown recipient is a refusal for good, and the address stays here', async () => {
    const { port } = await startSmtp({
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(refusing(550)),
    })
    expect(await refusal(sendTo(port, {}))).toEqual({
      fault: 'recipient',
      reply: 550,
      answer: '550 5.1.1 no <…> here',
      forGood: true,
    })
  })

  test('a sender that may not send is not for good', async () => {
    const { port } = await startSmtp({
      disabledCommands: ['STARTTLS'],
      onMailFrom: (_address, _session, done) => done(refusing(553)),
    })
    expect(await refusal(sendTo(port, {}))).toMatchObject({ fault: 'sender', reply: 553, forGood: false })
  })

  test('a text that the server does not like is for good; one that it puts off is not', async () => {
    for (const [responseCode, forGood] of [
      [554, true],
      [452, false],
    ] as const) {
      const { port } = await startSmtp({
        disabledCommands: ['STARTTLS'],
        onData: (stream, _session, done) => stream.resume().on('end', () => done(refusing(responseCode))),
      })
      expect(await refusal(sendTo(port, {}))).toMatchObject({
        fault: 'refused',
        reply: responseCode,
        forGood,
      })
    }
  })

  test('a wrong password is not for good', async () => {
    const { port } = await startSmtp({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
    const refused = await refusal(sendTo(port, { user: 'portal', password: 'wrong' }))
    expect(refused).toMatchObject({ fault: 'sign-in', reply: 535, forGood: false })
    expect(await refusal(sendTo(port, { user: 'portal', password: 'right' }))).toBe('sent')
  })

  test('a server that wants a sign-in says so, wherever it says it', async () => {
    const { port } = await startSmtp({
      disabledCommands: ['STARTTLS'],
      onMailFrom: (_address, _session, done) => done(refusing(530)),
    })
    expect(await refusal(sendTo(port, {}))).toMatchObject({ fault: 'sign-in', reply: 530, forGood: false })
  })

  test('a server that does not want us at all', async () => {
    const port = await startTalker('554 5.3.2 no service for you')
    expect(await refusal(sendTo(port, {}))).toMatchObject({
      fault: 'refused',
      reply: 554,
      answer: '554 5.3.2 no service for you',
    })
  })

  test('nobody listens, or the practice has no server: not for good', async () => {
    const port = await startNobody()
    expect(await refusal(sendTo(port, {}))).toEqual({
      fault: 'not-reached',
      reply: 0,
      answer: null,
      forGood: false,
    })
    const none = createMailLines(async () => null)('fernwood')
    expect(await none.catch(toRefusal)).toMatchObject({ fault: 'no-server', forGood: false })
  })

  test('a name that no server has', async () => {
    const unknown = sendTo(25, { host: 'mail.nowhere.invalid' })
    expect(await refusal(unknown)).toMatchObject({ fault: 'not-found', reply: 0, forGood: false })
  })

  test('a server that is silent, or falls silent half-way, is given up in time', async () => {
    for (const lines of [[], ['220 hello', '250 hello', '250 ok']]) {
      const port = await startTalker(...lines)
      expect(await refusal(sendTo(port, {}, 300))).toMatchObject({ fault: 'timeout', forGood: false })
    }
  })

  test('an address that is none never leaves', async () => {
    const { port, received } = await startSmtp({ disabledCommands: ['STARTTLS'] })
    const line = openMailLine(settingsFor(port, {}))
    const odd = line.send('id', { ...welcome, to: 'ann@mail.example>\r\nRCPT TO:<eve@mail.example' })
    await odd.catch(() => {})
    line.close()
    expect(received.flatMap(({ to }) => to)).not.toContain('eve@mail.example')
  })
})

describe('security', () => {
  test('starttls never falls back to clear text', async () => {
    const { port, received } = await startSmtp({ disabledCommands: ['STARTTLS'] })
    expect(await refusal(sendTo(port, { security: 'starttls' }))).toMatchObject({
      fault: 'no-tls',
      forGood: false,
    })
    expect(received).toEqual([])
  })

  test('tls from the start where the server speaks in the clear is said so', async () => {
    const { port, received } = await startSmtp({ disabledCommands: ['STARTTLS'] })
    expect(await refusal(sendTo(port, { security: 'tls' }))).toMatchObject({ fault: 'no-tls' })
    expect(received).toEqual([])
  })

  describe.skipIf(!hasOpenssl())('with a certificate', () => {
    const made = hasOpenssl() ? createCertificate() : { key: '', cert: '' }

    test.each([
      ['starttls', false],
      ['tls', true],
    ] as const)('%s refuses one that nobody vouches for', async (security, secure) => {
      const { port, received } = await startSmtp({ secure, ...made })
      expect(await refusal(sendTo(port, { security }))).toMatchObject({
        fault: 'certificate',
        forGood: false,
      })
      expect(received).toEqual([])
    })

    test('none does not try STARTTLS with a relay whose certificate nobody knows', async () => {
      const { port, received } = await startSmtp({ ...made })
      await sendTo(port, { security: 'none' })
      expect(received).toMatchObject([{ secure: false }])
    })

    test.each([
      ['starttls', false],
      ['tls', true],
    ] as const)('%s sends encrypted and signed in where it is vouched for', async (security, secure) => {
      const before = getCACertificates('default')
      setDefaultCACertificates([...before, made.cert])
      const { port, received } = await startSmtp({ secure, ...made })
      await sendTo(port, { security, user: 'portal', password: 'right' })
      setDefaultCACertificates(before)
      expect(received).toMatchObject([{ secure: true, user: 'portal' }])
    })
  })
})
