/** A move as a process of its own, to be killed. Run as `mover.ts <store url> <keys> <fhir base>`. */
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { createCapabilityReader } from '../../../src/fhir/capability-reader.ts'
import { createFhirHandle } from '../../../src/fhir/client.ts'
import { moveHome } from '../../../src/shelf/move.ts'
import { openStore } from '../../../src/store/open.ts'

const [, , url = '', keys = '', base = ''] = process.argv
const store = await openStore(url)
const now = Date.now
await moveHome({
  store,
  keyring: createKeyring(keys),
  now,
  practiceId: 'fernwood',
  type: 'Communication',
  capability: await createCapabilityReader({ fetch, now }).read(base),
  ehr: createFhirHandle({ base, accessToken: async () => 'token' }),
  // The same each time: what is killed here has no lease to wait for.
  owner: 'mover',
  tell: (line) => process.stdout.write(`${line}\n`),
})
await store.close()
