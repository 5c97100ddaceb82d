import type { Db } from '../store/open.ts'
import { usernameKey, type Account } from './account.ts'

export const findAccountByUsername = (
  db: Db,
  practiceId: string,
  username: string,
): Promise<Account | undefined> =>
  db
    .selectFrom('portal_account')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('username_key', '=', usernameKey(username))
    .executeTakeFirst()

export const findPasswordOf = (db: Db, practiceId: string, accountId: string) =>
  db
    .selectFrom('credential')
    .select(['id', 'secret_sealed'])
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'password')
    .where('replaced_at', 'is', null)
    .executeTakeFirst()

/**
 * An account that may be used now, with its holder's own patient id while access is allowed; one query. With a temporary
 * password (`restricted`) that is one which was not activated yet.
 */
export const findHolder = (
  db: Db,
  practiceId: string,
  accountId: string,
  kind: 'patient' | 'restricted' = 'patient',
) =>
  db
    .selectFrom('portal_account')
    .innerJoin('account_patient', (join) =>
      join
        .onRef('account_patient.practice_id', '=', 'portal_account.practice_id')
        .onRef('account_patient.account_id', '=', 'portal_account.id'),
    )
    .innerJoin('patient_access', (join) =>
      join
        .onRef('patient_access.practice_id', '=', 'account_patient.practice_id')
        .onRef('patient_access.patient_id', '=', 'account_patient.patient_id'),
    )
    .selectAll('portal_account')
    .select('account_patient.patient_id')
    .where('portal_account.practice_id', '=', practiceId)
    .where('portal_account.id', '=', accountId)
    .where('portal_account.activated_at', kind === 'patient' ? 'is not' : 'is', null)
    .where('portal_account.suspended_at', 'is', null)
    .where('portal_account.closed_at', 'is', null)
    .where('account_patient.relationship', '=', 'self')
    .where('account_patient.expires_at', 'is', null)
    .where('patient_access.allowed_at', 'is not', null)
    .executeTakeFirst()

/** The context that an account's sealed columns are bound to. */
export const accountContext = (practiceId: string, accountId: string) => `account ${practiceId} ${accountId}`
