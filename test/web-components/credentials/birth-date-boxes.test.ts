import { describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/portal.ts'
import { ticketForWalter } from '../support/fixtures.ts'
import { expectSound, focused, type Look, openStage, paste, show } from '../support/stage.ts'

const stage = openStage()
const CONFIRM = 'POST portal/activation'
const box = (name: string) => page.getByRole('textbox', { name })
const status = (text: string) =>
  expect.element(page.getByRole('status').filter({ hasText: text })).toBeVisible()

async function openPerson(look: Look = {}) {
  stage.on(CONFIRM, () => ({ body: ticketForWalter() }))
  await show('portico-portal', `/fernwood/portal/activate#link=${'L'.repeat(43)}`, look)
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
}

const boxesHave = async (...values: [string, string, string]) => {
  for (const [at, name] of ['Month', 'Day', 'Year'].entries())
    await expect.element(box(name)).toHaveValue(values[at] ?? '')
}

describe('the birth date', () => {
  test.each(['Month', 'Day', 'Year'])(
    'pasted whole into %s fills all three, and is said in words',
    async (into) => {
      await openPerson()
      paste(box(into).element(), 'March 14, 1948')
      await boxesHave('3', '14', '1948')
      await status('March 14, 1948')
      expect(page.getByRole('button', { name: /^No, it's/ }).elements()).toEqual([])
    },
  )

  test('that makes a date both ways says how it was read, and one press turns it round', async () => {
    await openPerson()
    paste(box('Month').element(), '03/04/1948')
    await boxesHave('03', '04', '1948')
    await status('March 4, 1948 (month first)')
    await expectSound()
    await page.getByRole('button', { name: "No, it's April 3, 1948" }).click()
    await boxesHave('04', '03', '1948')
    await status('April 3, 1948')
    expect(page.getByRole('button', { name: /^No, it's/ }).elements()).toEqual([])
  })

  test('in Spanish says the same in Spanish', async () => {
    await openPerson({ language: 'es', width: 360 })
    paste(box('Mes').element(), '03/04/1948')
    await status('4 de marzo de 1948 (primero el mes)')
    await expectSound()
    await page.getByRole('button', { name: 'No, es el 3 de abril de 1948' }).click()
    await status('3 de abril de 1948')
    paste(box('Día').element(), '14 de marzo de 1948')
    await status('14 de marzo de 1948')
  })

  test('typed whole into one box is spread when it is left', async () => {
    await openPerson()
    await box('Month').fill('3/14/48')
    await userEvent.tab()
    await boxesHave('3', '14', '1948')
  })

  test('of two digits becomes a year that can be checked; typing never moves the cursor on', async () => {
    await openPerson()
    await userEvent.click(box('Month'))
    await userEvent.keyboard('12')
    expect(focused()?.id).toBe('birth-month')
    await box('Day').fill('31')
    await box('Year').fill('48')
    await userEvent.tab()
    await boxesHave('12', '31', '1948')
    await status('December 31, 1948')
  })

  test('goes out in order however it was typed, even straight from the last box', async () => {
    await openPerson()
    await box('First name').fill('W')
    await box('Last name').fill('O')
    await box('Year').fill('14 March 1948')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByRole('heading', { name: 'Choose how you sign in' })).toBeVisible()
    expect(stage.asked(CONFIRM)[0]?.body).toMatchObject({ birthDate: '1948-03-14' })
  })

  test('that is none is left as it was typed', async () => {
    await openPerson()
    paste(box('Day').element(), 'spring 1948')
    await box('Month').fill('13')
    await box('Day').fill('1')
    await box('Year').fill('1948')
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect.element(page.getByText('The month is a number from 1 to 12.')).toBeVisible()
    await boxesHave('13', '1', '1948')
    expect(stage.asked(CONFIRM)).toEqual([])
  })
})
