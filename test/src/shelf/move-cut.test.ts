import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Communication } from '@medplum/fhirtypes'
import { afterAll, describe, expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import type { TypeCapability } from '../../../src/fhir/capability.ts'
import type { Kept } from '../../../src/fhir/client.ts'
import { createFhirServer } from '../../../src/sandbox/fhir/server.ts'
import { MoveRefused } from '../../../src/shelf/copies.ts'
import { createShelf } from '../../../src/shelf/shelf.ts'
import { startChild } from '../../support/child.ts'
import { openTestStore } from '../../support/store.ts'
import { refer, thread } from '../fhir/contract-people.ts'
import { dying, fillThread, Killed, openPractice, textOf } from './practice.ts'

const stops: (() => void)[] = []
afterAll(() => {
  for (const stop of stops) stop()
})

describe('a move that is cut off', () => {
  const LIMITS: [string, Partial<TypeCapability>][] = [
    ['a good EHR', {}],
    ['an EHR without conditions and versions', { conditionalCreate: false, ifMatch: false }],
    ['an EHR that only patches', { update: false }],
    ['an EHR that lets nobody change or read', { update: false, patch: false, read: false }],
  ]
  test.each(LIMITS)('anywhere goes on where it was, and makes nothing twice: %s', async (_, can) => {
    const practice = await openPractice('Communication', can)
    const { head, second } = await fillThread(practice.shelf)
    let deaths = 0
    for (let at = 1; at < 40; at += 1)
      for (const when of ['before', 'after'] as const) {
        const ended = await practice
          .move({ handle: dying(practice.ehr, at, when) })
          .catch((error: unknown) => error)
        if (ended === undefined) at = 40
        else if (ended instanceof Killed) deaths += 1
        else if (!(ended instanceof MoveRefused && ended.message.includes('already'))) throw ended
      }
    expect(deaths).toBeGreaterThan(3)
    const there = practice.inEhr() as Kept<Communication>[]
    expect(there.map(textOf)).toEqual([undefined, 'Your potassium is fine.', 'Thanks'])
    const handle = await practice.homes.handleFor('fernwood', 'Communication')
    expect(await handle.read('Communication', second.id)).toMatchObject({
      partOf: [refer('Communication', there[0]?.id ?? '')],
    })
    expect((await handle.read('Communication', head.id)).id).toBe(there[0]?.id)
  })
})

test('kill -9 in the middle of it, again and again, loses nothing and makes nothing twice', async () => {
  const keys = `test:${randomBytes(32).toString('base64url')}`
  const store = await openTestStore()
  const base = await new Promise<string>((resolve) => {
    const listening = createServer((request, response) => void answer(request, response))
    listening.listen(0, '127.0.0.1', () => {
      const { port } = listening.address() as AddressInfo
      stops.push(() => listening.close())
      resolve(`http://127.0.0.1:${port}/fhir`)
    })
  })
  const server = createFhirServer({ base, resources: [{ resourceType: 'Patient', id: 'ann' }] })
  let requests = 0
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    requests += 1
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = 'GET', headers, url = '' } = request
    const init = { method, headers: headers as Record<string, string> }
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
    const given = await server.app.request(new URL(url, base).href, { ...init, ...body })
    response.writeHead(given.status, Object.fromEntries(given.headers)).end(await given.text())
  }
  const shelf = createShelf({
    store,
    keyring: createKeyring(keys),
    now: Date.now,
    practiceId: 'fernwood',
    base,
  })
  const heads = await store.transaction(async (tx) => {
    const made = []
    for (let n = 0; n < 14; n += 1) made.push(await shelf.within(tx).create(thread(`p${n}`)))
    return made
  })
  let deaths = 0
  for (let ended = false; !ended;) {
    const mover = startChild(new URL('mover.ts', import.meta.url), [store.url, keys, base])
    const enough = requests + 10 + deaths * 8
    const timer = setInterval(() => requests >= enough && mover.kill('SIGKILL'), 1)
    const { code, errors } = await mover.ended
    clearInterval(timer)
    if (code === null) deaths += 1
    else expect({ code, errors }).toEqual({ code: 0, errors: '' })
    ended = code === 0
  }
  expect(deaths).toBeGreaterThan(0)
  const there = server.search('Communication', '') as Kept<Communication>[]
  expect(there.map(({ subject }) => subject)).toEqual(heads.map(({ subject }) => subject))
  const rows = await store.db.selectFrom('resource').select(['moved_to']).orderBy('id').execute()
  expect(rows.map(({ moved_to }) => moved_to)).toEqual(there.map(({ id }) => id))
  expect(await store.db.selectFrom('home').select('home').execute()).toEqual([{ home: 'ehr' }])
}, 60_000)
