const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]

/** What a broken connection means to whoever set it up, by the code of Node or OpenSSL. */
const SENTENCES: Record<string, (host: string) => string> = {
  ENOTFOUND: (host) =>
    `There is no host named ${host}. Check the spelling, and whether this machine can see it.`,
  EAI_AGAIN: (host) => `The name ${host} could not be looked up. Check this machine's network and DNS.`,
  ECONNREFUSED: (host) => `${host} refuses the connection. Check the port, and whether the EMR is running.`,
  ECONNRESET: (host) =>
    `${host} broke off the connection. If it speaks https only, the address must begin with https.`,
  EHOSTUNREACH: (host) => `This machine has no way to ${host}. Check the network and the firewall.`,
  ENETUNREACH: (host) => `This machine has no way to ${host}. Check the network and the firewall.`,
  CERT_HAS_EXPIRED: (host) => `The certificate of ${host} has expired. It has to be renewed there.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) =>
    `The certificate of ${host} was made for another name. Use the name it was made for.`,
  ...Object.fromEntries(UNTRUSTED.map((code) => [code, untrusted])),
}

export type CertificateFault = 'expired' | 'other-name' | 'untrusted'

/** What is wrong with a server's certificate; null when nothing came back for another reason. */
export function certificateFault(error: unknown): CertificateFault | null {
  const codes = codesOf(error)
  if (codes.includes('CERT_HAS_EXPIRED')) return 'expired'
  if (codes.includes('ERR_TLS_CERT_ALTNAME_INVALID')) return 'other-name'
  return codes.some((code) => UNTRUSTED.includes(code)) ? 'untrusted' : null
}

function untrusted(host: string) {
  return (
    `The certificate of ${host} is not from an authority that this machine trusts, or an intermediate one is missing. ` +
    'Name the authority in a file: NODE_EXTRA_CA_CERTS=authority.pem npm run setup. The service needs the same.'
  )
}

/** Why nothing came back from an address, in a sentence that says what to look at. */
export function sentenceFor(error: unknown, url: string): string {
  const { host } = new URL(url)
  const codes = codesOf(error)
  const known = codes.map((code) => SENTENCES[code]).find((sentence) => sentence !== undefined)
  if (known) return known(host)
  if (codes.some((code) => code === 'TimeoutError' || /TIMEOUT|TIMEDOUT/.test(code)))
    return `${host} did not answer within 10 seconds. Check the address and the firewall between here and there.`
  if (codes.some((code) => /^(EPROTO|ERR_SSL_)/.test(code)))
    return `${host} does not speak https there. Check the port, or whether the address should begin with http.`
  return `${host} cannot be reached${codes[0] ? ` (${codes[0]})` : ''}. Check the address and this machine's network.`
}

/** Codes along the chain of causes, and of the tries that Node made side by side. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const { code } = error as NodeJS.ErrnoException
  const own = typeof code === 'string' ? [code] : error.name === 'TimeoutError' ? [error.name] : []
  const tries = error instanceof AggregateError ? error.errors.flatMap(codesOf) : []
  return [...own, ...tries, ...codesOf(error.cause)]
}
