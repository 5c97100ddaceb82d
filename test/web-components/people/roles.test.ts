import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { peopleView, ROLES } from '../support/admin-fixtures.ts'
import { button, missing, openPage, said } from '../support/admin-stage.ts'
import { focused, openStage, type Look } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/people'
const ADD = 'POST staff/launches/L1/roles'
const role = (id: string, method = 'PUT') => `${method} staff/launches/L1/roles/${id}`
const card = (name: string) => page.getByRole('region', { name, exact: true })
const name = () => page.getByLabelText('Name of the role')
const tick = (right: RegExp) => page.getByRole('checkbox', { name: right }).click()

async function openRoles(look: Look = {}) {
  stage.on(READ, () => ({ body: peopleView() }))
  await openPage(stage, 'people', look)
  await expect.element(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
}

const open = (title: string) => button(`Change the role “${title}”`).click()
const changed = (id: string, changes: Partial<(typeof ROLES)[number]>) =>
  peopleView({ roles: ROLES.map((one) => (one.id === id ? { ...one, ...changes } : one)) })

describe('a role', () => {
  test('says what it allows and how many have it', async () => {
    await openRoles()
    await expect.element(card('Front desk').getByText('1 person')).toBeVisible()
    await expect
      .element(card('Front desk').getByText('See access, Manage access, Create credentials'))
      .toBeVisible()
    await expect.element(card('Billing').getByText('Nobody yet')).toBeVisible()
    await expect.element(card('Billing').getByText('Look, not change')).toBeVisible()
  })

  test('is renamed and given rights, each with a sentence', async () => {
    await openRoles()
    stage.on(role('r4'), () => ({ body: changed('r4', { name: 'Money', version: 3 }) }))
    await open('Billing')
    await vi.waitFor(() => expect(focused()?.id).toBe('name'))
    await said('Make letters, links and temporary passwords.')
    await name().fill(' Money ')
    await tick(/^History/)
    await tick(/^See access/)
    await button('Save role').click()
    await expect.element(card('Money')).toBeVisible()
    expect(stage.asked(role('r4')).map(({ body }) => body)).toEqual([
      { version: 2, name: 'Money', permissions: ['access.read', 'audit.read'] },
    ])
    await vi.waitFor(() => expect(focused()?.id).toBe('title'))
  })

  test('of ours keeps its own name in every language unless somebody renames it', async () => {
    await openRoles({ language: 'es' })
    stage.on(role('clinician'), () => ({ body: peopleView() }))
    await button('Cambiar la función «Personal clínico»').click()
    await page.getByRole('checkbox', { name: /^Historial/ }).click()
    await button('Guardar función').click()
    await vi.waitFor(() =>
      expect(stage.asked(role('clinician'))[0]?.body).toEqual({
        version: 1,
        name: 'Clinician',
        permissions: ['access.read', 'audit.read'],
      }),
    )
  })

  test('without a name is not saved', async () => {
    await openRoles()
    await open('Billing')
    await name().fill('  ')
    await button('Save role').click()
    await said('Give the role a name.')
    await vi.waitFor(() => expect(focused()?.id).toBe('name'))
    expect(stage.asked(role('r4'))).toEqual([])
  })

  test('with a name that is taken says so at the name', async () => {
    await openRoles()
    const issues = [{ pointer: '/name', detail: 'Another role has this name.' }]
    stage.on(role('r4'), () => ({ status: 422, code: 'invalid-request', extra: { issues } }))
    await open('Billing')
    await name().fill('Clinician')
    await button('Save role').click()
    await said('Another role has this name.')
    await expect.element(name()).toHaveAttribute('aria-invalid', 'true')
    await expect.element(name()).toHaveValue('Clinician')
  })

  test('that somebody changed meanwhile: theirs in words, mine stays, the next save follows theirs', async () => {
    await openRoles()
    await open('Billing')
    await name().fill('Money')
    stage.on(role('r4'), () => ({ status: 409, code: 'conflict' }))
    stage.on(READ, () => ({
      body: changed('r4', { name: 'Invoices', permissions: ['access.read'], version: 7 }),
    }))
    await button('Save role').click()
    await said('Someone changed this role meanwhile.')
    await said('It is called “Invoices” now, and allows: See access.')
    await expect.element(name()).toHaveValue('Money')
    stage.on(role('r4'), () => ({ body: peopleView() }))
    await button('Save role').click()
    await vi.waitFor(() =>
      expect(stage.asked(role('r4'))[1]?.body).toMatchObject({ version: 7, name: 'Money' }),
    )
  })

  test('that would leave nobody to manage people is not saved', async () => {
    await openRoles()
    stage.on(role('administrator'), () => ({ status: 409, code: 'last-administrator' }))
    await open('Administrator')
    await tick(/^People and rights/)
    await button('Save role').click()
    await said('Nothing was changed. Give “People and rights” to someone else first.')
  })

  test('is left as it was by Cancel', async () => {
    await openRoles()
    await open('Billing')
    await name().fill('Money')
    await button('Cancel').click()
    await expect.element(card('Billing')).toBeVisible()
    missing('Money')
  })

  test('half changed asks before the page is left', async () => {
    await openRoles()
    await open('Billing')
    await page.getByRole('link', { name: 'History' }).click()
    await expect.element(page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible()
    await page.getByRole('link', { name: 'People' }).click()
    await open('Billing')
    await name().fill('Money')
    await page.getByRole('link', { name: 'History' }).click()
    await expect.element(page.getByRole('dialog', { name: 'Leave without saving?' })).toBeVisible()
  })
})

describe('a new role', () => {
  test('starts with looking, and is added under one key however often it is sent', async () => {
    await openRoles()
    stage.on(ADD, () => 'offline')
    await button('Add a role').click()
    await vi.waitFor(() => expect(focused()?.id).toBe('name'))
    await name().fill('Nurses')
    await tick(/^Manage access/)
    await button('Save role').click()
    await said('What you typed is still here. Check your connection, then press “Save role” again.')
    const added = { ...ROLES[3], id: 'r5', name: 'Nurses' } as (typeof ROLES)[number]
    stage.on(ADD, () => ({ status: 201, body: peopleView({ roles: [...ROLES, added] }) }))
    await button('Save role').click()
    await expect.element(card('Nurses')).toBeVisible()
    await expect.element(button('Add a role')).toBeVisible()
    const [first, second] = stage.asked(ADD)
    expect(first?.body).toEqual({ name: 'Nurses', permissions: ['access.read', 'access.manage'] })
    expect(second?.key).toBe(first?.key)
  })

  test('is given up by Cancel', async () => {
    await openRoles()
    await button('Add a role').click()
    await button('Cancel').click()
    await expect.element(button('Add a role')).toBeVisible()
    missing('New role')
  })
})

describe('deleting', () => {
  test('asks, then deletes', async () => {
    await openRoles()
    stage.on(role('r4', 'DELETE'), () => ({ body: peopleView({ roles: ROLES.slice(0, 3) }) }))
    await open('Billing')
    await button('Delete role').click()
    const question = page.getByRole('dialog', { name: 'Delete the role “Billing”?' })
    await expect.element(question).toBeVisible()
    expect(focused()?.textContent.trim()).toBe('Cancel')
    await question.getByRole('button', { name: 'Delete role' }).click()
    await expect.element(card('Billing')).not.toBeInTheDocument()
  })

  test('a role that somebody has stays, and says who', async () => {
    await openRoles()
    await open('Front desk')
    await button('Delete role').click()
    const question = page.getByRole('dialog', { name: 'Delete the role “Front desk”?' })
    await said('Jo Park still has this role.')
    expect(question.getByRole('button', { name: 'Delete role' }).elements()).toEqual([])
  })

  test('a role that somebody got meanwhile stays, and says who', async () => {
    await openRoles()
    await open('Billing')
    stage.on(role('r4', 'DELETE'), () => ({ status: 409, code: 'role-in-use' }))
    stage.on(READ, () => ({
      body: peopleView({
        people: peopleView().people.map((one) => (one.id === '1' ? { ...one, role: 'r4' } : one)),
      }),
    }))
    await button('Delete role').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete role' }).click()
    await said('Jo Park still has this role.')
  })
})
