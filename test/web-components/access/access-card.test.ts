import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { AccessCard } from '../../../src/access/schema.ts'
import { button, openCard as open, READ, SAVE, said, toggle } from '../support/card.ts'
import { CARDS, cardOf, LOOK_ONLY, lines } from '../support/fixtures.ts'
import { launchView } from '../support/launch-view.ts'
import { type Answer, focused, openStage, show } from '../support/stage.ts'

const stage = openStage()
const STAFF = '/fernwood/staff/l/L1/'
const MAY: AccessCard['may'] = { allow: true, create: true, edit: 'chart', settings: false }
const openCard = (card: (typeof CARDS)[string] | undefined, launch = launchView()) =>
  open(stage, card, launch)

describe('where things stand', () => {
  test.each([
    ['not ready', '2 things missing', 'Walter can be invited once these are done.'],
    ['almost ready', '1 thing missing', 'Almost ready for Walter.'],
    ['ready', 'Ready', 'Everything is in place for Walter.'],
    ['invited', 'Invited', 'Waiting for Walter. 14 days left.'],
    ['expired', 'Too old to use', 'The letter for Walter is too old to use.'],
    ['five wrong tries', 'Too many tries', 'The letter for Walter stopped after 5 wrong tries.'],
    ['invited, mail came back', 'E-mail came back', 'Waiting for Walter. 14 days left.'],
    [
      'temporary password, three times used',
      'Too many tries',
      'The temporary password for Walter was used 3 times and never changed.',
    ],
    ['not now', 'Not now', 'Not now for Walter.'],
    ['ask again today', 'Ask again', 'Everything is in place for Walter.'],
    ['active', 'Active', 'Walter is using the portal.'],
    ['suspended', 'Suspended', "Walter can't sign in right now."],
    ['deceased', 'Not possible', "Walter can't be invited."],
  ])('%s', async (state, pill, headline) => {
    await openCard(CARDS[state])
    await expect.element(page.getByText(pill, { exact: true })).toBeVisible()
    await expect.element(page.getByText(headline, { exact: true })).toBeVisible()
  })

  test.each([
    ['deceased', { alive: 'deceased' }, 'The chart says that Walter has died.'],
    ['merged', { 'not-merged': 'merged' }, 'This chart was merged into another one. Open that one instead.'],
    [
      'merged, and inactive as such charts are',
      { active: 'inactive', 'not-merged': 'merged' },
      'This chart was merged into another one. Open that one instead.',
    ],
    ['inactive', { active: 'inactive' }, 'This chart is inactive in the EMR.'],
    [
      'under 13',
      { age: 'under-13' },
      "Walter is under 13. Children under 13 can't have a portal of their own.",
    ],
    ['under age', { age: 'under-age' }, 'Walter is not old enough yet for a portal at this practice.'],
  ])('stopped because %s: says why and offers no Create', async (_name, missing, why) => {
    await openCard(cardOf('stopped', { lines: lines(missing), may: LOOK_ONLY }))
    await said(why)
    expect(button('Create credentials').elements()).toEqual([])
    expect(button('Save').elements()).toEqual([])
  })

  test('what is missing comes first, what is fine folds away, and all counts count the same lines', async () => {
    await openCard(CARDS['not ready'])
    await said('7 of 9 ready')
    await said('2 things missing')
    await said('The EMR has no full date. Add month and day there.')
    await said('Walter has not been asked yet.')
    await expect.element(page.getByText('Chart is active')).not.toBeVisible()
    await page.getByText('7 things are ready').click()
    await said('Chart is active')
  })

  test('lines that stop nothing have a fold of their own, what is missing first, what is there with a tick', async () => {
    await openCard(CARDS['ready'])
    await page.getByText('All 9 things are ready').click()
    await expect.element(page.getByText('March 14, 1948', { exact: true })).toBeVisible()
    await page.getByText('Good to have: 4 missing').click()
    await expect.element(page.getByText('Only for e-mail.').first()).toBeVisible()
    await said('(555) 010-0142')
    const fold = page.getByRole('group').filter({ hasText: 'Good to have' }).getByRole('listitem')
    expect(fold.elements().map((line) => line.className)).toEqual([
      'line advised',
      'line mail',
      'line mail',
      'line mail',
      'line done',
    ])
  })

  test('nothing missing there either: said in the same words', async () => {
    await openCard(cardOf('ready', { lines: lines().map((line) => ({ ...line, done: true })) }))
    await said('Good to have: nothing missing')
  })

  test('the banner says whose card it is only where the EMR does not', async () => {
    await openCard(CARDS['ready'])
    await expect
      .element(page.getByRole('region', { name: 'Patient', exact: true }))
      .toHaveTextContent('Walter James Okafor Born March 14, 1948 · 78 years old · MRN 004417 · English')
    await openCard(CARDS['ready'], launchView({ needPatientBanner: false }))
    await said('Everything is in place for Walter.')
    expect(page.getByText('Walter James Okafor', { exact: true }).elements()).toEqual([])
  })

  test('who may not change it reads whom to ask', async () => {
    await openCard(CARDS['look only'])
    await said('You can look but not change this. Ask someone with “Manage access”.')
    expect(page.getByRole('switch').elements()).toEqual([])
    expect(button('Create credentials').elements()).toEqual([])
  })

  test('who may create but not allow sees Create wait, and whom to ask', async () => {
    await openCard({
      ...cardOf('not-ready', { lines: lines({ allowed: 'not-asked' }) }),
      may: { ...MAY, allow: false, edit: 'no' },
    })
    const create = button('Create credentials')
    await expect.element(create).toHaveAttribute('aria-disabled', 'true')
    await expect.element(create).toHaveAccessibleDescription('Ask someone with “Manage access” to allow it.')
  })

  test('who may allow but not create sees no Create, and whom to ask', async () => {
    await openCard(cardOf('ready', { may: { ...MAY, create: false } }))
    await said('Ask someone who may create credentials.')
    expect(button('Create credentials').elements()).toEqual([])
  })
})

describe('allowing', () => {
  test('the switch is saved by one Save, and the card moves on', async () => {
    await openCard(CARDS['almost ready'])
    stage.on(SAVE, () => ({ body: CARDS['ready'] }))
    const create = button('Create credentials')
    await expect.element(create).toHaveAttribute('aria-disabled', 'true')
    await expect
      .element(create)
      .toHaveAccessibleDescription('Create credentials opens when the thing above is saved.')
    await toggle('Allow patient portal').click()
    await button('Save').click()
    await said('Everything is in place for Walter.')
    await expect.element(create).toHaveAttribute('aria-disabled', 'false')
    expect(stage.asked(SAVE).map(({ body }) => body)).toEqual([{ allowPortal: true }])
    await expect.element(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeInTheDocument()
  })

  test('Save without a change asks nothing', async () => {
    await openCard(CARDS['almost ready'])
    await button('Save').click()
    await expect
      .element(page.getByRole('status').filter({ hasText: 'Nothing has changed yet.' }))
      .toBeInTheDocument()
    expect(stage.asked(SAVE)).toEqual([])
  })

  test('a patient who is in can be shut out again, and the card says what that does', async () => {
    await openCard(CARDS['active'])
    await page.getByText('Contact and permissions').click()
    await said('Switching this off ends the letter and every sign-in of Walter at once.')
    stage.on(SAVE, () => ({ body: CARDS['suspended'] }))
    await toggle('Allow patient portal').click()
    await button('Save').click()
    await said("Walter can't sign in right now.")
    expect(stage.asked(SAVE)[0]?.body).toEqual({ allowPortal: false })
  })

  const refusals: [string, Answer, string][] = [
    [
      'EMR down',
      { status: 502, code: 'ehr-unavailable' },
      "What you typed is still here. We'll try again by ourselves.",
    ],
    ['no right', { status: 403, code: 'not-permitted' }, 'You can look but not change this.'],
    ['EMR says no', { status: 403, code: 'ehr-refused' }, "The EMR doesn't let you do this."],
    [
      'changed meanwhile',
      { status: 409, code: 'conflict' },
      'Nothing of yours was saved yet. Look at the card again, then press once more.',
    ],
    ['value refused', { status: 422, code: 'ehr-rejected' }, "The EMR doesn't accept this value."],
    [
      'too fast',
      { status: 429, code: 'too-many-tries', extra: { retryAfter: 30 } },
      'Try again in 30 seconds.',
    ],
    ['offline', 'offline', "We can't reach the portal."],
  ]
  test.each(refusals)('%s: said in words, the switch stays as it was set', async (_name, answer, words) => {
    await openCard(CARDS['almost ready'])
    stage.on(SAVE, () => answer)
    await toggle('Allow patient portal').click()
    await button('Save').click()
    await said(words)
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    await expect.element(toggle('Allow patient portal')).toBeChecked()
  })

  test.each([
    ['the launch is over', 401, 'launch-ended' as const, 'Your EMR session has ended.'],
    [
      'the EMR session is over',
      401,
      'ehr-session-ended' as const,
      'Open Portico from the EMR again. Everything that was saved is kept.',
    ],
    ['the tab is stale', 409, 'stale-tab' as const, 'This tab shows another patient.'],
  ])('%s: only the words stay', async (_name, status, code, words) => {
    await openCard(CARDS['ready'])
    stage.on(READ, () => ({ status, code }))
    await button('Check again').click()
    await said(words)
    expect(button('Create credentials').elements()).toEqual([])
    expect(page.getByText('Walter James Okafor').elements()).toEqual([])
  })

  test('an EMR that does not answer is asked again after 15 seconds, not before, and not while hidden', async () => {
    await openCard(CARDS['ready'])
    stage.on(READ, () => ({ status: 502, code: 'ehr-unavailable' }))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await button('Check again').click()
    await said("The EMR isn't answering.")
    const asked = stage.asked(READ).length
    stage.on(READ, () => ({ body: CARDS['ready'] }))
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    vi.advanceTimersByTime(15_000)
    expect(stage.asked(READ)).toHaveLength(asked)
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    vi.useRealTimers()
    await vi.waitFor(() => expect(stage.asked(READ)).toHaveLength(asked + 1))
    expect(page.getByText("The EMR isn't answering.").elements()).toEqual([])
    hidden.mockRestore()
  })
})

describe('the staff app', () => {
  test('a launch that is over says how to come back', async () => {
    stage.on('GET staff/launches/L1', () => ({ status: 401, code: 'launch-ended' }))
    await show('portico-staff', STAFF)
    await said('Your EMR session has ended.')
  })

  test('signing out of Portico takes the card away', async () => {
    await openCard(CARDS['ready'])
    stage.on('DELETE staff/launches/L1', () => ({ status: 204, body: null }))
    await button('Sign out').click()
    await said("You're signed out of Portico.")
    expect(page.getByText('Walter James Okafor').elements()).toEqual([])
  })
})
