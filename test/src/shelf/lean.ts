/** The shelf where FHIR's definitions are not installed. Run as `lean.ts <store url> <keys>`; prints what it found. */
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (/^@medplum\/(definitions|fhir-router)/.test(specifier))
      throw new Error(`${specifier} is not installed`)
    return next(specifier, context)
  },
})

const { createKeyring } = await import('../../../src/crypto/keyring.ts')
const { createShelf } = await import('../../../src/shelf/shelf.ts')
const { openStore } = await import('../../../src/store/open.ts')
// The whole service, as far as its modules go.
await import('../../../src/start.ts')

const [, , url = '', keys = ''] = process.argv
const store = await openStore(url)
const shelf = createShelf({
  store,
  keyring: createKeyring(keys),
  now: Date.now,
  practiceId: 'fernwood',
  base: 'http://emr.example/fhir',
})
await shelf.create({
  resourceType: 'Communication',
  status: 'in-progress',
  identifier: [{ system: 'urn:x', value: '1' }],
  category: [{ coding: [{ code: 'question' }] }],
  subject: { reference: 'Patient/ann' },
  sent: '2026-11-22T15:00:00Z',
})
const found = await Promise.all(
  [
    { patient: 'ann' },
    { sent: 'ge2026-11-22' },
    { category: 'question' },
    { 'part-of:missing': 'true' },
    { identifier: 'urn:x|1' },
    { status: 'completed' },
  ].map(
    async (params) => (await shelf.search('Communication', params as Record<string, string>)).entry?.length,
  ),
)
await store.close()
console.log(JSON.stringify(found))
