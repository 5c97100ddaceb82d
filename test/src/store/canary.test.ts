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
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectOk, LETTER, openService } from '../../support/service.ts'
import { openTestStore, type TestStore } from '../../support/store.ts'
import { stepsOf, WORDS } from '../credentials/steps.ts'

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
async function dump(store: TestStore): Promise<string> {
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
    { practiceId: practice_id, iss: 'i', fhirUser: 'Practitioner/1', name: secrets.staffName, role: null },
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
  await enqueueMail(
    db,
    keyring,
    { practiceId: practice_id, kind: 'invitation', dedupeKey: 'one', mail, runAt: NOW },
    NOW,
  )
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

  const text = await dump(store)
  expect(text).toContain('Practitioner/1')
  expect(text).toContain(fingerprint(session))
  for (const secret of [...Object.values(secrets), session, phc, '$argon2id']) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16))
  }
})

test('after a day at the desk it gives away no code, word, link or cookie either', async () => {
  const service = await openService({
    initial: { mailHost: '127.0.0.1', mailPort: 9, mailTemporaryPasswords: true },
  })
  const steps = stepsOf(service)
  const tab = await service.launch(PEOPLE.maria)
  await steps.allow(tab)
  const letter = await service.inviteAndRead(tab, { ...LETTER, mail: true })
  const link = await steps.newestLink()
  await expectOk(steps.openPhone().confirm({ link, ...IDENTITY.maria }))
  const unopened = await expectOk(steps.invite(tab, { ...WORDS, username: 'maria' }))
  const { words } = await steps.words(tab, { username: 'maria', mail: true })
  const phone = steps.openPhone()
  await expectOk(phone.signIn({ username: 'maria', password: words }))
  const restricted = phone.cookies.get('__Host-portico-patient-fernwood') ?? ''
  await expectOk(phone.change({ username: 'maria', password: GOOD_PASSWORD }))
  await service.wiring.worker.drain()

  const text = await dump(service.store)
  expect(text).toContain(PEOPLE.maria)
  const secrets = {
    code: letter.code,
    link,
    slip: new URL(String(unopened['slipUrl'])).hash.slice(1),
    words,
    restricted,
    session: phone.cookies.get('__Host-portico-patient-fernwood') ?? '',
    password: GOOD_PASSWORD,
    address: 'maria.nunez@mail.example',
    name: 'Núñez',
    birthDate: IDENTITY.maria.birthDate,
  }
  const found = Object.entries(secrets).filter(
    ([, secret]) =>
      secret.length < 5 ||
      text.includes(secret) ||
      text.includes(Buffer.from(secret).toString('base64').slice(0, 16)),
  )
  expect(found.map(([what]) => what)).toEqual([])
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
  const state = {
    secret_mac: null,
    tries: 0,
    expires_at: NOW,
    used_at: null,
    ended_at: null,
    opened_at: null,
  }
  const payload_sealed = sealWithToken(secrets.slipToken, secrets.slip)
  await store.db
    .insertInto('ticket')
    .values({ ...ticket, ...state, lookup: fingerprint(secrets.slipToken), payload_sealed })
    .execute()
}
