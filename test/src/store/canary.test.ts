import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { createPasswordHasher } from '../../../src/crypto/passwords.ts'
import { fingerprint, randomToken, sealWithToken } from '../../../src/crypto/tokens.ts'
import { enqueueMail } from '../../../src/mail/outbox.ts'
import { saveEhrToken } from '../../../src/staff/ehr-tokens.ts'
import { saveStaffMember } from '../../../src/staff/store.ts'
import { enqueueJob } from '../../../src/store/jobs.ts'
import { startSession } from '../../../src/store/sessions.ts'
import type { Schema } from '../../../src/store/schema.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const practice_id = 'fernwood'
const store = await openTestStore()
const keyring = createKeyring(`test:${randomBytes(32).toString('base64url')}`)
const hasher = createPasswordHasher({
  slots: 2,
  waiting: 2,
  parameters: { memoryCost: 64, timeCost: 1, parallelism: 1 },
})

/** Everything that the store keeps, as somebody would read it who took the disk or a backup. */
async function dump(): Promise<string> {
  if (store.engine === 'sqlite') {
    const folder = dirname(store.url.slice('sqlite:'.length))
    const files = await readdir(folder)
    expect(files).toContain('portico.sqlite-wal')
    return (await Promise.all(files.map((file) => readFile(`${folder}/${file}`, 'latin1')))).join('\n')
  }
  const { rows } = await sql<{ name: keyof Schema }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(store.db)
  return JSON.stringify(
    await Promise.all(rows.map(({ name }) => store.db.selectFrom(name).selectAll().execute())),
  )
}

test('a stolen store gives away no secret, no name and no address', async () => {
  const secrets = {
    password: 'canary-password-correct-horse',
    accessToken: 'canary-access-token',
    refreshToken: 'canary-refresh-token',
    staffName: 'Canary Physician',
    mailTo: 'canary@mail.example',
    mailText: 'canary link in a mail',
    slip: 'canary code on a slip',
    slipToken: randomToken(),
    job: 'canary payload of a job',
  }
  const { db } = store
  const { token: session } = await startSession(db, { practice_id, kind: 'patient', subject_id: 'a' }, NOW)
  await saveStaffMember(
    db,
    keyring,
    { practiceId: practice_id, iss: 'i', fhirUser: 'Practitioner/1', name: secrets.staffName },
    NOW,
  )
  await saveEhrToken(
    db,
    keyring,
    {
      practiceId: practice_id,
      accessToken: secrets.accessToken,
      refreshToken: secrets.refreshToken,
      scope: 'openid',
      expiresAt: NOW,
    },
    NOW,
  )
  const mail = {
    to: secrets.mailTo,
    subject: secrets.mailText,
    text: secrets.mailText,
    html: secrets.mailText,
  }
  await enqueueMail(db, keyring, { practiceId: practice_id, dedupeKey: 'one', mail, runAt: NOW }, NOW)
  const payloadSealed = keyring.seal(secrets.job, 'job')
  await enqueueJob(db, {
    practiceId: practice_id,
    kind: 'k',
    dedupeKey: 'k',
    payloadSealed,
    runAt: NOW,
    now: NOW,
  })
  const phc = await hasher.hash(secrets.password)
  await keepAccount(keyring.seal(phc, 'credential'), secrets)

  const text = await dump()
  expect(text).toContain('Practitioner/1')
  expect(text).toContain(fingerprint(session))
  for (const secret of [...Object.values(secrets), session, phc, '$argon2id']) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16))
  }
})

async function keepAccount(secret_sealed: string, secrets: { slip: string; slipToken: string }) {
  const names = {
    account_id: 'AAAAAAAAAA',
    username: null,
    username_key: null,
    index_sealed: null,
    created_at: NOW,
  }
  const life = {
    activated_at: null,
    last_signed_in_at: null,
    suspended_at: null,
    closed_at: null,
    version: 1,
  }
  await store.db
    .insertInto('portal_account')
    .values({ practice_id, id: 'a', ...names, ...life })
    .execute()
  const credential = {
    practice_id,
    id: 'c',
    account_id: 'a',
    kind: 'password' as const,
    created_at: NOW,
    replaced_at: null,
  }
  await store.db
    .insertInto('credential')
    .values({ ...credential, secret_sealed })
    .execute()
  const ticket = {
    practice_id,
    id: 't',
    kind: 'slip' as const,
    account_id: 'a',
    created_at: NOW,
    created_by: 'x',
  }
  const state = { secret_mac: null, tries: 0, expires_at: NOW, used_at: null, ended_at: null }
  const payload_sealed = sealWithToken(secrets.slipToken, secrets.slip)
  await store.db
    .insertInto('ticket')
    .values({ ...ticket, ...state, lookup: fingerprint(secrets.slipToken), payload_sealed })
    .execute()
}
