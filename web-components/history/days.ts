import type { HistoryEntry } from '../../src/staff/schema.ts'
import type { AdminWords } from '../i18n/words.ts'

/** Entries of one day at the practice, newest first, under its name. */
export type Day = { name: string; entries: HistoryEntry[] }

export function byDay(words: AdminWords, entries: readonly HistoryEntry[], now: number): Day[] {
  const days: Day[] = []
  for (const entry of entries) {
    const name = dayName(words, entry.at, now)
    const last = days.at(-1)
    if (last?.name === name) last.entries.push(entry)
    else days.push({ name, entries: [entry] })
  }
  return days
}

function dayName(words: AdminWords, at: number, now: number): string {
  const ago = words.daysUntil(now, at)
  if (ago === 0) return words.msg('history.today')
  return ago === 1 ? words.msg('history.yesterday') : words.day(at)
}
