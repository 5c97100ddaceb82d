import { expect, test } from 'vitest'
import { expectRefusal } from '../../support/refusal.ts'
import { openService } from '../../support/service.ts'
import { openDesk, type Desk } from './desk.ts'

/** Every call of the administrators' pages, as somebody would force it who has no such page, with the right it needs. */
const CALLS: Record<string, [permission: string, call: (desk: Desk) => Promise<Response>]> = {
  'GET settings': ['settings.manage', (desk) => desk.get('settings')],
  'PUT settings': ['settings.manage', (desk) => desk.put('settings', { version: 0, changes: { name: 'X' } })],
  'POST portal-check': [
    'settings.manage',
    (desk) => desk.post('settings/portal-check', { address: 'http://localhost:8080' }),
  ],
  'POST test-mail': [
    'settings.manage',
    (desk) => desk.post('settings/test-mail', { to: 'a@mail.example', changes: {} }),
  ],
  'GET outbox': ['settings.manage', (desk) => desk.get('outbox')],
  'POST retry': ['settings.manage', (desk) => desk.post('outbox/x/retry', {})],
  'POST print': ['settings.manage', (desk) => desk.post('outbox/x/print', {})],
  'GET people': ['staff.manage', (desk) => desk.get('people')],
  'PUT people': ['staff.manage', (desk) => desk.put('people/x', { role: 'administrator' })],
  'POST roles': ['staff.manage', (desk) => desk.post('roles', { name: 'X', permissions: ['staff.manage'] })],
  'PUT roles': [
    'staff.manage',
    (desk) => desk.put('roles/front-desk', { version: 1, name: 'X', permissions: ['staff.manage'] }),
  ],
  'DELETE roles': ['staff.manage', (desk) => desk.remove('roles/clinician')],
  'GET history': ['audit.read', (desk) => desk.get('history')],
  'GET history of the patient': ['audit.read', (desk) => desk.get('history?patient=current')],
}

test.each(['front-desk', 'physician'])('%s is refused every call of the administrators', async (user) => {
  const service = await openService()
  const desk = await openDesk(service, { user })
  const count = async () => (await service.store.db.selectFrom('audit').select('id').execute()).length
  const before = await count()
  for (const [permission, call] of Object.values(CALLS))
    expect(await expectRefusal(await call(desk), 'not-permitted')).toMatchObject({ permission })
  expect(await count()).toBe(before)
  expect(await service.store.db.selectFrom('setting').selectAll().execute()).toEqual([])
  const roles = await service.store.db.selectFrom('staff_role').select('version').execute()
  expect(roles.every(({ version }) => version === 1)).toBe(true)
})

test('another launch of the same browser, and one of another practice, opens nothing', async () => {
  const service = await openService()
  const frontDesk = await openDesk(service, { user: 'front-desk' })
  const admin = await openDesk(service)
  await expectRefusal(await frontDesk.browser.get(`${admin.api}/settings`), 'stale-tab')
  const elsewhere = admin.api.replace('/fernwood/', '/harbor/')
  await expectRefusal(await admin.browser.get(`${elsewhere}/settings`), 'launch-ended')
})
