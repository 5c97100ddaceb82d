import { expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/clock.ts'
import { enqueueMail, type NewMail } from '../../../src/mail/outbox.ts'
import { IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import { startNobody, startSmtp } from '../../support/smtp.ts'
import { openDesk, readTopics, readTrail, type Desk } from './desk.ts'

type Shown = {
  id: string
  kind: string
  to: string
  subject: string
  state: string
  fault: string | null
  kept: boolean
  at: number
}
type View = { mails: Shown[]; counts: Record<string, number>; before: string | null }

const PLAIN = { disabledCommands: ['STARTTLS', 'AUTH'] }
const outbox = async (desk: Desk, query = '') => (await expectOk(desk.get(`outbox${query}`))) as View
const enqueue = (service: TestService, key: string, more: Partial<NewMail> = {}) => {
  const mail = { to: `${key}@mail.example`, subject: `About ${key}`, text: `Text of ${key}`, html: '<p>' }
  const request: NewMail = {
    practiceId: 'fernwood',
    kind: 'notice',
    dedupeKey: key,
    mail,
    runAt: service.clock.now,
    ...more,
  }
  return enqueueMail(service.store.db, service.wiring.keyring, request, service.clock.now)
}

/** Mail that is refused by the server on `port`, and a desk to see it from. */
async function openWith(port: number) {
  const service = await openService({ initial: { mailPort: port } })
  const desk = await openDesk(service)
  return { service, desk }
}

const refusing = () =>
  startSmtp({
    ...PLAIN,
    onRcptTo: (_address, _session, done) =>
      done(Object.assign(new Error('no such user'), { responseCode: 550 })),
  })

/** Maria is invited by mail; Portico has not sent it yet. */
async function inviteByMail(service: TestService) {
  const tab = await service.launch(PEOPLE.maria)
  await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal: true, allowEmail: true }))
  await expectOk(tab.browser.post(`${tab.api}/invitations`, { kind: 'activation', slip: false, mail: true }))
  return tab
}

test('administrators see each mail with what became of it, and its text nowhere', async () => {
  const { port } = await startSmtp({
    ...PLAIN,
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('gone') ? done(Object.assign(new Error('no'), { responseCode: 550 })) : done(),
  })
  const { service, desk } = await openWith(port)
  await enqueue(service, 'sent')
  await enqueue(service, 'gone')
  await enqueue(service, 'later', { runAt: service.clock.now + MINUTE_MS })
  await service.wiring.worker.drain()
  const view = await outbox(desk)
  const byName = (one: Shown, other: Shown) => (one.subject < other.subject ? -1 : 1)
  expect(view.mails.toSorted(byName)).toMatchObject([
    { to: 'gone@mail.example', subject: 'About gone', state: 'failed', fault: 'recipient', kept: true },
    { to: 'later@mail.example', state: 'waiting', fault: null, at: service.clock.now + MINUTE_MS },
    { to: 'sent@mail.example', state: 'sent', fault: null, kept: false, at: service.clock.now },
  ])
  expect(view.counts).toEqual({ waiting: 1, sent: 1, failed: 1 })
  expect(JSON.stringify(view)).not.toContain('Text of')
  expect(await readTopics(service)).toContain('outbox')
  expect(await readTrail(service, 'outbox.read')).toMatchObject([{ actor: 'Practitioner/prac-admin' }])
})

test('a practice sees its own mails only', async () => {
  const service = await openService()
  await enqueue(service, 'fernwood')
  const view = await outbox(await openDesk(service, { slug: 'harbor' }))
  expect(view).toMatchObject({ mails: [], counts: { waiting: 0, sent: 0, failed: 0 }, before: null })
})

test('the list comes in pages, newest first, none twice and none left out', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  for (let number = 0; number < 110; number++) {
    // Three at a time in one instant.
    if (number % 3 === 0) service.clock.now += 1
    await enqueue(service, `mail${number}`)
  }
  const first = await outbox(desk)
  await enqueue(service, 'meanwhile')
  const second = await outbox(desk, `?before=${first.before}`)
  const third = await outbox(desk, `?before=${second.before}`)
  expect([first, second, third].map(({ mails }) => mails.length)).toEqual([50, 50, 10])
  expect(third.before).toBeNull()
  const ids = [first, second, third].flatMap(({ mails }) => mails.map(({ id }) => id))
  expect(new Set(ids).size).toBe(110)
  await expectRefusal(await desk.get('outbox?before=1'), 'invalid-request')
})

test('while the mail server is dead for a minute a mail waits; then it goes, once', async () => {
  const { service, desk } = await openWith(await startNobody())
  await enqueue(service, 'patience')
  for (let seconds = 0; seconds < 60; seconds += 10) {
    await service.wiring.worker.drain()
    service.clock.now += 10_000
  }
  expect((await outbox(desk)).mails).toMatchObject([{ state: 'waiting', fault: 'not-reached' }])
  const { port, received } = await startSmtp(PLAIN)
  await expectOk(await desk.save({ mailPort: port }))
  service.clock.now += MINUTE_MS
  await service.wiring.worker.drain()
  await service.wiring.worker.drain()
  expect(received).toHaveLength(1)
  expect((await outbox(desk)).mails).toMatchObject([{ state: 'sent', fault: null }])
})

test('a mail that failed goes again when an administrator says so, under the same id', async () => {
  const { service, desk } = await openWith((await refusing()).port)
  await enqueue(service, 'again')
  await service.wiring.worker.drain()
  const [failed] = (await outbox(desk)).mails
  expect(failed).toMatchObject({ state: 'failed', kept: true })
  const { port, received } = await startSmtp(PLAIN)
  await expectOk(await desk.save({ mailPort: port }))
  const retried = await expectOk(desk.post(`outbox/${failed?.id}/retry`, {}))
  expect(retried).toMatchObject({ id: failed?.id, state: 'waiting', at: service.clock.now })
  await service.wiring.worker.drain()
  expect(received[0]?.raw).toContain(`Message-ID: <${failed?.id}@`)
  expect(await readTrail(service, 'mail.retried')).toMatchObject([
    { actor: 'Practitioner/prac-admin', detail: { mail: failed?.id, kind: 'notice' } },
  ])
  await expectRefusal(await desk.post(`outbox/${failed?.id}/retry`, {}), 'conflict')
})

test('a mail that waits for its turn can be hurried', async () => {
  const { port, received } = await startSmtp(PLAIN)
  const { service, desk } = await openWith(port)
  await enqueue(service, 'later', { runAt: service.clock.now + DAY_MS })
  const [mail] = (await outbox(desk)).mails
  await expectOk(desk.post(`outbox/${mail?.id}/retry`, {}))
  await service.wiring.worker.drain()
  expect(received).toHaveLength(1)
})

test('while the portal is off no mail that leads into it goes; it waits until the portal is on again', async () => {
  const { port, received } = await startSmtp(PLAIN)
  const { service, desk } = await openWith(port)
  await inviteByMail(service)
  await enqueue(service, 'notice')
  await expectOk(await desk.save({ portalOpen: false }))
  await service.wiring.worker.drain()
  expect(received).toHaveLength(1)
  const { mails } = await outbox(desk)
  expect(mails.find(({ kind }) => kind === 'invitation')).toMatchObject({ state: 'waiting', fault: null })
  await expectOk(await desk.save({ portalOpen: true }))
  await service.wiring.worker.drain()
  expect(received).toHaveLength(2)
})

test('after a week there is nothing left to send again or to print', async () => {
  const { service } = await openWith((await refusing()).port)
  await enqueue(service, 'old')
  await service.wiring.worker.drain()
  service.clock.now += 7 * DAY_MS
  await service.wiring.worker.drain()
  const desk = await openDesk(service)
  const [mail] = (await outbox(desk)).mails
  expect(mail).toMatchObject({ state: 'failed', fault: 'recipient', kept: false, to: 'old@mail.example' })
  await expectRefusal(await desk.post(`outbox/${mail?.id}/retry`, {}), 'ticket-ended')
  await expectRefusal(await desk.post(`outbox/${mail?.id}/print`, {}), 'ticket-ended')
  await expectRefusal(await desk.post('outbox/nothing/retry', {}), 'not-found')
  await expectRefusal(await desk.post('outbox/nothing/print', {}), 'not-found')
})

test('a mail that is printed instead is shown once as a letter, and never goes out', async () => {
  const { service, desk } = await openWith(await startNobody())
  await inviteByMail(service)
  await service.wiring.worker.drain()
  const [waiting] = (await outbox(desk)).mails
  expect(waiting).toMatchObject({ kind: 'invitation', state: 'waiting', fault: 'not-reached' })
  await expectOk(desk.post(`outbox/${waiting?.id}/retry`, {}))
  const issued = await expectOk(desk.post(`outbox/${waiting?.id}/print`, {}))
  expect(issued).toMatchObject({ slipUrl: expect.stringContaining('/fernwood/slip#'), mailedTo: null })

  const token = new URL(String(issued['slipUrl'])).hash.slice(1)
  const slip = await expectOk(desk.browser.post('/fernwood/api/slip', { token }))
  expect(slip).toMatchObject({
    kind: 'mail',
    patientName: expect.stringContaining('Núñez'),
    sheets: [{ language: 'es', title: waiting?.subject, qr: { caption: expect.any(String) } }],
    qr: expect.any(Array),
  })
  await expectRefusal(await desk.browser.post('/fernwood/api/slip', { token }), 'slip-opened')

  const { port, received } = await startSmtp(PLAIN)
  await expectOk(await desk.save({ mailPort: port }))
  service.clock.now += DAY_MS / 2
  await service.wiring.worker.drain()
  expect(received).toEqual([])
  const later = await openDesk(service)
  expect(await outbox(later)).toMatchObject({
    mails: [{ state: 'failed', fault: null, kept: false }],
    counts: { waiting: 0, failed: 0 },
  })
  await expectRefusal(await later.post(`outbox/${waiting?.id}/retry`, {}), 'ticket-ended')
  await expectRefusal(await later.post(`outbox/${waiting?.id}/print`, {}), 'ticket-ended')
  const deeds = await readTrail(service, 'mail.retried', 'mail.printed', 'slip.opened')
  expect(deeds).toMatchObject([
    { action: 'mail.retried', patient: PEOPLE.maria, detail: { mail: waiting?.id } },
    { action: 'mail.printed', patient: PEOPLE.maria, detail: { mail: waiting?.id } },
    { action: 'slip.opened', patient: PEOPLE.maria },
  ])
})

test('the link on the printed letter opens the activation', async () => {
  const { service, desk } = await openWith(await startNobody())
  await inviteByMail(service)
  const [mail] = (await outbox(desk)).mails
  const issued = await expectOk(desk.post(`outbox/${mail?.id}/print`, {}))
  const token = new URL(String(issued['slipUrl'])).hash.slice(1)
  const slip = await expectOk(desk.browser.post('/fernwood/api/slip', { token }))
  const { text } = (slip['sheets'] as { text: string }[])[0] ?? { text: '' }
  const link = /#link=([\w-]+)/.exec(text)?.[1]
  const setup = await expectOk(
    service.openBrowser().post('/fernwood/api/portal/activation', { link, ...IDENTITY.maria }),
  )
  expect(setup).toMatchObject({ firstName: 'Maria' })
})

test('a mail that is being sent right now is not printed', async () => {
  const { service, desk } = await openWith(await startNobody())
  await inviteByMail(service)
  await service.store.db
    .updateTable('outbox')
    .set({ locked_until: service.clock.now + MINUTE_MS })
    .execute()
  const [mail] = (await outbox(desk)).mails
  const refused = await desk.post(`outbox/${mail?.id}/print`, {})
  expect(refused.headers.get('retry-after')).toBe('60')
  await expectRefusal(refused, 'in-progress')
  expect((await outbox(desk)).mails).toMatchObject([{ state: 'waiting', kept: true }])
})

test('a mail whose invitation has ended goes nowhere, not even by hand', async () => {
  const { port, received } = await startSmtp(PLAIN)
  const { service, desk } = await openWith(port)
  const tab = await inviteByMail(service)
  const [mail] = (await outbox(desk)).mails
  await service.store.db.updateTable('ticket').set({ ended_at: service.clock.now }).execute()
  await expectRefusal(await desk.post(`outbox/${mail?.id}/retry`, {}), 'ticket-ended')
  await expectRefusal(await desk.post(`outbox/${mail?.id}/print`, {}), 'ticket-ended')
  await service.wiring.worker.drain()
  expect(received).toEqual([])
  expect((await outbox(desk)).mails).toEqual([])
  expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({ allowed: { by: 'Jo Park' } })
})

test('printing needs both rights: over the outbox and over credentials', async () => {
  const permissions = ['access.read', 'settings.manage']
  const service = await openService()
  const admin = await openDesk(service)
  await openDesk(service, { user: 'front-desk' })
  await expectOk(admin.put('roles/front-desk', { version: 1, name: 'Front desk', permissions }))
  await enqueue(service, 'mail')
  const desk = await openDesk(service, { user: 'front-desk' })
  const [mail] = (await outbox(desk)).mails
  const refused = await expectRefusal(await desk.post(`outbox/${mail?.id}/print`, {}), 'not-permitted')
  expect(refused).toMatchObject({ permission: 'credentials.manage' })
  await expectOk(desk.post(`outbox/${mail?.id}/retry`, {}))
})
