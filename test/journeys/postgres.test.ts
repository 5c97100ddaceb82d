import type { Browser } from 'playwright'
import { afterAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { IDENTITY, PEOPLE } from '../support/people.ts'
import { createPostgresDatabase } from '../support/store.ts'
import { startDemo, type Demo } from './demo.ts'
import { firstDayByMail, firstDayByPassword } from './first-day.ts'
import { countDeeds, expectWholeAudit, ONE_WALK, WALK_MS, walkInterrupted, withStore } from './interrupted.ts'

let demo: Demo | undefined
let browser: Browser | undefined

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

const gloria = {
  patient: PEOPLE.noContact,
  firstName: 'Gloria',
  identity: { firstInitial: 'G', lastInitial: 'W', birthDate: '1951-12-31' },
  username: 'gloria.w',
}
const lena = { patient: PEOPLE.twinA, firstName: 'Lena', identity: IDENTITY.lena, username: 'lena.h' }

describe('the walk on PostgreSQL', () => {
  test.skipIf(!process.env['TEST_PG_URL'])(
    'a service that is killed and restarted in turns loses nothing, and every step happens once',
    async () => {
      const store = await createPostgresDatabase()
      const [running, chromium] = await Promise.all([startDemo({ store }), openBrowser()])
      demo = running
      browser = chromium
      let turn = 0
      const interrupt = () => running.sandbox(turn++ % 2 === 0 ? 'kill-service' : 'restart-service')
      const walter = {
        patient: PEOPLE.walter,
        firstName: 'Walter',
        identity: IDENTITY.walter,
        username: 'walter',
      }
      await walkInterrupted(running, chromium, walter, interrupt)
      await firstDayByMail(running, chromium, gloria, interrupt)
      await firstDayByPassword(running, chromium, lena, interrupt)
      await withStore(store, async (db) => {
        expect(db.engine).toBe('postgres')
        expect(await countDeeds(db, PEOPLE.walter)).toMatchObject(ONE_WALK)
        await expectWholeAudit(db)
      })
    },
    WALK_MS,
  )
})
