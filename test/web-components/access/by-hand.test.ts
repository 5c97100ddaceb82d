import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { button, field, openCard, READ, SAVE, said } from '../support/card.ts'
import { openEmrWindow, offer, willing } from '../support/emr-window.ts'
import { CARDS, cardOf, cardWithMail, lines, LOOK_ONLY, MAIL } from '../support/fixtures.ts'
import { launchView } from '../support/launch-view.ts'
import { expectSound, focused, openStage } from '../support/stage.ts'
import { BY_HAND, toDoOf } from '../support/to-do.ts'

const stage = openStage()
const open = (card: (typeof CARDS)[string] | undefined) => openCard(stage, card)
const sent = () => stage.asked(SAVE).map(({ body }) => body)
const SETTLE = 'PUT staff/launches/L1/patients/12/todos/t1'
const LAUNCH = 'GET staff/launches/L1'
const HINT =
  'This EMR does not let Portico change the chart. What you save here goes on the to-do list, to be typed into the EMR.'
const BLOCK = 'To do in the EMR'
const none = (text: string) => expect(page.getByText(text).elements()).toEqual([])
const openHelpful = () => page.getByText(/Good to have/).click()
const block = () => page.getByRole('region', { name: BLOCK })
const phone = toDoOf({ changes: [{ field: 'homePhone', from: '(555) 010-0142', to: '(555) 010-0199' }] })
const waiting = (changes: Parameters<typeof cardOf>[1] = {}) =>
  cardOf('ready', { may: BY_HAND, todos: [phone], ...changes })

describe('an EMR that lets nobody write', () => {
  test('says before Save what will happen, and after it what is to do', async () => {
    await open(CARDS['chart to be changed by hand'])
    await openHelpful()
    await said(HINT)
    await button('Change… Home or mobile phone').click()
    stage.on(SAVE, () => ({ body: waiting() }))
    await field('Home phone').fill('(555) 010-0199')
    await button('Save').click()
    await said(BLOCK)
    expect(sent()).toEqual([{ contacts: { homePhone: { from: '(555) 010-0142', to: '(555) 010-0199' } } }])
    await expect
      .element(
        page.getByRole('status').filter({ hasText: 'Saved on the to-do list. Now type it into the EMR.' }),
      )
      .toBeInTheDocument()
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Everything is in place for Walter.'))
  })

  test('a chart that Portico changes needs none of it', async () => {
    await open(CARDS['ready'])
    await openHelpful()
    await said('(555) 010-0142')
    none(HINT)
    none(BLOCK)
    expect(document.querySelector('portico-staff')?.shadowRoot?.querySelector('portico-to-dos')).toBeNull()
  })

  test('where nothing at all can be changed here, it says where', async () => {
    await open(CARDS['chart not to be changed here'])
    await openHelpful()
    await said('Phone and e-mail are changed in the EMR. Then check again.')
    none(HINT)
  })

  test('Create says that it waits for the chart, not for Save', async () => {
    const missing = lines().map((line) =>
      line.id === 'phone' ? { ...line, done: false, need: 'blocks' as const, value: null } : line,
    )
    const contacts = { ...cardOf('ready').contacts, homePhone: null }
    const todos = [toDoOf({ changes: [{ field: 'homePhone', from: null, to: '(555) 010-0199' }] })]
    await open(cardOf('not-ready', { lines: missing, contacts, may: BY_HAND, todos }))
    await expect
      .element(button('Create credentials'))
      .toHaveAccessibleDescription(
        'Create credentials opens once the chart shows what is to be typed into the EMR.',
      )
    expect(button('Save').elements()).toEqual([])
    await said('To be typed into the EMR: (555) 010-0199')
    expect(field('Home phone').elements()).toEqual([])
  })
})

describe('what waits stands beside what the chart holds', () => {
  test('and is what the field begins with; only what differs is sent, on the ground of the chart', async () => {
    await open(waiting())
    await openHelpful()
    await said('To be typed into the EMR: (555) 010-0199')
    await button('Change… Home or mobile phone').click()
    await expect.element(field('Home phone')).toHaveValue('(555) 010-0199')
    expect(button('Save').elements()).toEqual([])
    stage.on(SAVE, () => ({ body: waiting() }))
    await field('Home phone').fill('(555) 010-0177')
    await button('Save').click()
    await vi.waitFor(() =>
      expect(sent()).toEqual([
        {
          contacts: {
            homePhone: { from: '(555) 010-0142', to: '(555) 010-0177', waiting: '(555) 010-0199' },
          },
        },
      ]),
    )
  })

  test('typing the chart’s value again takes it off the list', async () => {
    await open(waiting())
    await openHelpful()
    await button('Change… Home or mobile phone').click()
    stage.on(SAVE, () => ({ body: waiting({ todos: [] }) }))
    await field('Home phone').fill('(555) 010-0142')
    await button('Save').click()
    const value = '(555) 010-0142'
    await vi.waitFor(() =>
      expect(sent()).toEqual([
        { contacts: { homePhone: { from: value, to: value, waiting: '(555) 010-0199' } } },
      ]),
    )
  })

  test('what a colleague left to be typed in meanwhile is asked about; mine goes out on the ground of both', async () => {
    await open(CARDS['chart to be changed by hand'])
    await openHelpful()
    await button('Change… Home or mobile phone').click()
    const issues = [{ pointer: '/contacts/homePhone/waiting', detail: 'changed', theirs: '(555) 010-0199' }]
    stage.on(SAVE, () => ({ status: 409, code: 'conflict', extra: { issues } }))
    await field('Home phone').fill('(555) 010-0177')
    await button('Save').click()
    await said('(555) 010-0199')
    stage.on(SAVE, () => ({ body: waiting() }))
    await button('Use mine').click()
    await button('Save').click()
    const edit = { from: '(555) 010-0142', to: '(555) 010-0177', waiting: '(555) 010-0199' }
    await vi.waitFor(() => expect(sent()[1]).toEqual({ contacts: { homePhone: edit } }))
  })

  test('a value that is to be taken out is said so', async () => {
    const todos = [toDoOf({ changes: [{ field: 'contactEmail', from: MAIL, to: null }] })]
    await open(cardWithMail('ready', { may: BY_HAND, todos }))
    await openHelpful()
    await said('To be taken out in the EMR.')
    await button('Change… Contact e-mail').click()
    await expect.element(field('Contact e-mail')).toHaveValue('')
  })

  test('also for who may only look', async () => {
    await open(cardOf('ready', { may: LOOK_ONLY, todos: [phone] }))
    await openHelpful()
    await said('To be typed into the EMR: (555) 010-0199')
  })
})

describe('the block', () => {
  test('says what stands there, what is to stand there, who noted it and when it was checked', async () => {
    await open(CARDS['to do in the EMR'])
    await expect.element(block()).toBeVisible()
    const text = block().element().textContent?.replace(/\s+/g, ' ')
    expect(text).toMatch(/Home phone In the chart: \(555\) 010-0142 New: \(555\) 010-0199 Copy/)
    expect(text).toMatch(/Trusted e-mail In the chart: none New: walter/)
    await expect.element(block().getByText(/Noted .+, by J\. Park · Checked \d minutes ago/)).toBeVisible()
    await expectSound()
  })

  test('a value goes to the clipboard on a press, and the button says so', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    await open(CARDS['to do in the EMR'])
    await button('Copy Home phone: (555) 010-0199').click()
    expect(write).toHaveBeenCalledWith('(555) 010-0199')
    await expect.element(button('Copied Home phone: (555) 010-0199')).toBeVisible()
    await expect
      .element(page.getByRole('status').filter({ hasText: 'Copied: (555) 010-0199' }))
      .toBeInTheDocument()
    write.mockRestore()
  })

  test('a frame that keeps the clipboard to itself is copied by hand, else the value stays selected', async () => {
    const write = vi
      .spyOn(navigator.clipboard, 'writeText')
      .mockRejectedValue(new DOMException('', 'NotAllowedError'))
    const byHand = vi.spyOn(document, 'execCommand').mockReturnValueOnce(true).mockReturnValue(false)
    await open(CARDS['to do in the EMR'])
    await button('Copy Home phone: (555) 010-0199').click()
    await expect.element(button('Copied Home phone: (555) 010-0199')).toBeVisible()
    await button(`Copy Trusted e-mail: ${MAIL}`).click()
    await said('It is selected. Press Ctrl+C, or ⌘C on a Mac.')
    expect(byHand).toHaveBeenCalledWith('copy')
    expect(getSelection()?.toString()).toBe(MAIL)
    write.mockRestore()
    byHand.mockRestore()
  })

  test('the chart opens by the EMR around us where it does that, else by its address', async () => {
    await open(CARDS['to do in the EMR'])
    const link = page.getByRole('link', { name: 'Open the chart in the EMR' })
    await expect.element(link).toHaveAttribute('href', 'https://emr.fernwood.example/patients/12')
    await expect.element(link).toHaveAttribute('rel', 'noopener')
  })

  test('the EMR around us is asked for the chart', async () => {
    const emr = await openEmrWindow(willing)
    await openCard(stage, CARDS['to do in the EMR'], launchView({ messaging: offer() }))
    await button('Open the chart in the EMR').click()
    await vi.waitFor(() =>
      expect(emr.asked.map(({ messageType }) => messageType)).toContain('ui.launchActivity'),
    )
  })

  test('who may only look copies, and marks nothing', async () => {
    await open(CARDS['to do in the EMR, look only'])
    await expect.element(button('Copy Home phone: (555) 010-0199')).toBeVisible()
    await said('Someone with “Manage access” can mark it as done.')
    expect(button('Done…').elements()).toEqual([])
  })
})

describe('settling it', () => {
  test.each([
    ['Done…', 'Is it in the chart of Walter James Okafor now?', 'Yes, it is done', 'done', 'Done'],
    [
      'Not needed…',
      'Leave the chart of Walter James Okafor as it is?',
      'Yes, not needed',
      'withdrawn',
      'Not needed any more',
    ],
  ])('%s asks first, with the least harmful button in focus', async (name, title, yes, how, told) => {
    await open(waiting())
    await button(name).click()
    await expect.element(page.getByRole('dialog', { name: title })).toBeVisible()
    await vi.waitFor(() => expect(['Not yet', 'Keep it']).toContain(focused()?.textContent?.trim()))
    stage.on(SETTLE, () => ({ body: waiting({ todos: [] }) }))
    await button(yes).click()
    await said(`${told}: Home phone.`)
    expect(stage.asked(SETTLE).map(({ body }) => body)).toEqual([{ how }])
    await vi.waitFor(() => expect(focused()?.textContent).toContain(`${told}: Home phone.`))
    none('Type this into the chart')
  })

  test('what was settled or grew meanwhile is shown as it is now', async () => {
    await open(waiting())
    await button('Done…').click()
    stage.on(SETTLE, () => ({ status: 409, code: 'conflict', extra: { how: 'chart' } }))
    stage.on(READ, () => ({ body: waiting({ todos: [] }) }))
    await button('Yes, it is done').click()
    await said('This changed meanwhile. Here is how things are now.')
    expect(button('Done…').elements()).toEqual([])
  })

  test('a refusal is said in the question, and nothing is gone', async () => {
    await open(waiting())
    await button('Not needed…').click()
    stage.on(SETTLE, () => 'offline')
    await button('Yes, not needed').click()
    await expect.element(page.getByRole('dialog').getByText("We can't reach the portal.")).toBeVisible()
    await button('Keep it').click()
    await vi.waitFor(() => expect(focused()?.textContent?.trim()).toBe('Not needed…'))
    await said('(555) 010-0199')
  })

  test('it closes itself, quietly, once the chart shows it in its own way of writing', async () => {
    await open(waiting())
    const contacts = { ...cardOf('ready').contacts, homePhone: '555-010-0199' }
    stage.on(READ, () => ({ body: waiting({ todos: [], contacts }) }))
    await button('Check again').click()
    await said('The chart shows it now: Home phone.')
    none('Type this into the chart')
  })

  test('what somebody else took off the list is said, and no more than that', async () => {
    await open(CARDS['to do in the EMR'])
    stage.on(READ, () => ({ body: waiting({ todos: [{ ...phone, id: 't1.2' }] }) }))
    await button('Check again').click()
    await said('Off the list meanwhile: Trusted e-mail.')
  })

  test('the pages get one more once there is something to do', async () => {
    await open(CARDS['chart to be changed by hand'])
    expect(page.getByRole('link', { name: /^To do/ }).elements()).toEqual([])
    await openHelpful()
    await button('Change… Home or mobile phone').click()
    stage.on(SAVE, () => ({ body: waiting() }))
    stage.on(LAUNCH, () => ({ body: launchView({ todos: 1 }) }))
    await field('Home phone').fill('(555) 010-0199')
    await button('Save').click()
    await expect.element(page.getByRole('link', { name: 'To do 1 waiting' })).toBeVisible()
    await said(BLOCK)
  })
})
