/** Milliseconds since 1970-01-01 UTC. Every use case takes a clock, so that tests can move time. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/**
 * What comes of a piece of work within so many ms, else `otherwise`. Its timer ends with the work: thousands of readers
 * would leave thousands behind.
 */
export const within = <T, U>(ms: number, work: Promise<T>, otherwise: U): Promise<T | U> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(otherwise), ms).unref()
    void work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
