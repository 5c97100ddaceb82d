import { expect, test } from 'vitest'
import { Refusal } from '../../../web-components/client.ts'
import { common } from '../../../web-components/i18n/common.en.ts'
import { staff } from '../../../web-components/i18n/staff.en.ts'
import { launchRefusal } from '../../../web-components/i18n/launch-refusals.ts'
import { createWords, type StaffId } from '../../../web-components/i18n/words.ts'

const words = createWords<StaffId>('en', { ...common, ...staff }, 'America/Los_Angeles')

test.each([
  ['client-not-enabled', 'Portico is not switched on in the EMR yet.'],
  ['state-mismatch', "Portico didn't open."],
])('a launch that failed by %s is worded by its reason', (reason, title) => {
  expect(launchRefusal(words, new Refusal('launch-failed', { reason })).title).toBe(title)
})
