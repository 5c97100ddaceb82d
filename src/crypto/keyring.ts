import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** The keys under which the store is encrypted. The first one seals; all of them open. */
export type Keyring = {
  /**
   * Encrypts a text for the store (AES-256-GCM).
   * @param context where it belongs, e.g. `credential fernwood`: in another place it does not open
   */
  seal(text: string, context: string): string
  /** @throws Error when the text was changed, belongs elsewhere, or its key is gone */
  open(sealed: string, context: string): string
  /** Keyed hash (HMAC-SHA-256, base64url) under the current key; each purpose has a key of its own. */
  mac(purpose: string, text: string): string
  /** The same under every key, current first: what a row written before a rotation is found by. */
  macs(purpose: string, text: string): string[]
  /** False for what an older key has sealed: seal it again when it is at hand. */
  isCurrent(sealed: string): boolean
}

type Key = { id: string; sealing: Uint8Array; macKey(purpose: string): Uint8Array }

const FORM = 'v1'
const KEY_BYTES = 32

/**
 * @param spec `id:base64url-32-bytes`, comma separated, current first. To rotate, put a new key in front and keep the
 * old one for as long as anything sealed by it lives.
 */
export function createKeyring(spec: string): Keyring {
  const keys = spec.split(',').map((part) => parseKey(part.trim()))
  const [current] = keys
  if (!current || new Set(keys.map((key) => key.id)).size < keys.length)
    throw new Error('PORTICO_KEYS: every key needs an id of its own')
  const macs = (purpose: string, text: string) => keys.map((key) => mac(key, purpose, text))
  return {
    seal: (text, context) => seal(current, text, context),
    open: (sealed, context) => open(keys, sealed, context),
    mac: (purpose, text) => mac(current, purpose, text),
    macs,
    isCurrent: (sealed) => sealed.split('.')[1] === current.id,
  }
}

function parseKey(part: string): Key {
  const [id = '', encoded = ''] = part.split(':')
  const secret = Buffer.from(encoded, 'base64url')
  if (!/^[\w-]{1,20}$/.test(id) || secret.length !== KEY_BYTES || secret.toString('base64url') !== encoded)
    throw new Error('PORTICO_KEYS: each key is id:key, the key 32 bytes in base64url')
  const derived = new Map<string, Uint8Array>()
  const macKey = (purpose: string) => {
    const known = derived.get(purpose) ?? derive(secret, `portico mac v1 ${purpose}`)
    derived.set(purpose, known)
    return known
  }
  return { id, sealing: derive(secret, 'portico seal v1'), macKey }
}

const derive = (secret: Buffer, info: string) =>
  new Uint8Array(hkdfSync('sha256', secret, '', info, KEY_BYTES))

const mac = (key: Key, purpose: string, text: string) =>
  createHmac('sha256', key.macKey(purpose)).update(text).digest('base64url')

function seal(key: Key, text: string, context: string) {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key.sealing, iv).setAAD(boundTo(key.id, context))
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${FORM}.${key.id}.${sealed.toString('base64url')}`
}

function open(keys: Key[], sealed: string, context: string) {
  const [form, id, encoded = ''] = sealed.split('.')
  const key = keys.find((one) => one.id === id)
  if (form !== FORM || !key) throw new Error(`No key in PORTICO_KEYS opens what key ${id ?? '?'} has sealed.`)
  const bytes = Buffer.from(encoded, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key.sealing, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(boundTo(key.id, context)).setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
}

const boundTo = (keyId: string, context: string) => Buffer.from(`${FORM}.${keyId}.${context}`)
