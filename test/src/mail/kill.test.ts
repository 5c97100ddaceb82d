import { expect, test } from 'vitest'
import { killSenders } from '../../support/mail-kills.ts'
import { openTestStore } from '../../support/store.ts'

test('a sender that is killed without a warning, six times, loses no mail that was committed', async () => {
  const { url } = await openTestStore()
  const { acknowledged, lost, mixedUp } = await killSenders(url, 6)
  expect(acknowledged).toBeGreaterThanOrEqual(6)
  expect({ lost, mixedUp }).toEqual({ lost: [], mixedUp: [] })
}, 60_000)
