import type { OutboxMail, OutboxView } from '../../src/settings/schema.ts'
import { standingOf } from './mail-row.ts'

/** What needs somebody comes first. */
const ORDER: Record<ReturnType<typeof standingOf>, number> = { failed: 0, waiting: 1, sent: 2, printed: 2 }

export const inOrder = (mails: readonly OutboxMail[]): OutboxMail[] =>
  mails.toSorted((a, b) => ORDER[standingOf(a)] - ORDER[standingOf(b)] || b.createdAt - a.createdAt)

/**
 * The newest page as it is now, with the older ones that were fetched before. Where the two do not meet any more only
 * the newest stays, as what came between would be missing.
 */
export function withOlder(shown: OutboxView, fresh: OutboxView): OutboxView {
  const newer = new Set(fresh.mails.map(({ id }) => id))
  if (!shown.mails.some(({ id }) => newer.has(id))) return fresh
  const oldest = Math.min(...fresh.mails.map(({ createdAt }) => createdAt))
  const older = shown.mails.filter((mail) => !newer.has(mail.id) && mail.createdAt < oldest)
  return older.length > 0 ? { ...fresh, mails: [...fresh.mails, ...older], before: shown.before } : fresh
}

/** The next page below what is shown. */
export const addOlder = (shown: OutboxView, older: OutboxView): OutboxView => ({
  ...older,
  mails: [...shown.mails, ...older.mails.filter(({ id }) => !shown.mails.some((mail) => mail.id === id))],
})

/** One e-mail as it is now. */
export const withMail = (shown: OutboxView, mail: OutboxMail): OutboxView => ({
  ...shown,
  mails: shown.mails.map((one) => (one.id === mail.id ? mail : one)),
})

/** True while something that needs somebody is further down than what was fetched. */
export const hidesFailed = ({ mails, counts, before }: OutboxView): boolean =>
  before !== null && mails.filter((mail) => standingOf(mail) === 'failed').length < counts.failed
