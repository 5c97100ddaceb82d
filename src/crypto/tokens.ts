import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from 'node:crypto'

/** No 0 O 1 I L: what people copy from paper. */
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
/** @see https://www.crockford.com/base32.html */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ACCOUNT_ID_LENGTH = 10

/** A secret nobody can guess: 256 bits, base64url (43 characters). */
export const randomToken = (): string => randomBytes(32).toString('base64url')

/** What is stored in place of a random token: SHA-256, base64url. Only for secrets of 128 bits and more. */
export const fingerprint = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** A code for paper and eyes, about 5 bits a character. */
export const randomCode = (length: number): string => pick(CODE_ALPHABET, length)

export const randomDigits = (length: number): string => pick('0123456789', length)

/** Compares in time that depends on neither text; for MACs and fingerprints. */
export function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/**
 * A new permanent account ID, as printed on letters: 9 random Crockford characters and a check character, so that a
 * slip of the pen (one wrong character, two swapped ones) is not somebody else's ID.
 * @see ISO/IEC 7064, hybrid system MOD 33,32
 */
export function createAccountId(): string {
  const body = pick(CROCKFORD, ACCOUNT_ID_LENGTH - 1)
  return body + checkCharacter(body)
}

let lastId = { now: 0, count: 0 }

/**
 * An id that sorts by time; of those made here in one millisecond, by order.
 * @param now epoch ms
 * @see RFC 9562 §5.7, §6.2 method 1
 */
export function uuidv7(now: number): string {
  lastId = { now, count: now === lastId.now ? (lastId.count + 1) & 0xfff : 0 }
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes.writeUInt16BE(0x7000 | lastId.count, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Encrypts so that only the holder of the token can read: the store alone cannot. */
export function sealWithToken(token: string, text: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(token), iv)
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return sealed.toString('base64url')
}

/** @throws Error when the token is not the one it was sealed with, or the text was changed. */
export function openWithToken(token: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(token), bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
}

const keyOf = (token: string) =>
  new Uint8Array(hkdfSync('sha256', token, '', 'portico sealed with token v1', 32))

const pick = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

function checkCharacter(body: string) {
  let product = 32
  for (const character of body) {
    const sum = (product + CROCKFORD.indexOf(character)) % 32 || 32
    product = (sum * 2) % 33
  }
  return CROCKFORD.charAt((33 - product) % 32)
}
