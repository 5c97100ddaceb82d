import type { Schema } from '../store/schema.ts'

export type Account = Schema['portal_account']

/** Two names that look or sort alike are one: NFKC, lower case, no surrounding space. */
export const usernameKey = (username: string) => username.normalize('NFKC').trim().toLowerCase()

/** May this account be used at all? What the EHR or staff say about access is checked beside it. */
export const isOpen = (account: Pick<Account, 'activated_at' | 'suspended_at' | 'closed_at'>) =>
  account.activated_at !== null && account.suspended_at === null && account.closed_at === null
