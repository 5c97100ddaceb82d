import type { EmbedToken } from '../../src/embedding/schema.ts'

/** The practice becomes a part of addresses, the token of a header. */
export function isTokenFor(given: unknown, whose: string): given is EmbedToken {
  const { access_token, expires_in, practice, patient } = Object(given) as Partial<EmbedToken>
  return (
    /^[\w-]+\.[\w-]+\.[\w-]+$/.test(`${access_token}`) &&
    Number(expires_in) > 0 &&
    /^[a-z0-9-]{2,40}$/.test(`${practice}`) &&
    patient === whose
  )
}
