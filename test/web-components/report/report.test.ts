import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { HostReport } from '../../../src/report/schema.ts'
import { button, missing, openPage, said } from '../support/admin-stage.ts'
import { capabilityOf, checkOf, hostReport, silentReport, soundReport } from '../support/report-fixture.ts'
import {
  type Answer,
  expectNoOverflow,
  expectSound,
  focused,
  type Look,
  openStage,
} from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/report'
const again = () => button('Check again')

async function openReport(report: HostReport = hostReport(), look: Look = {}) {
  stage.on(READ, () => ({ body: report }))
  await openPage(stage, 'report', look)
}

/** Titles of the lines under a heading that can be seen, in order. */
const shownUnder = (heading: string) =>
  [
    ...(page.getByRole('heading', { name: heading }).element().closest('section')?.querySelectorAll('li') ??
      []),
  ]
    .filter((line) => line.checkVisibility())
    .map((line) => line.querySelector('h3')?.textContent)

describe('the page', () => {
  test('says what works in one sentence, and what there is to do', async () => {
    await openReport()
    await said('Everything works with this EMR, one thing in another way.')
    await said('One thing needs you. One thing is worth a look.')
    await said('OpenEMR 8.2.0 · FHIR 4.0.1 · https://emr.fernwood.example/fhir')
    expect(document.title).toContain('This EMR')
  })

  test.each([
    [soundReport(), 'Everything that Portico does works with this EMR.', 'There is nothing to do.'],
    [
      hostReport({
        now: [capabilityOf('a'), capabilityOf('b', 'impossible'), capabilityOf('c', 'impossible')],
      }),
      "2 things can't be done with this EMR. The rest works.",
      'One thing needs you.',
    ],
    [
      silentReport(),
      "The EMR isn't answering as it should, so what works can't be said right now.",
      'One thing needs you.',
    ],
    [
      // It is known from before what works.
      hostReport({ smart: silentReport().smart, hosts: [] }),
      "The EMR isn't answering as it should, so what works can't be said right now.",
      'One thing needs you.',
    ],
  ])('says so however it stands', async (report, works, todo) => {
    await openReport(report)
    await said(works)
    await said(todo)
  })

  test('shows first what needs somebody; what is fine folds away', async () => {
    const smart = [
      checkOf('one', 'ok'),
      checkOf('two', 'unknown'),
      checkOf('three', 'fault'),
      checkOf('four', 'warning'),
      checkOf('five', 'ok'),
    ]
    await openReport(hostReport({ smart }))
    await said('2 things are fine')
    expect(shownUnder('The EMR and SMART')).toEqual(['About three', 'About four', 'About two'])
    await page.getByText('2 things are fine').click()
    expect(shownUnder('The EMR and SMART')).toHaveLength(5)
  })

  test('says each state in a word', async () => {
    await openReport()
    for (const word of ['Works', 'In another way', "Can't be done", 'Worth a look', 'Needs you', 'Not known'])
      await expect.element(page.getByText(word, { exact: true }).first()).toBeVisible()
  })

  test('asks the service in the reader’s language, and again when that changes', async () => {
    const asked: string[] = []
    const inner = window.fetch
    window.fetch = (input, init) => {
      asked.push(new Request(input, init).url)
      return inner(input, init)
    }
    await openReport(hostReport(), { language: 'es' })
    await expect.element(page.getByRole('heading', { name: 'Este sistema' })).toBeVisible()
    await button('View in English').click()
    await expect.element(page.getByRole('heading', { name: 'This EMR' })).toBeVisible()
    const queries = () => asked.filter((url) => url.includes('/report')).map((url) => new URL(url).search)
    await vi.waitFor(() => expect(queries()).toEqual(['?lang=es', '?lang=en']))
  })

  test('no pages are named: it says so', async () => {
    await openReport(hostReport({ hosts: [] }))
    await said('The configuration file names no pages.')
  })
})

describe('waiting and asking again', () => {
  test('says whom it asks while it takes its time', async () => {
    stage.on(READ, () => 'never')
    await openPage(stage, 'report')
    await expect
      .element(page.getByRole('status').filter({ hasText: 'Asking the EMR, the mail server' }))
      .toBeInTheDocument()
  })

  test('"Check again" keeps what is shown, asks anew, and keeps the focus', async () => {
    await openReport()
    stage.on(READ, () => 'never')
    await again().click()
    await expect.element(button('Checking…')).toBeVisible()
    await said('One thing needs you. One thing is worth a look.')
    await button('Checking…').click()
    expect(stage.asked(READ)).toHaveLength(2)
  })

  test('what came of it is said, and the button has the focus still', async () => {
    await openReport()
    const report = soundReport()
    stage.on(READ, () => ({ body: { ...report, at: report.at + 1000 } }))
    await again().click()
    await expect
      .element(page.getByRole('status').filter({ hasText: 'Checked again. There is nothing to do.' }))
      .toBeInTheDocument()
    expect(focused()?.textContent.trim()).toBe('Check again')
  })

  test('an answer from before is said to be of then', async () => {
    await openReport()
    await again().click()
    await expect
      .element(page.getByRole('status').filter({ hasText: /^Checked .+ One thing needs you\./ }))
      .toBeInTheDocument()
    await expect
      .element(page.getByRole('status').filter({ hasText: 'Checked again.' }))
      .not.toBeInTheDocument()
  })

  const refusals: [string, Answer, string][] = [
    ['no right', { status: 403, code: 'not-permitted' }, "Your role doesn't allow this any more."],
    ['offline', 'offline', "We can't reach the portal."],
  ]
  test.each(refusals)(
    '%s: said in words with focus, and what is shown stays',
    async (_name, answer, words) => {
      await openReport()
      stage.on(READ, () => answer)
      await again().click()
      await said(words)
      await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
      await said('Everything works with this EMR, one thing in another way.')
    },
  )

  test('a launch that is over takes it off the page', async () => {
    await openReport()
    stage.on(READ, () => ({ status: 401, code: 'launch-ended' }))
    await again().click()
    await said('Your EMR session has ended.')
    missing('OpenEMR 8.2.0')
  })
})

describe('values to copy', () => {
  test('each goes to the clipboard by its own button, from the keyboard', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    await openReport()
    const copy = button('Copy: What the EMR granted to staff')
    copy.element().focus()
    await userEvent.keyboard('{Enter}')
    expect(write).toHaveBeenCalledExactlyOnceWith('user/Consent.crus user/Provenance.crs')
    await expect.element(page.getByRole('status').filter({ hasText: 'Copied' })).toBeInTheDocument()
    write.mockRestore()
  })

  test('where the clipboard is closed, the value is selected', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('closed'))
    const command = vi.spyOn(document, 'execCommand').mockReturnValue(false)
    await openReport()
    await button('Copy: What the EMR granted to staff').click()
    await expect.element(page.getByRole('status').filter({ hasText: 'It is selected.' })).toBeInTheDocument()
    write.mockRestore()
    command.mockRestore()
  })

  test('the whole report can be copied and saved as JSON', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const saved: [name: string, blob: Blob][] = []
    const blobs: Blob[] = []
    const create = vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob)
      return 'blob:report'
    })
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      saved.push([this.download, blobs.at(-1) ?? new Blob()])
    })
    await openReport()
    await page.getByText('The same for whoever helps you (JSON)').click()
    await button('Copy all of it').click()
    expect(JSON.parse(write.mock.calls[0]?.[0] ?? '')).toEqual(hostReport())
    await button('Save as a file').click()
    expect(saved.map(([name]) => name)).toEqual(['portico-fernwood-2026-11-22.json'])
    expect(JSON.parse((await saved[0]?.[1].text()) ?? '')).toEqual(hostReport())
    for (const spy of [write, create, click]) spy.mockRestore()
  })
})

describe('no axe rule is broken and nothing scrolls sideways', () => {
  const looks: Look[] = [
    { language: 'en', theme: 'light', width: 360 },
    { language: 'es', theme: 'dark', width: 360 },
    { language: 'en', theme: 'dark', width: 1280 },
  ]
  test.each(looks)('$language, $theme, $width', async (look) => {
    await openReport(hostReport(), look)
    await expect.element(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
    for (const folded of page.getByRole('group').elements())
      if (folded instanceof HTMLDetailsElement) folded.open = true
    await expectSound()
  })

  test('with one long word', async () => {
    const value = 'x'.repeat(200)
    await openReport(hostReport({ smart: [checkOf('a', 'fault', { value, text: value, title: value })] }), {
      width: 360,
    })
    await said(value)
    await expectNoOverflow()
  })
})
