import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { reachEmrWindow } from '../../../web-components/shell/web-messaging.ts'
import '../../../web-components/shell/staff.ts'
import type { AccessCard } from '../../../src/access/schema.ts'
import { administrator, settingsView } from '../support/admin-fixtures.ts'
import { answerTo, type Asked, HANDLE, offer, openEmrWindow, willing } from '../support/emr-window.ts'
import { CARDS } from '../support/fixtures.ts'
import { launchView } from '../support/launch-view.ts'
import { expectSound, openStage, show } from '../support/stage.ts'

const handshake = (payload: object) => (asked: Asked) => answerTo(asked, payload)

describe('saying hello to the page around us', () => {
  test('goes to its window and origin, with the handle, and finds it', async () => {
    const emr = await openEmrWindow(willing)
    expect(await reachEmrWindow(offer())).not.toBeNull()
    expect(emr.asked).toEqual([
      {
        messagingHandle: HANDLE,
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        messageType: 'status.handshake',
        payload: {},
      },
    ])
  })

  test.each<[name: string, answer: (asked: Asked) => object | null]>([
    ['says nothing', () => null],
    ['knows another handle', (asked) => ({ ...answerTo(asked), messagingHandle: 'other' })],
    ['answers another question', (asked) => ({ ...answerTo(asked), responseToMessageId: 'other' })],
    ['answers without a payload', (asked) => ({ ...answerTo(asked), payload: undefined })],
    ['answers with a word', (asked) => ({ ...answerTo(asked), payload: 'hello' })],
    ['does not offer it', handshake({ error: { code: 'unsupported' } })],
  ])('finds nobody where the page %s', async (_, answer) => {
    const emr = await openEmrWindow(answer)
    expect(await reachEmrWindow(offer())).toBeNull()
    expect(emr.asked).toHaveLength(1)
  })

  /** The id of the question on its way, which nobody else can know: so that nothing but the id is right. */
  async function sayHello(answerIt: (forged: object) => void) {
    const ids = vi.spyOn(crypto, 'randomUUID')
    const hello = reachEmrWindow(offer())
    const id = String(ids.mock.results[0]?.value)
    ids.mockRestore()
    answerIt({ messageId: 'x', responseToMessageId: id, payload: {} })
    return hello
  }

  test('finds nobody at another origin, who never hears of it and whose answer counts for nothing', async () => {
    const emr = await openEmrWindow(() => null, { sandbox: true })
    expect(await sayHello(emr.say)).toBeNull()
    expect(emr.asked).toEqual([])
  })

  test('is not answered by another window of the right origin', async () => {
    await openEmrWindow(() => null)
    expect(await sayHello((forged) => window.postMessage(forged, location.origin))).toBeNull()
  })

  test('is answered by the right window: what was forged above is otherwise right', async () => {
    const emr = await openEmrWindow(() => null)
    expect(await sayHello(emr.say)).not.toBeNull()
  })

  test('finds nobody where nobody opened us', async () => {
    const parent = vi.spyOn(window, 'parent', 'get').mockReturnValue(window)
    const opener = vi.spyOn(window, 'opener', 'get').mockReturnValue(null)
    expect(await reachEmrWindow(offer())).toBeNull()
    parent.mockRestore()
    opener.mockRestore()
  })
})

const stage = openStage()
const BACK = { name: 'Back to the EMR' }

function answerWith(card: AccessCard | undefined, changes: Parameters<typeof launchView>[0]) {
  stage.on('GET staff/launches/L1', () => ({ body: launchView(changes) }))
  stage.on('GET staff/launches/L1/patients/12/access', () => ({ body: card }))
}
const open = () => show('portico-staff', '/fernwood/staff/l/L1/')
const back = () => page.getByRole('button', BACK)
const YEAR_ONLY: AccessCard = {
  ...(CARDS['ready'] as AccessCard),
  state: 'not-ready',
  lines: (CARDS['ready'] as AccessCard).lines.map((line) =>
    line.id === 'birth-date' ? { ...line, done: false, reason: 'not-full', value: null } : line,
  ),
}

describe('the staff app', () => {
  test('goes back to an EMR that answered', async () => {
    const emr = await openEmrWindow(willing)
    answerWith(CARDS['ready'], { messaging: offer() })
    await open()
    await back().click()
    await vi.waitFor(() => expect(emr.asked.at(-1)).toMatchObject({ messageType: 'ui.done', payload: {} }))
    await expectSound()
  })

  test('has the chart opened where only the chart can be mended', async () => {
    const emr = await openEmrWindow(willing)
    answerWith(YEAR_ONLY, { messaging: offer() })
    await open()
    await page.getByRole('button', { name: 'Open in the EMR Full birth date' }).click()
    await vi.waitFor(() =>
      expect(emr.asked.at(-1)).toMatchObject({
        messagingHandle: HANDLE,
        messageType: 'ui.launchActivity',
        payload: {
          activityType: 'urn:portico:activity:demographics-edit',
          activityParameters: { patientLocation: 'Patient/12' },
        },
      }),
    )
    await expectSound()
  })

  test('offers the chart to who may not change phone and e-mail here', async () => {
    await openEmrWindow(willing)
    const card = CARDS['almost ready'] as AccessCard
    answerWith({ ...card, may: { ...card.may, edit: 'no' } }, { messaging: offer() })
    await open()
    await expect.element(page.getByText(/Phone and e-mail are changed in the EMR/)).toBeVisible()
    await expect.element(page.getByRole('button', { name: /^Open in the EMR/ })).toBeVisible()
  })

  test.each([
    ['the launch did not offer it', null, willing],
    ['nobody answers', offer(), () => null],
    ['somebody with another handle answers', { ...offer(), handle: 'other' }, willing],
  ])('shows nothing of it where %s', async (_, messaging, answer) => {
    const emr = await openEmrWindow(answer)
    answerWith(YEAR_ONLY, { messaging })
    await open()
    await expect.element(page.getByRole('button', { name: 'Check again' })).toBeVisible()
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(back().elements()).toEqual([])
    expect(page.getByRole('button', { name: /EMR/ }).elements()).toEqual([])
    expect(emr.asked).toHaveLength(messaging ? 1 : 0)
  })

  test.each([
    [
      'says no',
      (asked: Asked) => answerTo(asked, asked.messageType === 'ui.done' ? { status: 'error' } : {}),
    ],
    ['says nothing any more', (asked: Asked) => (asked.messageType === 'ui.done' ? null : answerTo(asked))],
  ])('says so when the EMR %s', async (_, answer) => {
    await openEmrWindow(answer)
    answerWith(CARDS['ready'], { messaging: offer() })
    await open()
    await back().click()
    await expect.element(page.getByText('Do this in the EMR itself.'), { timeout: 4500 }).toBeVisible()
  })

  test('asks first where something typed would be lost', async () => {
    const emr = await openEmrWindow(willing)
    stage.on('GET staff/launches/L1', () => ({ body: administrator({ messaging: offer() }) }))
    stage.on('GET staff/launches/L1/settings', () => ({ body: settingsView() }))
    await show('portico-staff', '/fernwood/staff/l/L1/settings')
    await page.getByLabelText('Practice name').fill('Fernwood Clinic')
    await back().click()
    await page.getByRole('button', { name: 'Stay here' }).click()
    expect(emr.asked.map(({ messageType }) => messageType)).toEqual(['status.handshake'])
    await back().click()
    await page.getByRole('button', { name: 'Leave without saving' }).click()
    await vi.waitFor(() => expect(emr.asked.at(-1)).toMatchObject({ messageType: 'ui.done' }))
  })
})
