import { beforeAll, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../../support/service.ts'

let service: TestService
let tab: LaunchedTab
beforeAll(async () => {
  service = await openService()
  tab = await service.launch(PEOPLE.maria)
  await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true }))
})

const issue = async () =>
  new URL((await expectOk(tab.browser.post(`${tab.api}/invitations`, {})))['slipUrl'] as string)
const open = (url: URL) => tab.browser.post('/fernwood/api/slip', { token: url.hash.slice(1) })

test('the slip is in the patient’s language, holds what the letter needs, and is shown once', async () => {
  const url = await issue()
  expect(`${url.origin}${url.pathname}`).toBe('http://localhost:8080/fernwood/slip')
  const slip = await expectOk(open(url))
  expect(slip).toMatchObject({ firstName: 'Maria', language: 'es', practice: { phone: '(555) 010-0100' } })
  expect(slip['activateUrl']).toBe(
    `http://localhost:8080/fernwood/portal/activate#id=${String(slip['portalId'])}&code=${String(slip['code'])}`,
  )
  const qr = slip['qr'] as string[]
  expect(qr.every((row) => row.length === qr.length && /^[01]+$/.test(row))).toBe(true)
  await expectRefusal(await open(url), 'slip-opened')
})

test('of twenty that open it at once one sees it', async () => {
  const url = await issue()
  const answers = await Promise.all(Array.from({ length: 20 }, () => open(url)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('it opens within a minute or not at all, and a newer letter closes it', async () => {
  const late = await issue()
  service.clock.now += MINUTE_MS + 1
  await expectRefusal(await open(late), 'ticket-ended')
  const older = await issue()
  await issue()
  await expectRefusal(await open(older), 'ticket-ended')
  await expectRefusal(await tab.browser.post('/fernwood/api/slip', { token: 'x'.repeat(43) }), 'ticket-ended')
})

test('a double click makes one letter: the same key gets the same slip', async () => {
  const key = { 'idempotency-key': 'a1b2c3d4-0000-4000-8000-000000000001' }
  const send = () => tab.browser.post(`${tab.api}/invitations`, {}, key)
  const [one, two] = await Promise.all([send(), send()])
  const again = await expectOk(send())
  const answers = await Promise.all(
    [one, two].map(async (answer) => ({ status: answer.status, body: await answer.json() })),
  )
  const done = answers.filter(({ status }) => status === 201)
  expect(done.length).toBeGreaterThan(0)
  for (const { body } of done) expect(body).toEqual(again)
  for (const { status, body } of answers.filter((answer) => answer.status !== 201))
    expect({ status, code: (body as { code: string }).code }).toEqual({ status: 409, code: 'in-progress' })
  await expectRefusal(
    await tab.browser.post(`${tab.api}/invitations`, { other: true }, key),
    'idempotency-mismatch',
  )
  await expectRefusal(
    await tab.browser.post(`${tab.api}/invitations`, {}, { 'idempotency-key': 'x' }),
    'invalid-request',
  )
})

test('no secret of a letter is readable in the store', async () => {
  const slip = await expectOk(open(await issue()))
  const tables = ['ticket', 'idempotency', 'audit', 'event', 'portal_account', 'outbox', 'job'] as const
  for (const table of tables) {
    const dump = JSON.stringify(await service.store.db.selectFrom(table).selectAll().execute())
    for (const secret of [slip['code'] as string, slip['activateUrl'] as string, 'Núñez'])
      expect(dump, `${table} must not hold ${secret}`).not.toContain(secret)
  }
})
