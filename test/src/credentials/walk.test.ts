import { beforeAll, describe, expect, test } from 'vitest'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

describe('the walk', () => {
  test('staff allow and invite, the patient activates, signs out and comes back', async () => {
    const tab = await service.launch(PEOPLE.walter)
    const before = await expectOk(tab.browser.get(`${tab.api}/access`))
    expect(before).toMatchObject({
      state: 'not-ready',
      patient: { firstName: 'Walter' },
      may: { allow: true, create: true },
    })
    const slip = await service.inviteAndRead(tab)
    expect(slip.portalId).toMatch(/^\d{6}$/)
    expect(slip.code).toMatch(/^[2-9A-HJ-NP-Z]{8}$/)
    expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({
      state: 'invited',
      invitation: { state: 'live' },
    })

    const phone = service.openBrowser()
    const { portalId, code } = slip
    const setup = await expectOk(
      phone.post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.walter }),
    )
    expect(setup).toMatchObject({ firstName: 'Walter' })
    const chosen = { ticket: setup['ticket'], username: 'walter.okafor', password: GOOD_PASSWORD }
    const session = await phone.post('/fernwood/api/portal/activation/credentials', chosen)
    expect(session.status).toBe(201)
    const home = await expectOk(phone.get('/fernwood/api/portal/home'))
    expect(home).toMatchObject({
      chart: 'shown',
      firstName: 'Walter',
      profile: { birthDate: '1948-03-14' },
      accountId: slip.accountId,
    })

    expect((await phone.delete('/fernwood/api/portal/session')).status).toBe(204)
    await expectRefusal(await phone.get('/fernwood/api/portal/home'), 'signed-out')
    const signIn = { username: 'Walter.Okafor', password: GOOD_PASSWORD }
    expect((await phone.post('/fernwood/api/portal/session', signIn)).status).toBe(201)
    expect((await phone.get('/fernwood/api/portal/home')).status).toBe(200)
    expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({
      state: 'active',
      account: { username: 'walter.okafor', activeSince: service.clock.now },
    })
  })
})
