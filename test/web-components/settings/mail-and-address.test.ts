import { beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { settingsView } from '../support/admin-fixtures.ts'
import { button, missing, openPage, said } from '../support/admin-stage.ts'
import { focused, openStage } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/settings'
const SAVE = 'PUT staff/launches/L1/settings'
const CHECK = 'POST staff/launches/L1/settings/portal-check'
const TEST = 'POST staff/launches/L1/settings/test-mail'
const DAY_MS = 86_400_000
const field = (name: string) => page.getByLabelText(name, { exact: true })

async function openSettings(view = settingsView()) {
  stage.on(READ, () => ({ body: view }))
  await openPage(stage, 'settings')
  await expect.element(page.getByRole('heading', { level: 2, name: 'Portal' })).toBeVisible()
}

beforeEach(() => stage.on(SAVE, () => ({ body: settingsView() })))

describe('the mail server', () => {
  test('another security brings its usual port, unless somebody chose one', async () => {
    await openSettings()
    const security = page.getByLabelText('Security')
    expect([...security.element().querySelectorAll('option')].map(({ text }) => text)).toEqual([
      'STARTTLS (usual, 587)',
      'TLS from the start (465)',
      'None (a local relay only)',
    ])
    await security.selectOptions('tls')
    await expect.element(field('Port')).toHaveValue('465')
    await security.selectOptions('none')
    await expect.element(field('Port')).toHaveValue('25')
    await said('Names and passwords travel in the open. Only for a relay on your own network.')
    await field('Port').fill('2525')
    await security.selectOptions('starttls')
    await expect.element(field('Port')).toHaveValue('2525')
  })

  test('the password that is kept is not carried to another server unseen', async () => {
    await openSettings()
    await field('Mail server').fill('other.example')
    await button('Save changes').click()
    await said('Type the password once more: it was kept for the server as it was.')
    expect(stage.asked(SAVE)).toEqual([])
    await field('Password').fill('copper kettle')
    await button('Save changes').click()
    await vi.waitFor(() =>
      expect(stage.asked(SAVE)[0]?.body).toEqual({
        version: 3,
        changes: { mailHost: 'other.example', mailPassword: 'copper kettle' },
      }),
    )
  })

  test('a username needs a password, and the other way round', async () => {
    await openSettings(settingsView({ mailUser: null }, { mailPasswordSet: false }))
    await field('Username').fill('portal')
    await button('Save changes').click()
    await said('Type the password of this username.')
    await field('Password').fill('copper kettle')
    await field('Username').fill('')
    await button('Save changes').click()
    await said('Type the username that goes with it.')
    expect(stage.asked(SAVE)).toEqual([])
  })

  test('the password field is empty, and empty keeps the one that is kept', async () => {
    await openSettings()
    await expect.element(field('Password')).toHaveValue('')
    await expect
      .element(field('Password'))
      .toHaveAccessibleDescription('Kept encrypted. Leave empty to keep the one we have.')
    await field('Port').fill('588')
    await button('Save changes').click()
    await vi.waitFor(() =>
      expect(stage.asked(SAVE)[0]?.body).toEqual({ version: 3, changes: { mailPort: 588 } }),
    )
  })

  test('deleting the password is a change that can be taken back', async () => {
    await openSettings()
    await field('Username').fill('')
    await button('Delete the password').click()
    await said('The password is deleted when you save.')
    await button('Keep it').click()
    await expect.element(field('Password')).toBeVisible()
    await button('Delete the password').click()
    await button('Save changes').click()
    await vi.waitFor(() =>
      expect(stage.asked(SAVE)[0]?.body).toEqual({
        version: 3,
        changes: { mailUser: null, mailPassword: null },
      }),
    )
  })

  test('without a sender or a server the page says that no e-mail goes out', async () => {
    await openSettings(settingsView({ mailFrom: null }))
    await said('No e-mail goes out yet.')
    await field('Sender').fill('portal@fernwood.example')
    await vi.waitFor(() => missing('No e-mail goes out yet.'))
  })

  test('mailing temporary passwords says why not beside its switch', async () => {
    await openSettings()
    await expect
      .element(page.getByRole('switch', { name: 'E-mail temporary passwords' }))
      .toHaveAccessibleDescription(
        'Off is safer: anyone who can read the mailbox could open the portal. Invitation links never carry a password.',
      )
  })
})

describe('a test e-mail', () => {
  async function sendTest(to = 'd.reyes@mail.example') {
    await button('Send me a test e-mail').click()
    await field('Your e-mail address').fill(to)
    await button('Send test e-mail').click()
  }

  test('goes out with what stands on the page, saved or not', async () => {
    await openSettings()
    stage.on(TEST, () => ({ body: { state: 'sent', fault: null, answer: null } }))
    await field('Port').fill('2525')
    await field('Practice name').fill('not about mail')
    await sendTest()
    await said('The server took the test e-mail.')
    await said('Look in the mailbox of d.reyes@mail.example.')
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    expect(stage.asked(TEST).map(({ body }) => body)).toEqual([
      { to: 'd.reyes@mail.example', changes: { mailPort: 2525 } },
    ])
    expect(stage.asked(TEST)[0]?.key).not.toBeNull()
    expect(stage.asked(SAVE)).toEqual([])
  })

  test('refused: why in words, with the server’s own line, and that nothing is lost', async () => {
    await openSettings()
    stage.on(TEST, () => ({ body: { state: 'refused', fault: 'sign-in', answer: '535 5.7.8 No' } }))
    await sendTest()
    await said('The test e-mail was refused.')
    await said('The server says the username or password is wrong.')
    await said(/The server's own words: .*535 5\.7\.8 No/)
    await said('Invitations wait until this works; none is lost.')
  })

  test('a server that said nothing is not quoted', async () => {
    await openSettings()
    stage.on(TEST, () => ({ body: { state: 'refused', fault: 'timeout', answer: null } }))
    await sendTest()
    await said('The test e-mail was refused.')
    await said('The mail server took too long. Check its port and security.')
    missing('own words')
  })

  test('asks for a whole address first', async () => {
    await openSettings()
    await sendTest('d.reyes')
    await said('Type a whole address, like name@mail.example.')
    expect(stage.asked(TEST)).toEqual([])
  })

  test('is not asked for while a mail setting is wrong', async () => {
    await openSettings()
    await field('Port').fill('x')
    await button('Send me a test e-mail').click()
    await said('A whole number from 1 to 65535.')
    expect(page.getByRole('dialog').elements()).toEqual([])
  })

  test('a lost answer keeps the question and what was typed', async () => {
    await openSettings()
    stage.on(TEST, () => 'offline')
    await sendTest()
    await said('What you typed is still here. Check your connection, then press “Send test e-mail” again.')
    await expect.element(field('Your e-mail address')).toHaveValue('d.reyes@mail.example')
  })
})

describe('the portal address', () => {
  const address = () => page.getByLabelText('Portal address')

  test('is one of those that the service answers under', async () => {
    await openSettings()
    await address().selectOptions('https://fernwood.example')
    await button('Save changes').click()
    await vi.waitFor(() =>
      expect(stage.asked(SAVE)[0]?.body).toEqual({
        version: 3,
        changes: { portalAddress: 'https://fernwood.example' },
      }),
    )
  })

  test('the first one, chosen again, is no change', async () => {
    await openSettings()
    await address().selectOptions('https://fernwood.example')
    await address().selectOptions('https://portal.fernwood.example')
    await expect.element(page.getByRole('region', { name: 'Unsaved changes' })).not.toBeInTheDocument()
  })

  test.each([
    ['ok', Date.parse('2099-03-14T12:00Z'), 'Answers, and its certificate is valid until March 14, 2099'],
    ['ok', null, 'Answers, but without a certificate. Fine for trying things out, not for patients.'],
    ['ok', Date.now() + 9 * DAY_MS, /^Answers, but its certificate ends on .+\. Renew it\.$/],
    ['other', null, "Something answers there, but it isn't this portal."],
    ['unreachable', null, 'Nothing answers there. Check the name, and where it points.'],
  ] as const)('checked: %s, %s', async (state, certificateUntil, words) => {
    await openSettings()
    stage.on(CHECK, () => ({ body: { state, certificateUntil } }))
    await button('Check').click()
    await said(words)
    expect(stage.asked(CHECK).map(({ body }) => body)).toEqual([
      { address: 'https://portal.fernwood.example' },
    ])
    await address().selectOptions('https://fernwood.example')
    await vi.waitFor(() => missing(words))
  })

  test('a check that did not come through says so', async () => {
    await openSettings()
    stage.on(CHECK, () => 'offline')
    await button('Check').click()
    await said("We can't reach the portal. Check your connection, then try again.")
  })
})
