import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { TRIES_PER_LETTER, VISITS_PER_TEMPORARY_PASSWORD } from '../../../src/access/letter-tries.ts'
import { VISITS_PER_PASSWORD } from '../../../src/accounts/temporary-password.ts'
import { DAY_MS } from '../../../src/clock.ts'
import { uuidv7 } from '../../../src/crypto/tokens.ts'
import { PRINTED } from '../../../src/mail/read-outbox.ts'
import { mailContext } from '../../../src/mail/outbox.ts'
import type { Schema } from '../../../src/store/schema.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../../support/service.ts'

let service: TestService
let tab: LaunchedTab
const [practice_id, account_id] = ['fernwood', 'account-1']

beforeAll(async () => {
  service = await openService()
  tab = await service.launch(PEOPLE.piotr)
  await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true }))
  const nothing = { username: null, username_key: null, index_sealed: null, activated_at: null }
  const nowhere = { last_signed_in_at: null, suspended_at: null, closed_at: null }
  await service.store.db
    .insertInto('portal_account')
    .values({
      practice_id,
      id: account_id,
      account_id: 'A1',
      created_at: 0,
      version: 1,
      ...nothing,
      ...nowhere,
    })
    .execute()
  await service.store.db
    .insertInto('account_patient')
    .values({ practice_id, account_id, patient_id: PEOPLE.piotr, relationship: 'self', expires_at: null })
    .execute()
})
beforeEach(async () => {
  await service.store.db.deleteFrom('outbox').execute()
  await service.store.db.deleteFrom('ticket').execute()
})

async function addTicket(ticket: Partial<Schema['ticket']> = {}) {
  const { now } = service.clock
  const id = ticket.id ?? uuidv7(now)
  await service.store.db
    .insertInto('ticket')
    .values({
      practice_id,
      id,
      kind: 'activation',
      account_id,
      lookup: id,
      secret_mac: null,
      payload_sealed: null,
      tries: 0,
      created_at: now,
      created_by: 'nobody-known',
      expires_at: now + DAY_MS,
      used_at: null,
      ended_at: null,
      opened_at: null,
      ...ticket,
    })
    .execute()
  return id
}

async function addMail(about: string, mail: Partial<Schema['outbox']> = {}) {
  const id = uuidv7(service.clock.now)
  await service.store.db
    .insertInto('outbox')
    .values({
      practice_id,
      id,
      dedupe_key: id,
      payload_sealed: null,
      run_at: 7,
      attempts: 0,
      locked_until: 0,
      sent_at: null,
      failed_at: null,
      last_error: null,
      kind: 'invitation',
      about,
      to_sealed: service.wiring.keyring.seal('piotr@mail.example', mailContext(practice_id, id)),
      subject_sealed: null,
      created_at: 1,
      ...mail,
    })
    .execute()
}

const readCard = () => expectOk(tab.browser.get(`${tab.api}/access`))
const invitation = async () => (await readCard())['invitation']

describe('the newest invitation', () => {
  test('says what it is, who made it, how long it is good, and whether it was opened', async () => {
    const { now } = service.clock
    const id = await addTicket({ opened_at: now })
    expect(await readCard()).toMatchObject({
      state: 'invited',
      invitation: {
        id,
        kind: 'activation',
        issuedAt: now,
        issuedBy: null,
        validUntil: now + DAY_MS,
        state: 'live',
        openedAt: now,
        mail: null,
      },
    })
  })

  test('of both kinds is the one that counts; slips and links beside it are none', async () => {
    const { now } = service.clock
    await addTicket({ created_at: now - 2 })
    await addTicket({ kind: 'temporary', created_at: now - 1 })
    await addTicket({ kind: 'slip' })
    await addTicket({ kind: 'link' })
    expect(await invitation()).toMatchObject({ kind: 'temporary-password', openedAt: null })
  })

  test.each<[string, Partial<Schema['ticket']>, string | null]>([
    ['waits', {}, 'live'],
    ['is too old', { expires_at: 1 }, 'expired'],
    ['was used', { used_at: 1 }, null],
    ['was ended by staff', { ended_at: 1, tries: TRIES_PER_LETTER - 1 }, null],
    ['was ended by wrong tries', { ended_at: 1, tries: TRIES_PER_LETTER }, 'ended'],
    ['is a temporary password', { kind: 'temporary', tries: VISITS_PER_TEMPORARY_PASSWORD - 1 }, 'live'],
    [
      'is one that was ended by staff',
      { kind: 'temporary', ended_at: 1, tries: VISITS_PER_TEMPORARY_PASSWORD - 1 },
      null,
    ],
    ['is one whose visits are over', { kind: 'temporary', tries: VISITS_PER_TEMPORARY_PASSWORD }, 'ended'],
  ])('that %s', async (_, ticket, state) => {
    await addTicket(ticket)
    const shown = (await invitation()) as { state: string } | null
    expect(shown?.state ?? null).toBe(state)
    expect((await readCard())['state']).toBe(state === null ? 'ready' : 'invited')
  })

  test('ends after as many visits as the sign-in gives', () => {
    expect(VISITS_PER_TEMPORARY_PASSWORD).toBe(VISITS_PER_PASSWORD)
  })
})

describe('its newest mail', () => {
  test.each<[string, Partial<Schema['outbox']>, object | null]>([
    ['waits', {}, { state: 'waiting', at: 7, fault: null }],
    ['waits after a first try', { last_error: 'timeout' }, { state: 'waiting', at: 7, fault: 'timeout' }],
    ['was taken', { sent_at: 9 }, { state: 'sent', at: 9, fault: null }],
    [
      'came back',
      { failed_at: 9, last_error: 'recipient 550' },
      { state: 'failed', at: 9, fault: 'recipient' },
    ],
    ['was printed instead', { failed_at: 9, last_error: PRINTED }, null],
    ['has no address any more', { to_sealed: null }, null],
    ['whose address no key opens', { to_sealed: 'v1.gone.AAAA' }, { to: '', state: 'waiting' }],
  ])('%s', async (_, mail, expected) => {
    await addMail(await addTicket(), mail)
    expect(await invitation()).toMatchObject({
      mail: expected && { to: 'piotr@mail.example', ...expected },
    })
  })

  test('hides the older ones, and those about another invitation', async () => {
    const id = await addTicket()
    await addMail(id, { sent_at: 5, created_at: 2 })
    await addMail(id, { failed_at: 6, last_error: 'refused', created_at: 3 })
    await addMail('another', { created_at: 4 })
    expect(await invitation()).toMatchObject({ mail: { state: 'failed', fault: 'refused' } })
  })
})

test('a "no" takes the mail that waits back with the letter', async () => {
  await addMail(await addTicket())
  expect(await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: false }))).toMatchObject({
    invitation: null,
  })
  expect(await service.store.db.selectFrom('outbox').select('id').execute()).toEqual([])
})
