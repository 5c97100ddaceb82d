import type { Schema } from '../store/schema.ts'

export type Account = Schema['portal_account']

/** Two names that look or sort alike are one: NFKC, lower case, no surrounding space. */
export const usernameKey = (username: string) => username.normalize('NFKC').trim().toLowerCase()
