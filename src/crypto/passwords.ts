import { randomBytes } from 'node:crypto'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import { Problem } from '../problem.ts'

/** Hashes and checks passwords, so few at a time that other requests still get their turn. */
export type PasswordHasher = {
  /** @throws Problem `busy` when too many wait already */
  hash(password: string): Promise<string>
  /**
   * @param phc the stored hash, or null for an account that does not exist: that takes the same work and is false
   * @throws Problem `busy` when too many wait already
   */
  verify(phc: string | null, password: string): Promise<boolean>
  /** Was it hashed with other parameters than today's? */
  needsRehash(phc: string): boolean
}

/** Argon2id: KiB, passes, lanes. */
export type HashParameters = { memoryCost: number; timeCost: number; parallelism: number }

/** @see OWASP Password Storage Cheat Sheet */
const PARAMETERS: HashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const RETRY_AFTER_SECONDS = 2

/**
 * @param options.slots hashes at once: each takes a thread of libuv's pool and `memoryCost` of memory
 * @param options.waiting how many may queue for a slot before the next one is refused
 */
export function createPasswordHasher(options: {
  slots: number
  waiting: number
  parameters?: HashParameters
}): PasswordHasher {
  const parameters = options.parameters ?? PARAMETERS
  const inSlot = createSlots(options.slots, options.waiting)
  const nobody = hashOfNobody(parameters)
  return {
    hash: (password) => inSlot(() => hash(password.normalize('NFKC'), parameters)),
    verify: async (phc, password) => {
      const matches = await inSlot(() => verify(phc ?? nobody, password.normalize('NFKC')))
      return matches && phc !== null
    },
    needsRehash: (phc) => {
      const { memoryCost, timeCost, parallelism } = parseOptions(phc)
      return (
        memoryCost !== parameters.memoryCost ||
        timeCost !== parameters.timeCost ||
        parallelism !== parameters.parallelism
      )
    },
  }
}

/** A hash in today's form that no password has: salt and tag are random. */
function hashOfNobody({ memoryCost, timeCost, parallelism }: HashParameters) {
  const random = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${random(16)}$${random(32)}`
}

function createSlots(slots: number, waiting: number) {
  let free = slots
  const queue: (() => void)[] = []
  const takeSlot = async () => {
    if (free > 0) {
      free--
      return
    }
    if (queue.length >= waiting) throw new Problem('busy', undefined, { retryAfter: RETRY_AFTER_SECONDS })
    // Whoever leaves hands the slot over, so `free` stays as it is.
    await new Promise<void>((resolve) => queue.push(resolve))
  }
  const leave = () => {
    const next = queue.shift()
    if (next) next()
    else free++
  }
  return async <T>(work: () => Promise<T>): Promise<T> => {
    await takeSlot()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
