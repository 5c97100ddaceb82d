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

export const findAccount = (db: Db, practiceId: string, id: string): Promise<Account | undefined> =>
  db
    .selectFrom('portal_account')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
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

/** The patients that an account may act for now; the holder first. */
export const listPatientsOf = (db: Db, practiceId: string, accountId: string, now: number) =>
  db
    .selectFrom('account_patient')
    .innerJoin('patient_access', (join) =>
      join
        .onRef('patient_access.practice_id', '=', 'account_patient.practice_id')
        .onRef('patient_access.patient_id', '=', 'account_patient.patient_id'),
    )
    .select(['account_patient.patient_id', 'account_patient.relationship'])
    .where('account_patient.practice_id', '=', practiceId)
    .where('account_patient.account_id', '=', accountId)
    .where('patient_access.allowed_at', 'is not', null)
    .where((eb) =>
      eb.or([eb('account_patient.expires_at', 'is', null), eb('account_patient.expires_at', '>', now)]),
    )
    .execute()

/** The context that an account's sealed columns are bound to. */
export const accountContext = (practiceId: string, accountId: string) => `account ${practiceId} ${accountId}`
