import { randomBytes } from 'node:crypto'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { HOME_TYPES } from '../../../src/fhir/homes.ts'
import { createShelf } from '../../../src/shelf/shelf.ts'
import { openTestStore } from '../../support/store.ts'
import { describeContract } from '../fhir/contract.ts'

const keyring = createKeyring(`test:${randomBytes(32).toString('base64url')}`)

describeContract('the shelf', HOME_TYPES, async () => {
  const handle = createShelf({
    store: await openTestStore(),
    keyring,
    now: Date.now,
    practiceId: 'fernwood',
    base: 'http://emr.example/fhir',
  })
  return { handle, patients: ['ann', 'ben'] }
})
