import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { HostView } from '../../../src/embedding/schema.ts'
import { HOST_PAGES, hostsView, peopleView } from '../support/admin-fixtures.ts'
import { button, HOSTS, missing, openPage, said } from '../support/admin-stage.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const EMR = 'PUT staff/launches/L1/hosts/https%3A%2F%2Femr.example%2Fpages'
const INTRANET = 'PUT staff/launches/L1/hosts/intranet'
const confirm = () => page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })
const withStopped = (id: string, stopped: boolean) => ({
  hosts: HOST_PAGES.map((host) => (host.id === id ? { ...host, stoppedAt: stopped ? 1 : null } : host)),
})

async function openHosts(hosts: HostView[] = HOST_PAGES) {
  stage.on('GET staff/launches/L1/people', () => ({ body: peopleView() }))
  await openPage(stage, 'people', { hosts: hostsView(hosts) })
  await expect.element(page.getByRole('heading', { name: 'Pages that show Portico' })).toBeVisible()
}

test('each page says where it stands, what it may, and when it was last used', async () => {
  await openHosts()
  await said('https://emr.example · https://emr-standby.fernwood-family-practice.example:8443')
  const stands = (name: string, words: string) =>
    expect.element(row(name).getByText(words, { exact: false })).toBeVisible()
  await stands('Fernwood EMR', 'Last used')
  await stands('Fernwood EMR', 'Allows: See access, Manage access, Create credentials')
  await stands('Intranet', 'Never used yet')
  await stands('Intranet', 'Stopped')
})

test('none is said in a sentence', async () => {
  await openHosts([])
  await said('The configuration file names no pages.')
})

test('one is stopped after a question, and let in again with one press', async () => {
  await openHosts()
  stage.on(EMR, (body) => ({
    body: withStopped('https://emr.example/pages', (body as { stopped: boolean }).stopped),
  }))
  await button('Stop Fernwood EMR').click()
  await said('Nobody can use Portico in the pages of Fernwood EMR any more, from this moment.')
  expect(stage.asked(EMR)).toEqual([])
  await confirm()
  await said("Fernwood EMR can't show Portico any more.")
  await vi.waitFor(() => expect(focused()?.id).toBe('host-https://emr.example/pages'))
  await button('Let back in: Fernwood EMR').click()
  await said('Fernwood EMR can show Portico again.')
  expect(stage.asked(EMR).map(({ body }) => body)).toEqual([{ stopped: true }, { stopped: false }])
})

test('what was done is taken back with Undo', async () => {
  await openHosts()
  stage.on(INTRANET, (body) => ({ body: withStopped('intranet', (body as { stopped: boolean }).stopped) }))
  await button('Let back in: Intranet').click()
  await said('Intranet can show Portico again.')
  await button('Undo').click()
  await said("Intranet can't show Portico any more.")
  expect(stage.asked(INTRANET).map(({ body }) => body)).toEqual([{ stopped: false }, { stopped: true }])
  expect(button('Undo').elements()).toEqual([])
})

describe('refusals', () => {
  const refusals: [string, Answer, string][] = [
    ['offline', 'offline', "We can't reach the portal."],
    [
      'not any more',
      { status: 403, code: 'not-permitted', extra: { permission: 'staff.manage' } },
      "Your role doesn't allow this any more.",
    ],
  ]
  test.each(refusals)('%s: said in words with focus, over what is there', async (_name, answer, words) => {
    await openHosts()
    stage.on(INTRANET, () => answer)
    await button('Let back in: Intranet').click()
    await said(words)
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    await expect.element(button('Let back in: Intranet')).toBeVisible()
    missing('Intranet can show Portico again.')
  })

  test('a page that the file names no longer goes, with a word about it', async () => {
    await openHosts()
    stage.on(INTRANET, () => ({ status: 404, code: 'not-found' }))
    stage.on(HOSTS, () => ({ body: { hosts: HOST_PAGES.slice(0, 1) } }))
    await button('Let back in: Intranet').click()
    await said('This is not there any more.')
    missing('Never used yet')
  })

  test('pages that cannot be read can be asked for again; the people are there all the same', async () => {
    stage.on('GET staff/launches/L1/people', () => ({ body: peopleView() }))
    await openPage(stage, 'people', { hosts: { status: 503, code: 'busy' } })
    await said("It's busy for a moment.")
    await said('Jo Park')
    stage.on(HOSTS, () => hostsView())
    await button('Try again').click()
    await said('Never used yet')
    missing("It's busy for a moment.")
  })
})
