import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import * as z from 'zod'
import type { Clock } from '../../clock.ts'

export type ReceivedMail = {
  id: string
  /** Epoch ms. */
  receivedAt: number
  messageId: string
  from: string
  to: string[]
  subject: string
  text: string
  html: string
}

/** How the mail server refuses: try again later (451), never (550), or not at all. */
export const Refusal = z.strictObject({
  refuse: z.union([z.literal('temporary'), z.literal('permanent'), z.literal(false)]),
})
export type Refusal = z.infer<typeof Refusal>

export type Mailbox = Awaited<ReturnType<typeof startMailbox>>

const LARGEST_MAIL = 25 * 1024 * 1024
const REPLIES = {
  temporary: [451, 'Told to refuse for now'],
  permanent: [550, 'No such person, was told to say'],
} as const

/** A real SMTP server on a free port of 127.0.0.1 that delivers to nobody and keeps what it got, newest first. */
export async function startMailbox(now: Clock) {
  let mails: ReceivedMail[] = []
  let refusal: Refusal['refuse'] = false

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_MAIL,
    logger: false,
    onRcptTo(_address, _session, answer) {
      if (!refusal) return answer()
      const [responseCode, text] = REPLIES[refusal]
      answer(Object.assign(new Error(text), { responseCode }))
    },
    onData(stream, session, answer) {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      readAll(stream)
        .then((raw) => PostalMime.parse(raw))
        .then(({ messageId = '', from, subject = '', text = '', html = '' }) => {
          mails = [
            {
              id: randomUUID(),
              receivedAt: now(),
              messageId,
              from: from?.address ?? '',
              to,
              subject,
              text,
              html,
            },
            ...mails,
          ]
          answer()
        })
        .catch((error: unknown) => answer(error instanceof Error ? error : new Error('unreadable')))
    },
  })
  // A sender that is killed half-way must not take the mailbox with it.
  server.on('error', () => undefined)
  const listening = server.listen(0, '127.0.0.1')
  await new Promise((resolve) => listening.once('listening', resolve))

  return {
    smtpPort: (listening.address() as AddressInfo).port,
    list: () => mails,
    find: (id: string) => mails.find((mail) => mail.id === id),
    empty: () => {
      mails = []
    },
    refuse: (how: Refusal['refuse']) => {
      refusal = how
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>) {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
