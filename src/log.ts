import pino from 'pino'

/** One JSON line per request and per event. Ids and codes only: no names, e-mails, tokens, bodies or query strings. */
export type Log = Pick<pino.Logger, 'info' | 'warn' | 'error' | 'debug'>

export const createLog = (level: string): Log =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' })

/** What may be said of an error: names and places in our code. A message may hold what somebody typed. */
export function causesOf(error: unknown): string[] {
  const causes: string[] = []
  for (let cause = error; cause instanceof Error && causes.length < 5; cause = cause.cause)
    causes.push(`${cause.name} ${cause.stack?.match(/^ +at .*$/m)?.[0].trim() ?? ''}`)
  return causes
}
