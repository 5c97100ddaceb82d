import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/clock.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const SESSION = '/fernwood/api/portal/session'
const HOME = '/fernwood/api/portal/home'
const RIGHT = { username: 'walter', password: GOOD_PASSWORD }

let service: TestService
let phone: ReturnType<TestService['openBrowser']>
beforeAll(async () => {
  service = await openService()
  const { portalId, code } = await service.inviteAndRead(await service.launch(PEOPLE.walter))
  const browser = service.openBrowser()
  const setup = await expectOk(
    browser.post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.walter }),
  )
  const chosen = { ...RIGHT, ticket: setup['ticket'] }
  await expectOk(browser.post('/fernwood/api/portal/activation/credentials', chosen))
})
beforeEach(async () => {
  phone = service.openBrowser()
  await expectOk(phone.post(SESSION, RIGHT))
})

describe('looking whether one is signed in', () => {
  test('does not keep one signed in, in however many tabs', async () => {
    const end = service.clock.now + 15 * MINUTE_MS
    for (let minute = 1; minute < 15; minute++) {
      service.clock.now += MINUTE_MS
      const tabs = await Promise.all([phone.get(SESSION), phone.get(SESSION)])
      for (const answer of tabs) expect(await expectOk(answer)).toMatchObject({ idleEndsAt: end })
    }
    service.clock.now += MINUTE_MS
    await expectRefusal(await phone.get(SESSION), 'signed-out')
    await expectRefusal(await phone.get(HOME), 'signed-out')
  })

  test('shows what was done in another tab', async () => {
    service.clock.now += 10 * MINUTE_MS
    await expectOk(phone.get(HOME))
    const view = { idleEndsAt: service.clock.now + 15 * MINUTE_MS, restricted: false, firstName: null }
    service.clock.now += 10 * MINUTE_MS
    expect(await expectOk(phone.get(SESSION))).toMatchObject(view)
  })
})

describe('staying', () => {
  test('begins the idle time anew, each time to the millisecond', async () => {
    for (const wait of [14 * MINUTE_MS, 10, 14 * MINUTE_MS]) {
      service.clock.now += wait
      expect(await expectOk(phone.post(`${SESSION}/stay`, {}))).toMatchObject({
        idleEndsAt: service.clock.now + 15 * MINUTE_MS,
      })
    }
  })

  test('does not reach over the eight hours', async () => {
    const end = service.clock.now + 8 * HOUR_MS
    for (let quarter = 0; quarter < 34; quarter++) {
      service.clock.now += 14 * MINUTE_MS
      await expectOk(phone.post(`${SESSION}/stay`, {}))
    }
    expect(await expectOk(phone.get(SESSION))).toMatchObject({ idleEndsAt: end, endsAt: end })
    service.clock.now = end
    await expectRefusal(await phone.post(`${SESSION}/stay`, {}), 'signed-out')
  })

  test('is too late after the end, and after signing out', async () => {
    const other = service.openBrowser()
    for (const [name, value] of phone.cookies) other.cookies.set(name, value)
    expect((await phone.delete(SESSION)).status).toBe(204)
    await expectRefusal(await other.post(`${SESSION}/stay`, {}), 'signed-out')
    await expectOk(phone.post(SESSION, RIGHT))
    service.clock.now += 15 * MINUTE_MS
    await expectRefusal(await phone.post(`${SESSION}/stay`, {}), 'signed-out')
  })
})
