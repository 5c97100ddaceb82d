import { beforeAll, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import type { Slip } from '../../../src/credentials/schema.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, LETTER, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { NO_POSTMAN, stepsOf, WORDS, type Steps } from './steps.ts'

let service: TestService
let steps: Steps
let tab: LaunchedTab
beforeAll(async () => {
  service = await openService({ ...NO_POSTMAN, pdfs: true })
  steps = stepsOf(service)
  tab = await service.launch(PEOPLE.maria)
  await steps.allow(tab)
})

const issue = async (body: object = LETTER) =>
  new URL((await expectOk(steps.invite(tab, body)))['slipUrl'] as string)
const open = (url: URL) => tab.browser.post('/fernwood/api/slip', { token: url.hash.slice(1) })

test('the slip holds the letter in the patient’s language and the practice’s, its PDFs and its QR code, and is shown once', async () => {
  const url = await issue({ ...LETTER, mail: true })
  expect(`${url.origin}${url.pathname}`).toBe('http://localhost:8080/fernwood/slip')
  const slip = (await expectOk(open(url))) as unknown as Slip
  expect(slip).toMatchObject({
    kind: 'activation',
    firstName: 'Maria',
    patientName: 'Maria Núñez',
    sheets: [{ language: 'es' }, { language: 'en' }],
    mailedTo: 'maria.nunez@mail.example',
  })
  const qr = slip.qr ?? []
  expect(qr.length).toBeGreaterThan(20)
  expect(qr.every((row) => row.length === qr.length && /^[01]+$/.test(row))).toBe(true)
  for (const pdf of Object.values(slip.pdfs ?? { none: '' }))
    expect(Buffer.from(pdf, 'base64').subarray(0, 5).toString()).toBe('%PDF-')
  await expectRefusal(await open(url), 'slip-opened')
})

test('a temporary password is on its slip, and in no other answer', async () => {
  const answer = await steps.invite(tab, { ...WORDS, username: 'maria.n' })
  const text = await answer.text()
  const { slipUrl } = JSON.parse(text) as { slipUrl: string }
  const slip = await service.readSlip(tab, slipUrl)
  expect(slip).toMatchObject({ kind: 'temporary-password', username: 'maria.n', mailedTo: null })
  expect(slip.words.split(' ')).toHaveLength(5)
  expect(text).not.toContain(slip.words.split(' ')[0])
  expect(slip.mailText.text).toContain(slip.words)
})

test('of twenty that open it at once one sees it', async () => {
  const url = await issue()
  const answers = await Promise.all(Array.from({ length: 20 }, () => open(url)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('it opens within a minute or not at all, and a newer letter, of either kind, closes it', async () => {
  const late = await issue()
  service.clock.now += MINUTE_MS + 1
  await expectRefusal(await open(late), 'ticket-ended')
  const older = await issue()
  const newer = await issue(WORDS)
  await expectRefusal(await open(older), 'ticket-ended')
  await issue()
  await expectRefusal(await open(newer), 'ticket-ended')
  await expectRefusal(await tab.browser.post('/fernwood/api/slip', { token: 'x'.repeat(43) }), 'ticket-ended')
})

test('a double click makes one letter: the same key gets the same slip', async () => {
  const key = 'a1b2c3d4-0000-4000-8000-000000000001'
  const send = () => steps.invite(tab, LETTER, key)
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
  await expectRefusal(await steps.invite(tab, WORDS, key), 'idempotency-mismatch')
  await expectRefusal(await steps.invite(tab, LETTER, 'x'), 'invalid-request')
})

test('neither letter nor e-mail, or an unknown way in, is refused', async () => {
  for (const body of [
    {},
    { ...LETTER, slip: false },
    { ...LETTER, kind: 'magic' },
    { ...LETTER, password: 'x' },
  ])
    await expectRefusal(await steps.invite(tab, body), 'invalid-request')
})

test('no secret of a letter, a mail or a temporary password is readable in the store', async () => {
  const slip = await service.inviteAndRead(tab, { ...LETTER, mail: true })
  const link = await steps.newestLink()
  expect(link).toHaveLength(43)
  const { words } = await steps.words(tab)
  const tables = ['ticket', 'idempotency', 'audit', 'event', 'portal_account', 'outbox', 'job'] as const
  for (const table of tables) {
    const dump = JSON.stringify(await service.store.db.selectFrom(table).selectAll().execute())
    for (const secret of [slip.code, link, words, words.replaceAll(' ', '-'), 'Núñez', '$argon2id'])
      expect(dump, `${table} must not hold ${secret}`).not.toContain(secret)
  }
})
