import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../src/clock.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService } from '../../support/service.ts'
import { startNobody, startSmtp, startTalker } from '../../support/smtp.ts'
import { openDesk, readTrail } from '../administration/desk.ts'

const to = 'robin@fernwood.example'
const PLAIN = { disabledCommands: ['STARTTLS'] }
const refuse = (responseCode: number) =>
  Object.assign(new Error('5.7.1 not for <robin@fernwood.example>'), { responseCode })

test('a test mail goes out by the settings on the page, before they are saved', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const { port, received } = await startSmtp(PLAIN)
  const changes = { mailPort: port, mailFrom: 'Fern <portal@fern.example>' }
  const result = await expectOk(desk.post('settings/test-mail', { to, changes }))
  expect(result).toEqual({ state: 'sent', fault: null, answer: null })
  expect(received.map((mail) => mail.to)).toEqual([[to]])
  expect(await PostalMime.parse(received[0]?.raw ?? '')).toMatchObject({
    from: { name: 'Fern', address: 'portal@fern.example' },
    subject: 'Test e-mail from Fernwood Family Practice',
    text: expect.stringContaining('It arrived'),
    html: expect.stringContaining('<p>It arrived'),
  })
  expect(await service.store.db.selectFrom('setting').selectAll().execute()).toEqual([])
  const [entry] = await readTrail(service, 'test-mail.sent')
  expect(entry).toMatchObject({ outcome: 'success', detail: {} })
})

test('it is written in the language of the practice', async () => {
  const service = await openService({ initial: { languages: ['es', 'en'] } })
  const desk = await openDesk(service)
  const { port, received } = await startSmtp(PLAIN)
  await expectOk(desk.post('settings/test-mail', { to, changes: { mailPort: port } }))
  expect(await PostalMime.parse(received[0]?.raw ?? '')).toMatchObject({
    subject: 'Correo de prueba de Fernwood Family Practice',
    html: expect.stringContaining('lang="es"'),
  })
})

test('a double click sends one mail', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const { port, received } = await startSmtp(PLAIN)
  const send = () =>
    desk.browser.post(
      `${desk.api}/settings/test-mail`,
      { to, changes: { mailPort: port } },
      { 'idempotency-key': 'one-and-the-same-key' },
    )
  expect(await expectOk(send())).toEqual(await expectOk(send()))
  expect(received).toHaveLength(1)
})

test('what the server says stands in the answer, without addresses', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const ask = (changes: Record<string, unknown>) => expectOk(desk.post('settings/test-mail', { to, changes }))
  const onRcptTo = (_address: unknown, _session: unknown, done: (error: Error) => void) => done(refuse(550))
  const onMailFrom = (_address: unknown, _session: unknown, done: (error: Error) => void) => done(refuse(553))

  const wary = await startSmtp({ ...PLAIN, onRcptTo })
  expect(await ask({ mailPort: wary.port })).toEqual({
    state: 'refused',
    fault: 'recipient',
    answer: '550 5.7.1 not for <…>',
  })
  const strict = await startSmtp({ ...PLAIN, onMailFrom })
  expect(await ask({ mailPort: strict.port })).toMatchObject({ fault: 'sender' })
  const guarded = await startSmtp({ ...PLAIN, allowInsecureAuth: true })
  const signIn = { mailPort: guarded.port, mailUser: 'portal', mailPassword: 'wrong' }
  expect(await ask(signIn)).toMatchObject({ fault: 'sign-in', answer: expect.stringMatching(/^535 /) })
  expect(await ask({ mailPort: guarded.port, mailSecurity: 'starttls' })).toMatchObject({ fault: 'no-tls' })
  expect(await ask({ mailPort: await startNobody() })).toEqual({
    state: 'refused',
    fault: 'not-reached',
    answer: null,
  })
  expect(await ask({ mailPort: await startTalker('554 go away') })).toMatchObject({
    fault: 'refused',
    answer: '554 go away',
  })
  expect(await ask({ mailHost: 'mail.nowhere.invalid' })).toMatchObject({ fault: 'not-found' })
  expect(await ask({ mailHost: null })).toMatchObject({ fault: 'no-server', answer: null })
  const faults = (await readTrail(service, 'test-mail.sent')).map(({ outcome, detail }) => ({
    outcome,
    ...detail,
  }))
  expect(faults).toContainEqual({ outcome: 'failed', fault: 'sign-in' })
})

test('the saved password is never told to another server', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const own = await startSmtp({ ...PLAIN, allowInsecureAuth: true })
  const saved = { mailPort: own.port, mailUser: 'portal', mailPassword: 'right' }
  await expectOk(await desk.save(saved))
  const thief = await startSmtp({ ...PLAIN, allowInsecureAuth: true })
  for (const changes of [
    { mailHost: 'localhost', mailPort: thief.port },
    { mailUser: 'other' },
    { mailSecurity: 'starttls' },
  ]) {
    const refused = await expectRefusal(
      await desk.post('settings/test-mail', { to, changes }),
      'invalid-request',
    )
    expect(refused['issues']).toEqual([{ pointer: '/changes/mailPassword', detail: expect.any(String) }])
  }
  expect(thief.signIns).toEqual([])

  // The page may send all that stands on it; what stays as it is counts as no change.
  const same = { mailHost: '127.0.0.1', mailUser: 'portal', mailSecurity: 'none' }
  expect(await expectOk(desk.post('settings/test-mail', { to, changes: same }))).toMatchObject({
    state: 'sent',
  })
  expect(own.signIns).toEqual([{ user: 'portal', password: 'right' }])
  const typed = { mailHost: 'localhost', mailPort: thief.port, mailPassword: 'right' }
  expect(await expectOk(desk.post('settings/test-mail', { to, changes: typed }))).toMatchObject({
    state: 'sent',
  })
})

test('what the configuration file fixes is not tried otherwise', async () => {
  const service = await openService({ settings: { mailHost: '127.0.0.1' } })
  const desk = await openDesk(service)
  const refused = await desk.post('settings/test-mail', { to, changes: { mailHost: 'mail.example' } })
  expect((await expectRefusal(refused, 'locked-by-file'))['issues']).toMatchObject([
    { pointer: '/changes/mailHost' },
  ])
})

test('ten test mails an hour are enough for a practice', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const { port } = await startSmtp(PLAIN)
  const send = () => desk.post('settings/test-mail', { to, changes: { mailPort: port } })
  const answers = await Promise.all(Array.from({ length: 12 }, send))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  const refused = await send()
  expect(refused.headers.get('retry-after')).toBe('3600')
  await expectRefusal(refused, 'too-many-tries')
  service.clock.now += HOUR_MS
  const later = await openDesk(service)
  await expectOk(later.post('settings/test-mail', { to, changes: { mailPort: port } }))
})

test('an address that is none is refused', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const answer = await desk.post('settings/test-mail', { to: 'robin', changes: {} })
  expect((await expectRefusal(answer, 'invalid-request'))['issues']).toMatchObject([{ pointer: '/to' }])
})

test('the address of the portal is checked from where the service stands', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const check = (address: string) => desk.post('settings/portal-check', { address })
  expect(await expectOk(check('http://localhost:8080'))).toEqual({ state: 'ok', certificateUntil: null })
  const refused = await expectRefusal(await check('http://169.254.169.254'), 'invalid-request')
  expect(refused['issues']).toMatchObject([{ pointer: '/address' }])
})
