import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { readStoredSettings } from '../../../src/practices/store.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService } from '../../support/service.ts'
import { openDesk, readTopics, readTrail } from '../administration/desk.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const ADMIN = 'Practitioner/prac-admin'

test('administrators see every setting but the password, and what they save holds at once', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const before = await expectOk(desk.get('settings'))
  expect(before).toMatchObject({
    version: 0,
    values: { name: 'Fernwood Family Practice', portalOpen: true, adultAge: 18, mailSecurity: 'none' },
    mailPasswordSet: false,
    locked: [],
    portalAddresses: ['http://localhost:8080'],
    portalUrl: 'http://localhost:8080/fernwood/portal/',
  })
  expect(before['values']).not.toHaveProperty('mailPassword')

  const changes = { name: 'Fern Clinic', helpLine: '(555) 010-0199', languages: ['es', 'en'] }
  const saved = await expectOk(desk.put('settings', { version: 0, changes }))
  expect(saved).toMatchObject({ version: 1, values: { ...changes, phone: '(555) 010-0100' } })
  const shown = await expectOk(service.openBrowser().get('/fernwood/api/practice'))
  expect(shown).toMatchObject({ name: 'Fern Clinic', phone: '(555) 010-0199', languages: ['es', 'en'] })
  expect(await readTopics(service)).toContain('settings')
  const harbor = await expectOk(service.openBrowser().get('/harbor/api/practice'))
  expect(harbor).toMatchObject({ name: 'Harbor Clinic' })
})

test('only what changed is kept, and each change is in the trail with before and after', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const changes = { name: 'Fern Clinic', adultAge: 18, invitationDays: 14, phone: null, languages: ['en'] }
  await expectOk(desk.put('settings', { version: 0, changes }))
  const kept = await service.store.db.selectFrom('setting').select(['key', 'value']).orderBy('key').execute()
  expect(kept).toEqual([
    { key: 'invitationDays', value: '14' },
    { key: 'languages', value: '["en"]' },
    { key: 'name', value: '"Fern Clinic"' },
    { key: 'phone', value: 'null' },
  ])
  const trail = await readTrail(service, 'settings.changed')
  const byKey = Object.fromEntries(trail.map(({ actor, detail }) => [detail['key'], { actor, ...detail }]))
  expect(byKey).toEqual({
    name: { actor: ADMIN, key: 'name', before: 'Fernwood Family Practice', after: 'Fern Clinic' },
    phone: { actor: ADMIN, key: 'phone', before: '(555) 010-0100', after: null },
    languages: { actor: ADMIN, key: 'languages', before: '["en","es"]', after: '["en"]' },
    invitationDays: { actor: ADMIN, key: 'invitationDays', before: 30, after: 14 },
  })
})

test('saving what already holds changes nothing', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const hours = { es: 'de lunes a viernes, de 8 a 5', en: 'Monday to Friday, 8 to 5' }
  const view = await expectOk(desk.put('settings', { version: 0, changes: { adultAge: 18, hours } }))
  expect(view).toMatchObject({ version: 0 })
  expect(await readTrail(service, 'settings.changed')).toEqual([])
})

test('empty text means none', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const view = await expectOk(await desk.save({ helpLine: '', phone: '  ', hours: { en: '', es: '' } }))
  expect(view['values']).toMatchObject({ helpLine: null, phone: null, hours: null })
})

test('of two administrators who save at once the second is told, and nothing of theirs is kept', async () => {
  const service = await openService()
  const [one, other] = [await openDesk(service), await openDesk(service)]
  const answers = await Promise.all([
    one.put('settings', { version: 0, changes: { name: 'One' } }),
    other.put('settings', { version: 0, changes: { name: 'Other', adultAge: 21 } }),
  ])
  const [won, lost] = answers.toSorted((a, b) => a.status - b.status)
  expect(await expectOk(won as Response)).toMatchObject({ version: 1 })
  await expectRefusal(lost as Response, 'conflict')
  const { name } = await expectOk(service.openBrowser().get('/fernwood/api/practice'))
  const kept = await service.store.db.selectFrom('setting').select('key').execute()
  expect(kept.map(({ key }) => key)).toEqual(name === 'One' ? ['name'] : ['name', 'adultAge'])
  await expectRefusal(await one.put('settings', { version: 7, changes: { name: 'Late' } }), 'conflict')
})

test('the version is read before the values: a save in between is never overwritten unseen', async () => {
  const service = await openService()
  const seen: string[] = []
  const db = service.store.db.withPlugin({
    transformQuery: ({ node }) => {
      seen.push('asked')
      return node
    },
    transformResult: async ({ result }) => {
      seen.push('settings_version' in (result.rows[0] ?? {}) ? 'version' : 'values')
      return result
    },
  })
  await readStoredSettings(db, service.wiring.keyring, 'fernwood')
  expect(seen).toEqual(['asked', 'version', 'asked', 'values'])
})

test('a value in the configuration file wins over what was saved before, and is locked', async () => {
  const keys = `test:${randomBytes(32).toString('base64url')}`
  const service = await openService({ keys })
  await expectOk(await (await openDesk(service)).save({ name: 'Saved', adultAge: 21 }))
  const fixed = await openService({ keys, store: service.store, settings: { name: 'From the file' } })
  const desk = await openDesk(fixed)
  const view = await expectOk(desk.get('settings'))
  expect(view).toMatchObject({ values: { name: 'From the file', adultAge: 21 }, locked: ['name'] })
  expect(await expectOk(desk.browser.get('/fernwood/api/practice'))).toMatchObject({ name: 'From the file' })

  const changes = { name: 'Mine', adultAge: 16 }
  const refused = await expectRefusal(await desk.put('settings', { version: 1, changes }), 'locked-by-file')
  expect(refused['issues']).toEqual([{ pointer: '/changes/name', detail: expect.any(String) }])
  expect(await expectOk(desk.get('settings'))).toMatchObject({ version: 1, values: { adultAge: 21 } })
})

test('a value to start from is open to change', async () => {
  const service = await openService({ initial: { adultAge: 16 } })
  const desk = await openDesk(service)
  expect(await expectOk(desk.get('settings'))).toMatchObject({ locked: [], values: { adultAge: 16 } })
  expect(await expectOk(await desk.save({ adultAge: 17 }))).toMatchObject({ values: { adultAge: 17 } })
})

test('another node follows within two seconds', async () => {
  const keys = `test:${randomBytes(32).toString('base64url')}`
  const service = await openService({ keys })
  const second = await openService({ keys, store: service.store })
  const nameThere = async () => (await expectOk(second.openBrowser().get('/fernwood/api/practice')))['name']
  expect(await nameThere()).toBe('Fernwood Family Practice')
  await expectOk(await (await openDesk(service)).save({ name: 'Fern Clinic' }))
  expect(await nameThere()).toBe('Fernwood Family Practice')
  second.clock.now += 2000
  expect(await nameThere()).toBe('Fern Clinic')
})

test('switching the portal off closes it at once, and on again opens it', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const patient = service.openBrowser()
  const knock = () => patient.post('/fernwood/api/portal/session', { username: 'walter', password: 'x' })
  await expectRefusal(await knock(), 'sign-in-refused')
  await expectOk(await desk.save({ portalOpen: false }))
  await expectRefusal(await knock(), 'portal-closed')
  await expectOk(await desk.save({ portalOpen: true }))
  await expectRefusal(await knock(), 'sign-in-refused')
})

test('the age that the practice sets changes a line of the access card', async () => {
  const service = await openService()
  const desk = await openDesk(service, { patient: PEOPLE.aged15 })
  const ageLine = async () => {
    const card = await expectOk(desk.browser.get(`${desk.tab.api}/access`))
    return (card['lines'] as { id: string; reason: string | null }[]).find(({ id }) => id === 'age')
  }
  expect(await ageLine()).toMatchObject({ done: false, reason: 'under-age' })
  await expectOk(await desk.save({ adultAge: 15 }))
  expect(await ageLine()).toMatchObject({ done: true, reason: null })
})

test('the picture is served as a picture and as nothing else', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const view = await expectOk(await desk.save({ logo: { mediaType: 'image/png', data: PNG } }))
  expect(view).toMatchObject({ values: { logo: { mediaType: 'image/png' } } })
  const { logo } = await expectOk(service.openBrowser().get('/fernwood/api/practice'))
  const picture = await service.openBrowser().get(String(logo))
  expect(Object.fromEntries(picture.headers)).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
  })
  expect(Buffer.from(await picture.arrayBuffer()).toString('base64')).toBe(PNG)
  const [entry] = await readTrail(service, 'settings.changed')
  expect(entry?.detail).toEqual({ key: 'logo', before: null, after: 'picture' })
  await expectOk(await desk.save({ logo: null }))
  await expectRefusal(await service.openBrowser().get('/fernwood/api/practice/logo'), 'not-found')
})

test.each([
  [
    'a page that says it is a picture',
    { mediaType: 'image/png', data: Buffer.from('<html>').toString('base64') },
  ],
  ['a PNG that says it is a JPEG', { mediaType: 'image/jpeg', data: PNG }],
])('%s is no logo', async (_what, logo) => {
  const service = await openService()
  const desk = await openDesk(service)
  const refused = await expectRefusal(await desk.save({ logo }), 'invalid-request')
  expect(refused['issues']).toEqual([{ pointer: '/changes/logo', detail: expect.any(String) }])
})

test.each([
  [{ adultAge: 12 }, '/changes/adultAge'],
  [{ timeZone: 'Mars/Olympus' }, '/changes/timeZone'],
  [{ languages: ['en', 'en'] }, '/changes/languages'],
  [{ name: '  ' }, '/changes/name'],
  [{ mailPort: 70_000 }, '/changes/mailPort'],
  [{ mailFrom: 'nobody' }, '/changes/mailFrom'],
  [{ mailFrom: 'a@one.example, Fern <b@two.example>' }, '/changes/mailFrom'],
  [{ mailHost: 'mail.example/x' }, '/changes/mailHost'],
  [{ portalAddress: 'https://elsewhere.example' }, '/changes/portalAddress'],
  [{ mailPassword: 'secret' }, '/changes/mailPassword'],
  [{ mailUser: 'portal' }, '/changes/mailPassword'],
])('%j is refused at %s', async (changes, pointer) => {
  const service = await openService()
  const desk = await openDesk(service)
  const refused = await expectRefusal(await desk.save(changes), 'invalid-request')
  expect(refused['issues']).toEqual([{ pointer, detail: expect.any(String) }])
  expect(await service.store.db.selectFrom('setting').selectAll().execute()).toEqual([])
})

test('a setting that nobody knows is refused', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  await expectRefusal(await desk.save({ colour: 'red' }), 'invalid-request')
})

test('the address of the portal is one that the service answers under', async () => {
  const service = await openService()
  const desk = await openDesk(service)
  const address = 'http://localhost:8080'
  expect(await expectOk(await desk.save({ portalAddress: address }))).toMatchObject({
    values: { portalAddress: address },
    portalUrl: 'http://localhost:8080/fernwood/portal/',
  })
})
