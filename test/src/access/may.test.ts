import { beforeAll, describe, expect, test } from 'vitest'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

const readCard = async (patient: string) => {
  const tab = await service.launch(patient)
  return { tab, card: await expectOk(tab.browser.get(`${tab.api}/access`)) }
}

describe('what staff may do is their right and the patient’s possibility, whatever the card’s state', () => {
  const mayOf = async (permissions: string[], patient: string) => {
    const strict = await openService()
    await strict.store.db
      .updateTable('staff_role')
      .set({ permissions: JSON.stringify(permissions) })
      .where('practice_id', '=', 'fernwood')
      .where('id', '=', 'front-desk')
      .execute()
    const tab = await strict.launch(patient)
    const { may } = await expectOk(tab.browser.get(`${tab.api}/access`))
    return { may, tab }
  }

  test('front desk and a patient not asked yet: all but the settings', async () => {
    const { may } = (await readCard(PEOPLE.rosa)).card
    expect(may).toEqual({ allow: true, create: true, edit: 'chart', settings: false })
  })

  test('an administrator: the settings too', async () => {
    const tab = await service.launch(PEOPLE.rosa, { user: 'administrator' })
    expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({
      may: { allow: true, create: true, edit: 'chart', settings: true },
    })
  })

  test.each([
    [['access.read', 'access.manage'], { allow: true, create: false, edit: 'chart', settings: false }],
    [
      ['access.read', 'credentials.manage', 'settings.manage'],
      { allow: false, create: true, edit: 'no', settings: true },
    ],
  ])('%j', async (permissions, expected) => {
    expect((await mayOf(permissions, PEOPLE.walter)).may).toEqual(expected)
  })

  test('contacts also of a patient who can never be invited, but no invitation', async () => {
    expect((await readCard(PEOPLE.aged12)).card['may']).toEqual({
      allow: false,
      create: false,
      edit: 'chart',
      settings: false,
    })
  })

  test('a right to look is a right to nothing else', async () => {
    const { may, tab } = await mayOf(['access.read'], PEOPLE.walter)
    expect(may).toEqual({ allow: false, create: false, edit: 'no', settings: false })
    await expectRefusal(await tab.browser.put(`${tab.api}/access`, { allowPortal: true }), 'not-permitted')
    await expectRefusal(await tab.browser.put(`${tab.api}/refusal`, {}), 'not-permitted')
    await expectRefusal(await tab.browser.delete(`${tab.api}/refusal`), 'not-permitted')
    await expectRefusal(await tab.browser.post(`${tab.api}/invitations`, {}), 'not-permitted')
  })
})
