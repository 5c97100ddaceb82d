import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Resource } from '@medplum/fhirtypes'
import { recordAudit } from '../../../src/audit/record.ts'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import type { SearchParams } from '../../../src/fhir/client.ts'
import { forPatient } from '../../../src/fhir/for-patient.ts'
import { createShelf } from '../../../src/shelf/shelf.ts'
import { codeOf } from '../fhir/contract-answers.ts'
import { message, refer, task, thread, unique } from '../fhir/contract-people.ts'
import { BASE, openShelf } from './shelf.ts'

const { store, clock, deps, shelf } = await openShelf()

test('what is not of its types does not exist, to readers and writers alike', async () => {
  expect(await codeOf(shelf.read('Patient', 'ann'))).toBe('not-found')
  expect(await codeOf(shelf.search('Patient', {}))).toBe('not-found')
  expect(await codeOf(shelf.create({ resourceType: 'Patient' }))).toBe('not-found')
})

test('nobody but the keys’ holder reads it: neither words nor identifiers stand in the store', async () => {
  const secret = { system: 'urn:mrn', value: 'MRN-SECRET-77' }
  await shelf.create(thread('ann', { identifier: [secret], topic: { text: 'A secret question' } }))
  const rows = JSON.stringify([
    await store.db.selectFrom('resource').selectAll().execute(),
    await store.db.selectFrom('resource_key').selectAll().execute(),
  ])
  expect(rows).not.toMatch(/secret/i)
  expect(rows).toContain('ann')
})

test('a row put in the place of another does not open', async () => {
  const [one, other] = [await shelf.create(task('ann')), await shelf.create(task('ben'))]
  const { json_sealed } = await store.db
    .selectFrom('resource')
    .select('json_sealed')
    .where('id', '=', other.id)
    .executeTakeFirstOrThrow()
  await store.db.updateTable('resource').set({ json_sealed }).where('id', '=', one.id).execute()
  await expect(shelf.read('Task', one.id)).rejects.toThrow()
  await store.db.deleteFrom('resource').where('id', '=', one.id).execute()
  await store.db.deleteFrom('resource_key').where('id', '=', one.id).execute()
})

test('another practice’s shelf holds nothing of this one', async () => {
  const made = await shelf.create(thread('ann'))
  const harbor = createShelf({ ...deps, practiceId: 'harbor' })
  expect(await codeOf(harbor.read('Communication', made.id))).toBe('not-found')
  expect((await harbor.search('Communication', { patient: 'ann' })).entry).toEqual([])
})

test('it is found by its identifier also under a new key, while the old one is kept', async () => {
  const identifier = unique()
  const [newer, older] = [0, 1].map(() => randomBytes(32).toString('base64url'))
  const before = createShelf({ ...deps, practiceId: 'fernwood', keyring: createKeyring(`old:${older}`) })
  const made = await before.create(task('keys', { identifier: [identifier] }))
  const rotated = createKeyring(`new:${newer},old:${older}`)
  const after = createShelf({ ...deps, practiceId: 'fernwood', keyring: rotated })
  const query = { identifier: `${identifier.system}|${identifier.value}` }
  const found = await after.search('Task', query)
  expect(found.entry?.map(({ resource }) => resource?.id)).toEqual([made.id])
  expect((await after.create(task('keys'), { ifNoneExist: query })).id).toBe(made.id)
})

test('a write inside a caller’s transaction is there with the trail, or not at all', async () => {
  const trail = { practiceId: 'fernwood', actor: 'portico', action: 'message.sent' }
  const made = await store.transaction(async (tx) => {
    const kept = await shelf.within(tx).create(thread('together'))
    await recordAudit(tx, trail, clock.now)
    return shelf.within(tx).read('Communication', kept.id)
  })
  expect((await shelf.read('Communication', made.id)).subject).toEqual(refer('Patient', 'together'))
  const failing = store.transaction(async (tx) => {
    await shelf.within(tx).create(thread('never'))
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect((await shelf.search('Communication', { patient: 'never' })).entry).toEqual([])
})

test('references into the chart are kept relative, and found by address', async () => {
  const made = await shelf.create(
    thread('addressed', { subject: { reference: `${BASE}/Patient/addressed` } }),
  )
  expect(made.subject).toEqual({ reference: 'Patient/addressed' })
  const found = await shelf.search('Communication', { patient: `${BASE}/Patient/addressed` })
  expect(found.entry).toHaveLength(1)
})

test('what is changed is found by what it is now, and no longer by what it was', async () => {
  const made = await shelf.create(task('changing'))
  await shelf.update({ ...made, status: 'completed', for: refer('Patient', 'changed') })
  const idsBy = async (patient: string, status: string) =>
    (await shelf.search('Task', { patient, status })).entry?.map(({ resource }) => resource?.id)
  expect(await idsBy('changing', 'requested')).toEqual([])
  expect(await idsBy('changed', 'completed')).toEqual([made.id])
})

test('patches at the same time all count when nobody named a version', async () => {
  const made = await shelf.create(task('patched'))
  const note = (text: string) => ({ op: 'add', path: '/note/-', value: { text } }) as const
  await shelf.patch('Task', made.id, [{ op: 'add', path: '/note', value: [{ text: '0' }] }])
  await Promise.all(['1', '2', '3', '4'].map((text) => shelf.patch('Task', made.id, [note(text)])))
  const { note: notes = [], meta } = await shelf.read('Task', made.id)
  expect(notes.map(({ text }) => text).sort()).toEqual(['0', '1', '2', '3', '4'])
  expect(meta?.versionId).toBe('6')
})

test('a search that no key narrows goes through everything, page by page', async () => {
  const { shelf: other, store: store450 } = await openShelf()
  await store450.transaction(async (tx) => {
    for (let n = 0; n < 450; n += 1) await other.within(tx).create(message(`p${n}`, 'x'))
  })
  const afterTheHeads = { 'part-of:missing': 'false', _sort: '-_id' }
  const { total, entry = [], link } = await other.search('Communication', afterTheHeads)
  expect({ total, shown: entry.length }).toEqual({ total: 450, shown: 20 })
  const next = new URL(link?.find(({ relation }) => relation === 'next')?.url ?? '')
  expect(next.searchParams.get('_offset')).toBe('20')
  const page = await other.search('Communication', { ...afterTheHeads, _offset: '440' })
  expect(page.entry).toHaveLength(10)
  expect(page.link?.map(({ relation }) => relation)).toEqual(['self'])
})

test('too much, and too much of it, is refused', async () => {
  const long = thread('ann', { topic: { text: 'x'.repeat(300_000) } })
  expect(await codeOf(shelf.create(long))).toBe('ehr-rejected')
  const entry = Array.from({ length: 501 }, () => ({ request: { method: 'GET' as const, url: 'Task' } }))
  expect(await codeOf(shelf.batch({ resourceType: 'Bundle', type: 'batch', entry }))).toBe('ehr-rejected')
})

test('each element at fault is named, so that whoever wrote it can mend it', async () => {
  const wrong = {
    resourceType: 'Appointment',
    status: 'sent',
    participant: [],
    mood: 'good',
  } as unknown as Resource
  const refusal = await shelf.create(wrong).catch((error: unknown) => error)
  expect(refusal).toMatchObject({
    code: 'ehr-rejected',
    issues: ['/participant', '/status', '/participant', '/mood'].map((pointer) => ({ pointer })),
  })
})

test('a patient’s handle on it reaches their own and nobody else’s, as in the chart', async () => {
  const own = await shelf.create(thread('pinned'))
  await shelf.create(thread('somebody-else'))
  const foreign: unknown[] = []
  const pinned = forPatient(shelf, 'pinned', (entry) => foreign.push(entry))
  const ids = async (params: SearchParams) =>
    (await pinned.search('Communication', params)).entry?.map(({ resource }) => resource?.id)
  expect(await ids({})).toEqual([own.id])
  expect(await ids({ patient: 'somebody-else', _sort: '-sent', _count: '50' })).toEqual([own.id])
  expect(foreign).toEqual([])
})

test('the keyring of another installation opens nothing', async () => {
  const made = await shelf.create(thread('ann'))
  const stranger = createKeyring(`test:${randomBytes(32).toString('base64url')}`)
  const thief = createShelf({ ...deps, practiceId: 'fernwood', keyring: stranger })
  await expect(thief.read('Communication', made.id)).rejects.toThrow()
})
