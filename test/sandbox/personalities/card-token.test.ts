import { describe, expect, test } from 'vitest'
import { PERSONALITY_NAMES, type PersonalityName } from '../../../src/sandbox/personalities/personality.ts'
import { openService } from '../../support/service.ts'

const EMR = 'http://127.0.0.1:8081'

/** What the page of a patient does for the card in it, as the front desk that is logged in. */
async function openChart(ehr: PersonalityName) {
  const service = await openService({ ehr })
  const { emr } = service
  const form = new URLSearchParams({ role: 'front-desk', next: '/' })
  const headers = { origin: EMR }
  const login = await emr.fetch(`${EMR}/login`, { method: 'POST', body: form, headers, redirect: 'manual' })
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const askToken = () =>
    emr.fetch(`${EMR}/portico-token`, {
      method: 'POST',
      body: JSON.stringify({ patient: 'walter-okafor' }),
      headers: { cookie, origin: EMR, 'content-type': 'application/json' },
    })
  return { ...service, askToken }
}

describe.each(PERSONALITY_NAMES)('the card in the pages of the EMR %s', (ehr) => {
  test('gets a token that opens the patient’s access with the EMR’s own data', async () => {
    const { askToken, app } = await openChart(ehr)
    const answer = await askToken()
    expect(answer.status).toBe(200)
    const { access_token } = (await answer.json()) as { access_token: string }
    const url = 'http://localhost:8080/fernwood/embed/api/patients/walter-okafor/access'
    const card = await app.request(url, { headers: { authorization: `Bearer ${access_token}`, origin: EMR } })
    expect([card.status, await card.json()]).toMatchObject([
      200,
      { patient: { id: 'walter-okafor' }, contacts: { homePhone: '(555) 010-0142' }, may: { create: true } },
    ])
  })
})

test('an app that no administrator has enabled gets no token for its card either', async () => {
  const { askToken, emr } = await openChart('openemr')
  emr.setClientEnabled('portico', false)
  const answer = await askToken()
  expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
    403,
    'application/problem+json',
    {
      title: 'An administrator has to enable the app first.',
      status: 403,
      reason: 'client-not-enabled',
    },
  ])
})
