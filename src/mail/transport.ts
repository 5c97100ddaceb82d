import { createTransport } from 'nodemailer'
import { SECOND_MS } from '../clock.ts'
import type { Mail } from './outbox.ts'

/** A practice's way to send: `starttls` from port 587 on, `tls` from the start (465), `none` for a local relay only. */
export type MailSettings = {
  /** Address, with or without a name before it: `Fernwood <portal@fernwood.example>`. */
  from: string
  host: string
  port: number
  security: 'none' | 'starttls' | 'tls'
  user?: string | undefined
  password?: string | undefined
}

/** Hands one mail to the practice's server. The id makes the Message-ID, the same at each try. */
export type SendMail = (practiceId: string, id: string, mail: Mail) => Promise<void>

const TIMEOUTS = {
  dnsTimeout: 10 * SECOND_MS,
  connectionTimeout: 10 * SECOND_MS,
  greetingTimeout: 10 * SECOND_MS,
  socketTimeout: 20 * SECOND_MS,
}

/** Out-of-office robots must not answer, and such answers must not come back to us. */
const HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }

/** Sends over SMTP by the settings that a practice has at that moment. */
export const createSendMail =
  (settingsOf: (practiceId: string) => MailSettings | undefined): SendMail =>
  async (practiceId, id, mail) => {
    const settings = settingsOf(practiceId)
    if (!settings) throw Object.assign(new Error('The practice has no mail server.'), { code: 'ENOSERVER' })
    const transport = createTransport(transportOptions(settings))
    try {
      await transport.sendMail({
        ...mail,
        // One address, whatever it looks like: a comma in it must not make two.
        to: { name: '', address: mail.to },
        from: settings.from,
        messageId: `<${id}@${domainOf(settings.from)}>`,
        headers: HEADERS,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
    } finally {
      transport.close()
    }
  }

/** Why a mail did not go: a code without anything about the recipient, and whether another try is pointless. */
export function faultOf(error: unknown): { code: string; forGood: boolean } {
  if (!(error instanceof Error)) return { code: 'error', forGood: false }
  const code = 'code' in error ? String(error.code) : error.name
  const answer = 'responseCode' in error ? Number(error.responseCode) : 0
  // A refused sign-in (EAUTH) is also a 5xx, but the administrator can still set it right.
  const forGood = answer >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  return { code: answer > 0 ? `${code} ${answer}` : code, forGood }
}

const transportOptions = ({ host, port, security, user, password }: MailSettings) => ({
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
