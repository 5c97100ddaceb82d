import pino from 'pino'

/** One JSON line per request and per event. Ids and codes only: no names, e-mails, tokens, bodies or query strings. */
export type Log = Pick<pino.Logger, 'info' | 'warn' | 'error' | 'debug'>

export const createLog = (level: string): Log =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' })
