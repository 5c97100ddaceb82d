import { createTransport } from 'nodemailer'
import { MINUTE_MS, SECOND_MS } from '../clock.ts'
import type { MailSecurity } from '../settings/schema.ts'
import type { Mail } from './outbox.ts'

/** A practice's way to send: `starttls` from port 587 on, `tls` from the start (465), `none` for a local relay only. */
export type MailSettings = {
  /** Address, with or without a name before it: `Fernwood <portal@fernwood.example>`. */
  from: string
  host: string
  port: number
  security: MailSecurity
  user?: string | undefined
  password?: string | undefined
}

/** A practice's mail server, for a handful of mails one after the other. */
export type MailLine = {
  /** The id makes the Message-ID, the same at each try. */
  send(id: string, mail: Mail): Promise<void>
  close(): void
}
export type OpenMailLine = (practiceId: string) => Promise<MailLine>

/** Providers count connections; a mail more waits for a moment. */
const CONNECTIONS = 2

const TIMEOUTS = {
  dnsTimeout: 10 * SECOND_MS,
  connectionTimeout: 10 * SECOND_MS,
  greetingTimeout: 10 * SECOND_MS,
  socketTimeout: 20 * SECOND_MS,
}

/** Out-of-office robots must not answer, and such answers must not come back to us. */
const HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }

/** Opens lines by the settings that a practice has at that moment. */
export const createMailLines =
  (settingsOf: (practiceId: string) => Promise<MailSettings | null | undefined>): OpenMailLine =>
  async (practiceId) => {
    const settings = await settingsOf(practiceId)
    if (!settings) throw Object.assign(new Error('The practice has no mail server.'), { code: 'ENOSERVER' })
    return openMailLine(settings)
  }

/**
 * Speaks SMTP with a server. Nothing is connected before the first mail.
 *
 * @param withinMs a mail that was not taken so long after it was given is refused as `timeout`
 */
export function openMailLine(settings: MailSettings, withinMs = MINUTE_MS): MailLine {
  const transport = createTransport(transportOptions(settings))
  return {
    send: async (id, mail) => {
      await transport.sendMail({
        ...mail,
        // One address, whatever it looks like: a comma in it must not make two.
        to: { name: '', address: mail.to },
        from: settings.from,
        messageId: `<${id}@${domainOf(settings.from)}>`,
        headers: HEADERS,
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: AbortSignal.timeout(withinMs),
      })
    },
    close: () => transport.close(),
  }
}

/** Connects and signs in, and sends nothing. */
export async function greetMailServer(settings: MailSettings): Promise<void> {
  const transport = createTransport(transportOptions(settings))
  try {
    await transport.verify()
  } finally {
    transport.close()
  }
}

const transportOptions = ({ host, port, security, user, password }: MailSettings) => ({
  pool: true as const,
  maxConnections: CONNECTIONS,
  // The outbox tries again by itself, later.
  maxRequeues: 0,
  host,
  port,
  secure: security === 'tls',
  // Without these, a server that does not offer STARTTLS would get the mail in the clear, and a relay would be asked.
  requireTLS: security === 'starttls',
  ignoreTLS: security === 'none',
  ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  ...TIMEOUTS,
})

const domainOf = (from: string) => /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'portico.invalid'
