import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService } from '../../support/service.ts'
import { openDesk, readTrail } from '../administration/desk.ts'

const PASSWORD = 'canary mail password'

async function openWithPassword() {
  const service = await openService()
  const desk = await openDesk(service)
  const server = { mailHost: 'mail.fernwood.example', mailSecurity: 'starttls' }
  await expectOk(await desk.save({ ...server, mailUser: 'portal', mailPassword: PASSWORD }))
  return { service, desk }
}

const mailOf = async (service: Awaited<ReturnType<typeof openService>>) =>
  (await service.wiring.practices.find('fernwood'))?.mail

test('the mail password is used, and shown or told to nobody', async () => {
  const { service, desk } = await openWithPassword()
  expect(await mailOf(service)).toMatchObject({ user: 'portal', password: PASSWORD })
  const view = await (await desk.get('settings')).text()
  expect(JSON.parse(view)).toMatchObject({ mailPasswordSet: true })
  const everything = JSON.stringify([
    view,
    await service.store.db.selectFrom('setting').selectAll().execute(),
    await service.store.db.selectFrom('audit').selectAll().execute(),
    await service.store.db.selectFrom('idempotency').selectAll().execute(),
    await expectOk(desk.browser.get('/fernwood/api/practice')),
  ])
  expect(everything).not.toContain(PASSWORD)
  expect(everything).not.toContain(Buffer.from(PASSWORD).toString('base64').slice(0, 20))
})

test('the trail says that there is a password, that it is another one, that it is gone', async () => {
  const { service, desk } = await openWithPassword()
  for (const changes of [
    { mailPassword: 'another one' },
    { mailPassword: 'another one' },
    { mailUser: null },
  ]) {
    service.clock.now += 1
    await expectOk(await desk.save(changes))
  }
  const trail = await readTrail(service, 'settings.changed')
  const ofPassword = trail.filter(({ detail }) => detail['key'] === 'mailPassword')
  expect(ofPassword.map(({ detail }) => detail)).toEqual([
    { key: 'mailPassword', before: null, after: 'set' },
    { key: 'mailPassword', before: null, after: 'replaced' },
    { key: 'mailPassword', before: null, after: 'removed' },
  ])
  expect(await mailOf(service)).toMatchObject({ user: undefined, password: undefined })
})

test.each([
  ['server', { mailHost: 'mail.elsewhere.example' }],
  ['user', { mailUser: 'somebody' }],
  ['kind of encryption', { mailSecurity: 'tls' }],
])('another %s needs the password again: it is not carried along unseen', async (_what, changes) => {
  const { service, desk } = await openWithPassword()
  const refused = await expectRefusal(await desk.save(changes), 'invalid-request')
  expect(refused['issues']).toEqual([{ pointer: '/changes/mailPassword', detail: expect.any(String) }])
  const { version } = await expectOk(desk.get('settings'))
  expect(version).toBe(1)
  await expectOk(await desk.save({ ...changes, mailPassword: PASSWORD }))
  expect(await mailOf(service)).toMatchObject({ password: PASSWORD })
})

test('a server is cleared without its password, which goes with it: the next one needs it anew', async () => {
  const { service, desk } = await openWithPassword()
  const cleared = await expectOk(await desk.save({ mailHost: null }))
  expect(cleared).toMatchObject({ mailPasswordSet: false, values: { mailHost: null, mailUser: 'portal' } })
  expect(await mailOf(service)).toBeNull()
  const kept = await service.store.db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', 'mailPassword')
    .execute()
  expect(kept).toEqual([{ value: 'null' }])
  for (const mailHost of ['mail.elsewhere.example', 'mail.fernwood.example']) {
    const refused = await expectRefusal(await desk.save({ mailHost }), 'invalid-request')
    expect(refused['issues']).toEqual([{ pointer: '/changes/mailPassword', detail: expect.any(String) }])
  }
  await expectOk(await desk.save({ mailHost: 'mail.elsewhere.example', mailPassword: 'another' }))
  expect(await mailOf(service)).toMatchObject({ user: 'portal', password: 'another' })
})

test('a password in the configuration file stays with the server that it is for', async () => {
  const server = { mailHost: 'mail.fernwood.example', mailUser: 'portal', mailSecurity: 'tls' }
  const service = await openService({ initial: server, settings: { mailPassword: PASSWORD } })
  const desk = await openDesk(service)
  const refused = await expectRefusal(await desk.save({ mailHost: 'mail.evil.example' }), 'invalid-request')
  expect(refused['issues']).toEqual([{ pointer: '/changes/mailHost', detail: expect.any(String) }])
  await expectRefusal(await desk.save({ mailPassword: 'mine' }), 'locked-by-file')
  expect(await mailOf(service)).toMatchObject({ host: 'mail.fernwood.example', password: PASSWORD })
  await expectOk(await desk.save({ mailFrom: 'portal@fernwood.example' }))
})

test('a user name without a password is refused', async () => {
  const { desk } = await openWithPassword()
  const refused = await expectRefusal(await desk.save({ mailPassword: null }), 'invalid-request')
  expect(refused['issues']).toEqual([{ pointer: '/changes/mailPassword', detail: expect.any(String) }])
})

test('the password outlives the key that it was sealed under, once that key was replaced', async () => {
  const key = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`
  const [old, fresh] = [key('old'), key('fresh')]
  const first = await openService({ keys: old })
  const saved = { mailHost: 'mail.fernwood.example', mailUser: 'portal', mailPassword: PASSWORD }
  await expectOk(await (await openDesk(first)).save(saved))
  const { store } = first
  await openService({ store, keys: `${fresh},${old}` })
  expect(await mailOf(await openService({ store, keys: fresh }))).toMatchObject({ password: PASSWORD })
})

test('a password that no key opens counts as none; the practice goes on', async () => {
  const key = () => `k:${randomBytes(32).toString('base64url')}`
  const first = await openService({ keys: key() })
  const saved = { mailHost: 'mail.fernwood.example', mailUser: 'portal', mailPassword: PASSWORD }
  await expectOk(await (await openDesk(first)).save(saved))
  const lost = await openService({ store: first.store, keys: key() })
  expect(await mailOf(lost)).toMatchObject({ host: 'mail.fernwood.example', password: undefined })
  const { name } = await expectOk(lost.openBrowser().get('/fernwood/api/practice'))
  expect(name).toBe('Fernwood Family Practice')
})
