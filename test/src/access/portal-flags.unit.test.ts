import { expect, test, vi } from 'vitest'
import { readCapability } from '../../../src/fhir/capability.ts'
import { mirrorFlags } from '../../../src/access/portal-flags.ts'
import { OPENEMR } from '../../support/ehrs.ts'

type Deps = Parameters<typeof mirrorFlags>[0]
type Asker = Parameters<typeof mirrorFlags>[1]

test('a store that fails, also to note the failure, ends in the log and nowhere else', async () => {
  const fail = () => {
    throw new Error('disk I/O error')
  }
  const error = vi.fn()
  const deps = {
    store: { db: { insertInto: fail, selectFrom: fail, updateTable: fail } },
    log: { error },
    now: () => 0,
    capabilityOf: () => Promise.resolve(readCapability(OPENEMR.statement, OPENEMR.smart)),
  }
  const context = { ehrTokenId: 't1', patientId: 'p1', scope: 'api:oemr user/patient.write' }
  const asker = { practice: { id: 'fernwood' }, staff: { context }, requestId: 'r1' }
  await mirrorFlags(deps as unknown as Deps, asker as unknown as Asker, { portal: false })
  expect(error.mock.calls.map(([, what]) => what)).toEqual(['portal-flags.failed', 'portal-flags.failed'])
})
