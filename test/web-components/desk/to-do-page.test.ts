import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { ToDo } from '../../../src/desk/schema.ts'
import { toDoList } from '../support/admin-fixtures.ts'
import { launchView } from '../support/launch-view.ts'
import { type Answer, expectSound, focused, type Look, openStage, show } from '../support/stage.ts'
import { toDoOf } from '../support/to-do.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/todos'
const SETTLE = 'PUT staff/launches/L1/todos/t1'
const { todos } = toDoList()
const button = (name: string | RegExp) => page.getByRole('button', { name })
const said = (text: string | RegExp) => expect.element(page.getByText(text).first()).toBeVisible()
const rows = () => [...page.getByRole('listitem').elements()]
const names = () => rows().map((row) => row.querySelector('h3')?.textContent)
const listed = (...some: (ToDo | undefined)[]) => ({ body: { todos: some } })

async function openToDos(
  answer: Answer = { body: { todos } },
  launch = launchView({ todos: todos.length }),
  look: Look = {},
) {
  stage.on('GET staff/launches/L1', () => ({ body: launch }))
  stage.on(READ, () => answer)
  await show('portico-staff', '/fernwood/staff/l/L1/todos', look)
  await expect.element(page.getByRole('heading', { level: 1, name: 'To do in the EMR' })).toBeVisible()
}

describe('the list', () => {
  test('shows everybody as the service has them, with values to copy and the way into the chart', async () => {
    await openToDos()
    await said('Rosa Delgado')
    expect(names()).toEqual([
      'Walter James Okafor',
      'Rosa Delgado',
      'Wilhelmina Featherstonehaugh-Montgomery',
    ])
    await expect
      .element(page.getByRole('link', { name: 'Open the chart in the EMR: Walter James Okafor' }))
      .toHaveAttribute('href', 'https://emr.fernwood.example/patients/12')
    expect(page.getByRole('link', { name: /Rosa Delgado/ }).elements()).toEqual([])
    await expect
      .element(button('Copy Contact e-mail: wilhelmina.featherstonehaugh@mail.example'))
      .toBeVisible()
    expect(rows()[1]?.textContent).toContain('remove it')
  })

  test.each<Look>([
    { width: 360 },
    { width: 360, language: 'es', theme: 'dark' },
    { width: 1280, theme: 'dark' },
  ])('breaks no rule and nothing scrolls sideways: %o', async (look) => {
    stage.on('GET staff/launches/L1', () => ({ body: launchView({ todos: 3 }) }))
    stage.on(READ, () => ({ body: { todos } }))
    await show('portico-staff', '/fernwood/staff/l/L1/todos', look)
    await said('Rosa Delgado')
    await expectSound()
  })

  test('with nothing to do says so', async () => {
    await openToDos(listed(), launchView())
    await said('Nothing to type into the EMR.')
  })

  test('who may only look settles nothing', async () => {
    await openToDos({ body: { todos } }, launchView({ permissions: ['access.read'], todos: 3 }))
    await said('Someone with “Manage access” can mark it as done.')
    expect(button(/^Done/).elements()).toEqual([])
  })

  test('is no page of somebody who may not see access', async () => {
    stage.on('GET staff/launches/L1', () => ({ body: launchView({ permissions: [] }) }))
    await show('portico-staff', '/fernwood/staff/l/L1/todos')
    await said("This page isn't part of your role.")
    expect(stage.asked(READ)).toEqual([])
  })

  test('while it is fetched, rows to come are shown', async () => {
    await openToDos('never')
    await expect.element(page.getByText('One moment…')).toBeInTheDocument()
  })
})

describe('settling', () => {
  const settled = async () => {
    stage.on(SETTLE, () => listed(todos[1], todos[2]))
    await button('Done…: Walter James Okafor').click()
    await expect
      .element(page.getByRole('dialog', { name: 'Is it in the chart of Walter James Okafor now?' }))
      .toBeVisible()
    await button('Yes, it is done').click()
  }

  test('takes the row away, says so, goes on at the next one and counts one less', async () => {
    await openToDos()
    await expect.element(page.getByRole('link', { name: 'To do 3 waiting' })).toBeVisible()
    await settled()
    await said('Done: Walter James Okafor, Home phone, Trusted e-mail.')
    expect(stage.asked(SETTLE).map(({ body }) => body)).toEqual([{ how: 'done' }])
    expect(names()[0]).toBe('Rosa Delgado')
    await vi.waitFor(() => expect(focused()?.id).toBe('todo-t2'))
    await expect.element(page.getByRole('link', { name: 'To do 2 waiting' })).toBeVisible()
  })

  test('the last one leaves the page for it where it is, without a number', async () => {
    await openToDos(listed(todos[0]), launchView({ todos: 1 }))
    stage.on(SETTLE, () => listed())
    await button('Not needed…: Walter James Okafor').click()
    await button('Yes, not needed').click()
    await said('Nothing to type into the EMR.')
    await said(/Not needed any more/)
    await expect.element(page.getByRole('link', { name: 'To do', exact: true })).toBeVisible()
  })

  test('what somebody else settled first is shown as it is now', async () => {
    await openToDos()
    await button('Done…: Walter James Okafor').click()
    stage.on(SETTLE, () => ({ status: 404, code: 'not-found' }))
    stage.on(READ, () => listed(todos[1], todos[2]))
    await button('Yes, it is done').click()
    await said('This changed meanwhile. Here is how things are now.')
    expect(names()[0]).toBe('Rosa Delgado')
  })

  test('a right that was taken meanwhile closes the question and says so', async () => {
    await openToDos()
    await button('Done…: Walter James Okafor').click()
    stage.on(SETTLE, () => ({ status: 403, code: 'not-permitted', extra: { permission: 'access.manage' } }))
    await button('Yes, it is done').click()
    await said("Your role doesn't allow this any more.")
    expect(page.getByRole('dialog').elements()).toEqual([])
  })

  test('an answer that does not come keeps the question open with the way on', async () => {
    await openToDos()
    await button('Done…: Walter James Okafor').click()
    stage.on(SETTLE, () => 'offline')
    await button('Yes, it is done').click()
    await expect.element(page.getByRole('dialog').getByText("We can't reach the portal.")).toBeVisible()
  })
})

describe('it follows by itself', () => {
  test('looks at once when somebody comes back from the EMR, and says what left the list', async () => {
    await openToDos()
    await said('Rosa Delgado')
    stage.on(READ, () => listed(todos[1], todos[2]))
    window.dispatchEvent(new Event('focus'))
    await said('Off the list meanwhile: Walter James Okafor, Home phone, Trusted e-mail.')
    await said('2 patients')
  })

  test('a to-do that grew is the same one: nothing is said to have left', async () => {
    await openToDos(listed(todos[1]))
    await said('Rosa Delgado')
    const changes: ToDo['changes'] = [
      ...(todos[1]?.changes ?? []),
      { field: 'homePhone', from: null, to: '(555) 010-0155' },
    ]
    stage.on(READ, () => listed(toDoOf({ ...todos[1], id: 't2.2', changes })))
    window.dispatchEvent(new Event('focus'))
    await said('(555) 010-0155')
    expect(page.getByText(/Off the list/).elements()).toEqual([])
  })

  test('without an answer the old rows stay, with the time they are from', async () => {
    await openToDos()
    await said('Rosa Delgado')
    stage.on(READ, () => 'offline')
    window.dispatchEvent(new Event('focus'))
    await said(/^What you see is from /)
    expect(rows()).toHaveLength(3)
    stage.on(READ, () => listed(todos[2]))
    await button('Try again').click()
    await said('1 patient')
  })

  test('with nothing to show it offers to try again', async () => {
    await openToDos({ status: 503, code: 'busy' })
    await expect.element(button('Try again')).toBeVisible()
    expect(rows()).toEqual([])
  })
})

describe('in the navigation', () => {
  const openCardOf = async (launch = launchView()) => {
    stage.on('GET staff/launches/L1', () => ({ body: launch }))
    await show('portico-staff', '/fernwood/staff/l/L1/')
    await expect.element(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  }
  const link = () => page.getByRole('link', { name: /^To do/ })

  test('an EMR that Portico writes to leaves no page for it', async () => {
    await openCardOf(launchView({ permissions: ['access.read', 'audit.read'] }))
    await expect.element(page.getByRole('link', { name: 'History' })).toBeVisible()
    expect(link().elements()).toEqual([])
  })

  test('a front desk without any other page gets to it, with the number', async () => {
    await openCardOf(launchView({ todos: 120 }))
    await expect.element(link().getByText('99+')).toBeVisible()
    await expect.element(link()).toHaveAccessibleName('To do 120 waiting')
    stage.on(READ, () => ({ body: { todos } }))
    await link().click()
    await said('Rosa Delgado')
    await vi.waitFor(() => expect(focused()?.tagName).toBe('H1'))
    expect(document.title).toBe('To do · Fernwood Family Practice')
  })
})
