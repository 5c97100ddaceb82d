import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Permission } from '../../../src/staff/schema.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import type { TestStore } from '../../support/store.ts'
import { openDesk, readTopics, readTrail, type Desk } from '../administration/desk.ts'

type View = {
  people: { id: string; name: string | null; fhirUser: string; role: string | null; locked: boolean }[]
  roles: {
    id: string
    name: string
    preset: string | null
    permissions: string[]
    version: number
    people: number
  }[]
}
const PARK = 'Practitioner/prac-park'
const OSEI = 'Practitioner/prac-osei'
const ADMIN = 'Practitioner/prac-admin'

const view = async (desk: Desk) => (await expectOk(desk.get('people'))) as View
const personOf = ({ people }: View, fhirUser: string) => people.find((person) => person.fhirUser === fhirUser)
const roleOf = ({ roles }: View, id: string) => roles.find((role) => role.id === id)
const idOf = async (desk: Desk, fhirUser: string) => personOf(await view(desk), fhirUser)?.id ?? ''
const give = async (desk: Desk, fhirUser: string, role: string | null) =>
  desk.put(`people/${await idOf(desk, fhirUser)}`, { role })

/** Everybody has launched once; the administrator's tab. */
async function openPractice(practice: Record<string, unknown> = {}, store?: TestStore) {
  const service = await openService({ practice, ...(store ? { store } : {}) })
  const frontDesk = await openDesk(service, { user: 'front-desk' })
  const physician = await openDesk(service, { user: 'physician' })
  return { service, frontDesk, physician, desk: await openDesk(service) }
}

/** No administrator in the file: the front desk runs the practice, by a role. */
const openWithoutFile = () =>
  openPractice({
    administrators: [],
    firstRoles: { [ADMIN]: 'administrator', [PARK]: 'front-desk' },
  })

test('administrators see who has opened Portico here; whoever waits for a role stands first', async () => {
  const { service, desk } = await openPractice()
  await openDesk(service, { slug: 'harbor' })
  const { people, roles } = await view(desk)
  expect(people.map(({ name, fhirUser, role, locked }) => ({ name, fhirUser, role, locked }))).toEqual([
    { name: 'Amara Osei', fhirUser: OSEI, role: null, locked: false },
    { name: 'Jo Park', fhirUser: PARK, role: 'front-desk', locked: false },
    { name: 'Robin Vega', fhirUser: ADMIN, role: null, locked: true },
  ])
  expect(roles.map(({ id, preset, people: count, version }) => ({ id, preset, count, version }))).toEqual([
    { id: 'front-desk', preset: 'front-desk', count: 1, version: 1 },
    { id: 'clinician', preset: 'clinician', count: 0, version: 1 },
    { id: 'administrator', preset: 'administrator', count: 0, version: 1 },
  ])
  expect(roles[2]?.permissions).toEqual([...Permission.options])
})

test('whom nobody has given a role may look and change nothing', async () => {
  const { physician } = await openPractice()
  expect(await expectOk(physician.browser.get(physician.api))).toMatchObject({
    permissions: ['access.read'],
    staff: { role: null },
  })
  await expectOk(physician.browser.get(`${physician.tab.api}/access`))
  await expectRefusal(
    await physician.browser.put(`${physician.tab.api}/access`, { allowPortal: true }),
    'not-permitted',
  )
})

test('a role holds from the next call on, in a session that is running', async () => {
  const { service, desk, physician } = await openPractice()
  const allow = () => physician.browser.put(`${physician.tab.api}/access`, { allowPortal: true })
  await expectRefusal(await allow(), 'not-permitted')
  expect(personOf((await expectOk(give(desk, OSEI, 'front-desk'))) as View, OSEI)?.role).toBe('front-desk')
  await expectOk(allow())
  expect(await expectOk(physician.browser.get(physician.api))).toMatchObject({
    staff: { role: 'Front desk' },
  })
  await expectOk(give(desk, OSEI, null))
  await expectRefusal(await allow(), 'not-permitted')
  const trail = await readTrail(service, 'staff.role-given', 'staff.role-taken')
  expect(
    trail.map(({ actor, action }) => ({ actor, action })).toSorted((a, b) => (a.action < b.action ? -1 : 1)),
  ).toEqual([
    { actor: ADMIN, action: 'staff.role-given' },
    { actor: ADMIN, action: 'staff.role-taken' },
  ])
  expect(trail.find(({ action }) => action === 'staff.role-given')?.detail).toEqual({
    person: OSEI,
    before: null,
    after: 'Front desk',
    roleBefore: null,
    role: 'front-desk',
  })
  expect(await readTopics(service)).toContain('staff')
})

test('a right taken from a role in the middle of a dialog refuses the very next call', async () => {
  const { desk, frontDesk } = await openPractice()
  await expectOk(frontDesk.browser.put(`${frontDesk.tab.api}/access`, { allowPortal: true }))
  await expectOk(frontDesk.browser.get(`${frontDesk.tab.api}/invitations/offer`))
  const role = roleOf(await view(desk), 'front-desk')
  const permissions = ['access.read', 'access.manage']
  await expectOk(desk.put('roles/front-desk', { version: 1, name: role?.name, permissions }))
  const invite = { kind: 'activation', slip: true, mail: false }
  const refused = await frontDesk.browser.post(`${frontDesk.tab.api}/invitations`, invite)
  expect(await expectRefusal(refused, 'not-permitted')).toMatchObject({ permission: 'credentials.manage' })
  await expectOk(frontDesk.browser.put(`${frontDesk.tab.api}/access`, { allowPortal: false }))
})

test('somebody whose name no key opens any more is known by what the EMR calls them', async () => {
  const key = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`
  const before = await openService({ keys: key('old') })
  await openDesk(before, { user: 'physician' })
  const service = await openService({ store: before.store, keys: key('fresh') })
  const desk = await openDesk(service)
  expect(personOf(await view(desk), OSEI)).toMatchObject({ name: null, fhirUser: OSEI })
  const { entries } = (await expectOk(desk.get('history'))) as {
    entries: { by: string | null; actor: string }[]
  }
  expect(entries).toContainEqual(expect.objectContaining({ by: null, actor: 'staff' }))
})

test('giving the same role again changes nothing', async () => {
  const { service, desk } = await openPractice()
  await expectOk(give(desk, PARK, 'front-desk'))
  expect(await readTrail(service, 'staff.role-given')).toEqual([])
})

test('administrators of the configuration file stay what they are', async () => {
  const { desk } = await openPractice()
  await expectRefusal(await give(desk, ADMIN, 'clinician'), 'locked-by-file')
  await expectRefusal(await give(desk, ADMIN, null), 'locked-by-file')
})

test('a person or a role that is not there is said so', async () => {
  const { service, desk } = await openPractice()
  await expectRefusal(await desk.put('people/nobody', { role: null }), 'not-found')
  const refused = await expectRefusal(await give(desk, OSEI, 'wizard'), 'invalid-request')
  expect(refused['issues']).toMatchObject([{ pointer: '/role' }])
  await expectRefusal(await desk.put('roles/wizard', { version: 1, name: 'W', permissions: [] }), 'not-found')
  await expectRefusal(await desk.remove('roles/wizard'), 'not-found')

  const harbor = await openDesk(service, { slug: 'harbor' })
  const elsewhere = await desk.put(`people/${await idOf(harbor, 'Practitioner/prac-haas')}`, { role: null })
  await expectRefusal(elsewhere, 'not-found')
})

test('a practice makes roles of its own, renames them, changes and deletes them', async () => {
  const { service, desk } = await openPractice()
  const wanted = { name: 'Nurses', permissions: ['audit.read', 'access.read', 'audit.read'] }
  const added = await desk.post('roles', wanted)
  expect(added.status).toBe(201)
  const role = ((await added.json()) as View).roles[3]
  expect(role).toMatchObject({
    name: 'Nurses',
    preset: null,
    permissions: ['access.read', 'audit.read'],
    version: 1,
  })
  const path = `roles/${role?.id}`
  const save = { version: 1, name: 'Night nurses', permissions: ['access.read'] }
  expect(roleOf((await expectOk(desk.put(path, save))) as View, role?.id ?? '')).toMatchObject({
    name: 'Night nurses',
    permissions: ['access.read'],
    version: 2,
  })
  await expectRefusal(await desk.put(path, save), 'conflict')
  await expectOk(give(desk, OSEI, role?.id ?? ''))
  const osei = await idOf(desk, OSEI)
  expect(await expectRefusal(await desk.remove(path), 'role-in-use')).toMatchObject({ people: [osei] })
  await expectOk(give(desk, OSEI, null))
  expect(((await expectOk(desk.remove(path))) as View).roles).toHaveLength(3)
  const details = (await readTrail(service, 'role.added', 'role.changed', 'role.removed')).map(
    ({ action, detail }) => ({ action, ...detail }),
  )
  expect(details).toEqual(
    expect.arrayContaining([
      { action: 'role.added', role: role?.id, name: 'Nurses', before: null, after: 'access.read audit.read' },
      {
        action: 'role.changed',
        role: role?.id,
        name: 'Night nurses',
        nameBefore: 'Nurses',
        before: 'access.read audit.read',
        after: 'access.read',
      },
      { action: 'role.removed', role: role?.id, name: 'Night nurses', before: 'access.read', after: null },
    ]),
  )
})

test('a preset that is renamed is the practice’s own word from then on', async () => {
  const { desk } = await openPractice()
  const permissions = ['access.read']
  const same = await expectOk(desk.put('roles/clinician', { version: 1, name: 'Clinician', permissions }))
  expect(roleOf(same as View, 'clinician')).toMatchObject({ preset: 'clinician', version: 1 })
  const renamed = await expectOk(desk.put('roles/clinician', { version: 1, name: 'Doctors', permissions }))
  expect(roleOf(renamed as View, 'clinician')).toMatchObject({ name: 'Doctors', preset: null, version: 2 })
})

test('two roles never have one name', async () => {
  const { desk } = await openPractice()
  const refused = await expectRefusal(
    await desk.post('roles', { name: 'front DESK', permissions: [] }),
    'invalid-request',
  )
  expect(refused['issues']).toMatchObject([{ pointer: '/name' }])
  const renamed = await desk.put('roles/clinician', { version: 1, name: 'Front desk', permissions: [] })
  await expectRefusal(renamed, 'invalid-request')
})

describe('who looks after people, but may not do everything', () => {
  /** The front desk keeps the list of people, and nothing else. */
  async function openKeeper() {
    const practice = await openPractice()
    const { desk, frontDesk } = practice
    const wanted = { name: 'Keepers', permissions: ['access.read', 'staff.manage'] }
    const { roles } = (await expectOk(desk.post('roles', wanted))) as View
    await expectOk(give(desk, PARK, roles[3]?.id ?? ''))
    return { ...practice, keeper: frontDesk, keepers: roles[3]?.id ?? '' }
  }
  const lacking = async (answer: Response, permission: string) =>
    expect(await expectRefusal(answer, 'not-permitted')).toMatchObject({ permission })

  test('gives nobody more than they have, themselves included', async () => {
    const { keeper, keepers } = await openKeeper()
    const before = await view(keeper)
    await lacking(await give(keeper, PARK, 'administrator'), 'access.manage')
    await lacking(await give(keeper, OSEI, 'front-desk'), 'access.manage')
    const more = ['staff.manage', 'audit.read']
    await lacking(
      await keeper.put(`roles/${keepers}`, { version: 1, name: 'K', permissions: more }),
      'audit.read',
    )
    await lacking(await keeper.post('roles', { name: 'Readers', permissions: ['audit.read'] }), 'audit.read')
    expect(await view(keeper)).toEqual(before)
    await expectOk(give(keeper, OSEI, keepers))
    await expectOk(keeper.post('roles', { name: 'Lookers', permissions: ['access.read'] }))
  })

  test('takes away what they do not have, from a person and from a role', async () => {
    const { desk, keeper } = await openKeeper()
    await expectOk(give(desk, OSEI, 'administrator'))
    await expectOk(give(keeper, OSEI, 'front-desk'))
    await lacking(await give(keeper, OSEI, 'administrator'), 'settings.manage')
    await expectOk(give(keeper, OSEI, null))
    const less = { version: 1, name: 'Desk', permissions: ['access.read', 'access.manage'] }
    await expectOk(keeper.put('roles/front-desk', less))
    const again = { version: 2, name: 'Desk', permissions: ['access.read', 'credentials.manage'] }
    await lacking(await keeper.put('roles/front-desk', again), 'credentials.manage')
  })
})

test('a role to start with that was deleted stays deleted, and the file gives it to nobody', async () => {
  const { service, desk } = await openPractice()
  for (const role of ['clinician', 'administrator']) await expectOk(desk.remove(`roles/${role}`))
  await expectOk(give(desk, PARK, null))
  await expectOk(desk.remove('roles/front-desk'))
  const file = { firstRoles: { [OSEI]: 'clinician' } }
  const later = await openPractice(file, service.store)
  expect(await view(later.desk)).toMatchObject({ roles: [], people: [{ role: null }, { role: null }, {}] })
  const kept = await service.store.db.selectFrom('staff_member').select('role_id').execute()
  expect(kept.every(({ role_id }) => role_id === null)).toBe(true)
})

test('who launched before the file gave roles gets theirs; what administrators decided stays', async () => {
  const { service, desk } = await openPractice({ firstRoles: {} })
  expect(personOf(await view(desk), PARK)?.role).toBeNull()
  for (const role of ['clinician', null]) await expectOk(give(desk, OSEI, role))
  const file = { firstRoles: { [PARK]: 'front-desk', [OSEI]: 'clinician' } }
  const second = await openPractice(file, service.store)
  expect((await view(second.desk)).people.map(({ role }) => role)).toEqual([null, 'front-desk', null])
  await expectOk(give(second.desk, PARK, null))
  await expectOk(give(second.desk, OSEI, 'administrator'))
  const third = await openPractice(file, service.store)
  const people = await view(third.desk)
  expect([personOf(people, PARK)?.role, personOf(people, OSEI)?.role]).toEqual([null, 'administrator'])
})

test.each([
  ['taking their role away', (desk: Desk) => give(desk, ADMIN, null)],
  ['giving them a smaller role', (desk: Desk) => give(desk, ADMIN, 'front-desk')],
  [
    'taking the right out of the role',
    (desk: Desk) =>
      desk.put('roles/administrator', {
        version: 1,
        name: 'Administrator',
        permissions: ['settings.manage'],
      }),
  ],
])('the last who can manage people stays: %s is refused', async (_what, change) => {
  const { desk } = await openWithoutFile()
  const before = await view(desk)
  await expectRefusal(await change(desk), 'last-administrator')
  expect(await view(desk)).toEqual(before)
  await expectOk(give(desk, PARK, 'administrator'))
})

test('with an administrator in the configuration file roles may go as they like', async () => {
  const { desk } = await openPractice()
  await expectOk(give(desk, PARK, 'administrator'))
  await expectOk(give(desk, PARK, null))
})

test('of two administrators who take each other’s role away at once, one stays', async () => {
  const { service, desk } = await openWithoutFile()
  await expectOk(give(desk, PARK, 'administrator'))
  const other = await openDesk(service, { user: 'front-desk' })
  const [park, admin] = [await idOf(desk, PARK), await idOf(desk, ADMIN)]
  const answers = await Promise.all([
    desk.put(`people/${park}`, { role: null }),
    other.put(`people/${admin}`, { role: null }),
  ])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(await managers(service)).toHaveLength(1)
})

async function managers({ store }: TestService) {
  const rows = await store.db.selectFrom('staff_member').select(['id', 'role_id']).execute()
  return rows.filter(({ role_id }) => role_id === 'administrator')
}
