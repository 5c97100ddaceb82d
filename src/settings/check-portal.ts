import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { SECOND_MS } from '../clock.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { CheckPortal, PortalCheck } from './schema.ts'

export type CheckPortalDeps = {
  fetch: typeof fetch
  /** What every node of this Portico answers on `/healthz`. */
  instance: string
}

const ANSWER_WITHIN_MS = 5 * SECOND_MS

/**
 * Does an address of the patients' pages lead to this Portico, from where the service stands? Only addresses that the
 * service is configured for are asked.
 *
 * @throws Problem `invalid-request` for any other address
 */
export async function checkPortal(
  deps: CheckPortalDeps,
  practice: Practice,
  { address }: CheckPortal,
): Promise<PortalCheck> {
  if (!practice.portalAddresses.includes(address)) {
    const detail = 'Portico is not configured for this address.'
    throw new Problem('invalid-request', detail, { issues: [{ pointer: '/address', detail }] })
  }
  const [state, certificateUntil] = await Promise.all([askWhoIsThere(deps, address), certificateEnd(address)])
  return { state, certificateUntil }
}

async function askWhoIsThere({ fetch, instance }: CheckPortalDeps, address: string) {
  try {
    const answer = await fetch(`${address}/healthz`, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    const said = await answer.text()
    return instanceIn(said) === instance ? 'ok' : 'other'
  } catch {
    return 'unreachable'
  }
}

function instanceIn(said: string): unknown {
  try {
    return (JSON.parse(said) as { instance?: unknown } | null)?.instance
  } catch {
    return undefined
  }
}

/** Until when the certificate there is valid, trusted or not: one that has ended is worth telling. */
async function certificateEnd(address: string): Promise<number | null> {
  const { protocol, hostname, port } = new URL(address)
  if (protocol !== 'https:') return null
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    // A number has no name to ask for (RFC 6066 §3).
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false, ...name })
    const end = (until: number | null) => {
      socket.destroy()
      resolve(until)
    }
    socket.setTimeout(ANSWER_WITHIN_MS, () => end(null))
    socket.once('error', () => end(null))
    socket.once('secureConnect', () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to)
      end(Number.isNaN(until) ? null : until)
    })
  })
}
