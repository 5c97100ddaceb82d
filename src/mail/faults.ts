import { MailFault } from '../settings/schema.ts'

/** What came of handing a mail over: why it did not go, and what the server said. */
export type MailRefusal = {
  fault: MailFault
  /** The server's reply code, e.g. 535; 0 when it said nothing. */
  reply: number
  /** The server's own line without anybody's address; null when it said nothing. */
  answer: string | null
  /** Another try of the same mail is pointless. */
  forGood: boolean
}

const LONGEST_ANSWER = 200
const ADDRESS = /<?[^\s<>"]+@[^\s<>",;]+>?/g

/** Says of any failure why a mail did not go: a code for the browser to word, nothing about the recipient. */
export function toRefusal(error: unknown): MailRefusal {
  const failure = readFailure(error)
  const { reply, command } = failure
  const fault = faultOf(failure)
  // A wrong password or sender is a 5xx too, but an administrator can still set it right.
  const isFinal = fault === 'recipient' || fault === 'refused'
  const forGood = isFinal && (reply >= 500 || (reply === 0 && command === 'API'))
  return { fault, reply, answer: toAnswer(failure.response), forGood }
}

/** What the outbox keeps of a failure: `sign-in 535`. */
export const toLastError = ({ fault, reply }: Pick<MailRefusal, 'fault' | 'reply'>): string =>
  reply > 0 ? `${fault} ${reply}` : fault

/** The fault in what the outbox kept; null for a mail that nothing went wrong with. */
export function mailFaultOf(lastError: string | null): MailFault | null {
  if (lastError === null) return null
  const fault = MailFault.safeParse(lastError.split(' ')[0])
  return fault.success ? fault.data : 'other'
}

type Failure = { code: string; cause: string; command: string; reply: number; response: string }

/** The mail library tells what happened in properties of its errors. */
function readFailure(error: unknown): Failure {
  const told = (error instanceof Error ? error : {}) as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return {
    code: text(told['code']),
    cause: text(told['originalCode']),
    command: text(told['command']),
    reply: typeof told['responseCode'] === 'number' ? told['responseCode'] : 0,
    response: text(told['response']),
  }
}

const BY_CODE: Record<string, MailFault> = {
  ENOSERVER: 'no-server',
  EDNS: 'not-found',
  ETIMEDOUT: 'timeout',
  EABORT: 'timeout',
  EAUTH: 'sign-in',
  ENOAUTH: 'sign-in',
  EREQUIRETLS: 'no-tls',
  EMESSAGE: 'refused',
}

function faultOf(failure: Failure): MailFault {
  const { code, cause, command, reply } = failure
  const known = BY_CODE[code]
  if (known) return known
  if (code === 'EENVELOPE') return envelopeFault(command, reply)
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(cause)) return 'certificate'
  if (code === 'ETLS' || /^(EPROTO|ERR_SSL|ERR_TLS)/.test(cause)) return 'no-tls'
  // It answered, but not with a welcome.
  if (reply >= 400) return 'refused'
  return code === 'ESOCKET' || code === 'ECONNECTION' ? 'not-reached' : 'other'
}

function envelopeFault(command: string, reply: number): MailFault {
  // "Authentication required": some servers say so only now.
  if (reply === 530 || reply === 535) return 'sign-in'
  if (command === 'MAIL FROM') return 'sender'
  return command === 'DATA' ? 'refused' : 'recipient'
}

function toAnswer(response: string): string | null {
  const line = response
    .replace(/\p{Cc}+/gu, ' ')
    .replace(ADDRESS, '<…>')
    .trim()
  return line === '' ? null : line.slice(0, LONGEST_ANSWER)
}
