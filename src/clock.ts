/** Milliseconds since 1970-01-01 UTC. Every use case takes a clock, so that tests can move time. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
