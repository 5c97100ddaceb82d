import { fernwood, maria, sessionFor, ticketForWalter } from '../../test/web-components/support/fixtures.ts'
import { find, press, type } from './hands.ts'
import type { Answers, Scene } from './scene.ts'

const SIGNED_OUT: Answers = { 'GET portal/session': () => ({ status: 401, code: 'signed-out' }) }
const SIGNED_IN: Answers = {
  'GET portal/session': () => ({ body: sessionFor('maria.nunez') }),
  'POST portal/session/stay': () => ({ body: sessionFor('maria.nunez') }),
  'DELETE portal/session': () => ({ status: 204, body: null }),
  'GET portal/home': () => ({ body: maria }),
}
const SIGN_IN: Answers = {
  'POST portal/session': () => ({ status: 401, code: 'sign-in-refused' }),
}
const ACTIVATE: Answers = {
  'POST portal/activation': () => ({ body: ticketForWalter() }),
  'POST portal/activation/credentials': () => ({ status: 201, body: sessionFor('walter.okafor') }),
}

const portal = (
  name: string,
  page: string,
  answers: Answers,
  act: Scene['act'] = () => find('h1'),
): Scene => ({
  tag: 'portico-portal',
  name,
  path: `/fernwood/portal/${page}`,
  answers: () => ({ ...SIGNED_OUT, ...SIGN_IN, ...ACTIVATE, ...answers }),
  act,
})

const goOn = () => press('form .primary')

/** The first step, filled in by a letter's QR code. */
const byLetter = 'activate#id=482913&code=K7RM4XWD'
async function sayWho(): Promise<HTMLElement> {
  await find('#portal-id')
  await goOn()
  await type('#first-initial', 'W')
  await type('#last-initial', 'O')
  await type('#birth-month', '3')
  await type('#birth-day', '14')
  await type('#birth-year', '1948')
  await goOn()
  return find('#username, [data-notice]')
}

async function chooseKey(): Promise<HTMLElement> {
  await sayWho()
  await type('#username', 'walter.okafor')
  await type('#password', 'copper kettle moonlight')
  await goOn()
  return find('a.primary')
}

/** The patient's app. */
export const portalScenes: Scene[] = [
  portal('sign in', '', {}, () => find('form')),
  portal('sign in, refused', '', {}, async () => {
    await type('#username', 'maria.nunez')
    await type('#password', 'copper kettle')
    await goOn()
    return find('[data-notice]')
  }),
  portal('activate: the letter', 'activate', {}, () => find('#portal-id')),
  portal('activate: who you are', byLetter, {}, async () => {
    await find('#portal-id')
    await goOn()
    return find('#first-initial')
  }),
  portal(
    'activate: no match',
    byLetter,
    { 'POST portal/activation': () => ({ status: 403, code: 'no-match' }) },
    sayWho,
  ),
  portal('activate: your key', byLetter, {}, sayWho),
  portal('activate: done', byLetter, {}, chooseKey),
  portal('activate by a mail’s link', `activate#link=${'l'.repeat(43)}`, {}, () =>
    find('#first-initial, #birth-month'),
  ),
  portal('change a temporary password', 'change', {
    ...SIGNED_IN,
    'GET portal/session': () => ({ body: { ...sessionFor('walter.okafor'), restricted: true } }),
  }),
  portal('home', '', SIGNED_IN),
  portal('home, chart not there', '', {
    ...SIGNED_IN,
    'GET portal/home': () => ({ body: { ...maria, chart: 'unavailable', profile: null } }),
  }),
  portal('home, no chart offered', '', {
    ...SIGNED_IN,
    'GET portal/home': () => ({ body: { ...maria, chart: 'not-offered', profile: null } }),
  }),
  portal('switched off', '', { 'GET practice': () => ({ body: { ...fernwood, portalOpen: false } }) }),
  portal('no such practice', '', { 'GET practice': () => ({ status: 404, code: 'not-found' }) }),
  { ...portal('offline', '', {}, () => find('.offline')), offline: true },
]
