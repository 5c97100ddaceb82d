import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import type { EmbedContext } from '../../../src/embedding/schema.ts'
import { liveKeyOf } from '../../../src/events/live-key.ts'
import { publishEvent } from '../../../src/events/events.ts'
import type { StaffPerson } from '../../../src/staff/schema.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../../support/service.ts'
import { createHost, openEmbedded } from '../../support/host.ts'
import { openDesk } from '../administration/desk.ts'
import { listen, liveKey, type Node, readEvents } from './node.ts'

const KEYS_OF_BOTH = `test:${randomBytes(32).toString('base64url')}`
const NEW_KEY = randomBytes(32).toString('base64url')
const service = await openService()
let node: Node
let tab: LaunchedTab

beforeEach(async () => {
  // What happened before is told to nobody any more.
  service.clock.now += MINUTE_MS
  node = await listen(service)
  tab = await service.launch(PEOPLE.walter)
})
afterEach(() => service.store.db.deleteFrom('event').execute())

async function changed(patientId: string, { wiring, clock }: TestService = service) {
  await publishEvent(wiring.store.db, { practiceId: 'fernwood', topic: 'access', patientId }, clock.now)
  await wiring.events.refresh()
}
const soon = (keys: string[], expected: string[]) =>
  expect.poll(() => [...keys], { timeout: 3000, interval: 20 }).toEqual(expected)

describe('a screen that watches', () => {
  test('hears at once when the patient opens the letter and when the portal is theirs', async () => {
    const letter = await service.inviteAndRead(tab)
    service.clock.now += MINUTE_MS
    const screen = await node.watch(tab)
    const key = await liveKey(tab)
    const card = () => expectOk(tab.browser.get(`${tab.api}/access`))
    const phone = service.openBrowser()
    const confirm = { portalId: letter.portalId, code: letter.code, ...IDENTITY.walter }
    const setup = await expectOk(phone.post('/fernwood/api/portal/activation', confirm))
    await expect.poll(() => screen.keys, { timeout: 400, interval: 5 }).toEqual([key])
    expect(await card()).toMatchObject({ state: 'invited', invitation: { openedAt: service.clock.now } })

    const chosen = { ticket: setup['ticket'], username: 'walter', password: GOOD_PASSWORD }
    await expectOk(phone.post('/fernwood/api/portal/activation/credentials', chosen))
    await expect.poll(() => screen.keys, { timeout: 400, interval: 5 }).toEqual([key, key])
    expect(await card()).toMatchObject({ state: 'active' })
  })

  test('hears nothing of a patient whom it did not ask for', async () => {
    const screen = await node.watch(tab)
    const other = await service.launch(PEOPLE.maria)
    const others = await node.watch(other)
    await changed(PEOPLE.maria)
    await soon(others.keys, [await liveKey(other)])
    await changed(PEOPLE.walter)
    await soon(screen.keys, [await liveKey(tab)])
  })

  test('asks for several patients in one stream', async () => {
    const [walter, maria] = [await liveKey(tab), await liveKey(await service.launch(PEOPLE.maria))]
    const screen = await node.watch(tab, [walter, maria, walter])
    await changed(PEOPLE.maria)
    await soon(screen.keys, [maria])
    await changed(PEOPLE.walter)
    await soon(screen.keys, [maria, walter])
  })

  test('is told what happened in the seconds before it came, as its card was read even earlier', async () => {
    const first = await node.watch(tab)
    await changed(PEOPLE.walter)
    const key = await liveKey(tab)
    await soon(first.keys, [key])
    const second = await node.watch(tab)
    await soon(second.keys, [key])
    service.clock.now += 6000
    const third = await node.watch(tab)
    await changed(PEOPLE.maria)
    await changed(PEOPLE.walter)
    await soon(third.keys, [key])
  })

  test('gets plain lines that nothing on the way holds back', async () => {
    const { headers } = await node.watch(tab)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-request-id': expect.any(String),
    })
    expect(headers.get('content-encoding')).toBeNull()
  })

  test('by HEAD gets the head alone, and is not kept', async () => {
    const opened = vi.spyOn(service.wiring.streams, 'open')
    onTestFinished(() => opened.mockRestore())
    const api = tab.api.replace(/\/patients\/.*$/, '')
    const cookie = [...tab.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const url = `http://127.0.0.1:${node.port}${api}/events?for=x`
    const answer = await fetch(url, { method: 'HEAD', headers: { cookie } })
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ])
    expect(opened).not.toHaveBeenCalled()
    await new Promise((resolve) => node.server.close(resolve))
  })

  test('two services on one database: what happens on one is seen on the other within two seconds', async () => {
    const other = await openService({ store: service.store, keys: KEYS_OF_BOTH })
    const own = await openService({ store: service.store, keys: KEYS_OF_BOTH })
    const launched = await other.launch(PEOPLE.walter)
    const screen = await (await listen(other)).watch(launched)
    const elsewhere = await own.launch(PEOPLE.walter)
    await expectOk(
      elsewhere.browser.put(`${elsewhere.api}/refusal`, { reason: 'other', askAgainOn: '2027-02-01' }),
    )
    await expect.poll(() => screen.keys, { timeout: 2000, interval: 20 }).toContain(await liveKey(launched))
  })

  test('a page from before a key rotation goes on by the key that it was given', async () => {
    const rotated = await openService({ store: service.store, keys: `new:${NEW_KEY},${KEYS_OF_BOTH}` })
    const launched = await rotated.launch(PEOPLE.walter)
    const old = (await openService({ store: service.store, keys: KEYS_OF_BOTH })).wiring.keyring
    const before = liveKeyOf(old, 'fernwood', PEOPLE.walter)
    const screen = await (await listen(rotated)).watch(launched, [before])
    await changed(PEOPLE.walter, rotated)
    await soon(screen.keys, [before])
  })
})

describe('who may watch', () => {
  test('nobody without a session, and nobody whose launch has ended', async () => {
    const stranger: LaunchedTab = { ...tab, browser: service.openBrowser() }
    await expectRefusal(await node.ask(stranger, `?for=${await liveKey(tab)}`), 'launch-ended')
    await tab.browser.delete(tab.api.replace(/\/patients\/.*$/, ''))
    await expectRefusal(await node.ask(tab, '?for=x'), 'launch-ended')
  })

  test('a key is a seal: nobody makes one up from a patient whom they know, or uses another practice’s', async () => {
    const { keyring } = service.wiring
    const guesses = [PEOPLE.maria, liveKeyOf(keyring, 'harbor', PEOPLE.maria)]
    const screen = await node.watch(tab, guesses)
    const honest = await node.watch(tab, [liveKeyOf(keyring, 'fernwood', PEOPLE.maria)])
    await changed(PEOPLE.maria)
    await soon(honest.keys, [liveKeyOf(keyring, 'fernwood', PEOPLE.maria)])
    expect(screen.keys).toEqual([])
  })

  test.each([
    ['none at all', ''],
    ['an empty one', '?for='],
    ['one too long', `?for=${'k'.repeat(65)}`],
    ['no key', '?for=a%20b'],
    ['more than 50', `?${Array.from({ length: 51 }, (_, n) => `for=k${n}`).join('&')}`],
  ])('%s is refused', async (_what, query) => {
    await expectRefusal(await node.ask(tab, query), 'invalid-request')
  })
})

describe('a card in a page of the EMR', () => {
  const open = async () => {
    const host = await createHost()
    const embedding = await openService({ hosts: [host] })
    const page = await openEmbedded(embedding, host)
    const there = await listen(embedding)
    const { liveKey: key } = (await expectOk(page.call('GET', `${page.api}/context`))) as EmbedContext
    const response = await fetch(`http://127.0.0.1:${there.port}${page.api}/events?for=${key}`, {
      headers: { authorization: `Bearer ${page.token.access_token}`, origin: 'https://emr.example' },
    })
    expect(response.status).toBe(200)
    return { embedding, response, key, ...readEvents(response) }
  }

  test('watches under its token, and a browser lets it read', async () => {
    const { embedding, response, keys, key } = await open()
    expect(response.headers.get('access-control-allow-origin')).toBe('https://emr.example')
    expect(response.headers.get('vary')).toBe('Origin')
    await changed(PEOPLE.walter, embedding)
    await soon(keys, [key])
  })

  test('watches no longer than its token is good', async () => {
    const { embedding, ended } = await open()
    embedding.clock.now += 5 * MINUTE_MS
    expect(await ended).toBe('ended')
  })
})

describe('the end of a stream', () => {
  test('watching does not keep anybody signed in: it ends with the session', async () => {
    const key = await liveKey(tab)
    const screen = await node.watch(tab, [key])
    service.clock.now += 14 * MINUTE_MS
    expect(await screen.ended).toBe('ended')
    const second = await node.watch(tab, [key])
    service.clock.now += MINUTE_MS
    expect(await second.ended).toBe('ended')
    await expectRefusal(await node.ask(tab, '?for=x'), 'launch-ended')
  })

  test('reading again by itself does not keep anybody signed in either; a press does', async () => {
    const read = (query: string) => tab.browser.get(`${tab.api}/access${query}`)
    service.clock.now += 10 * MINUTE_MS
    await expectOk(read('?live'))
    service.clock.now += 4 * MINUTE_MS
    await expectOk(read(''))
    service.clock.now += 14 * MINUTE_MS
    await expectOk(read('?live'))
    service.clock.now += MINUTE_MS
    await expectRefusal(await read('?live'), 'launch-ended')
    await expectRefusal(await read(''), 'launch-ended')
  })

  test('comes for everybody when somebody is stopped: who comes again is asked anew', async () => {
    const busy = await openService()
    const there = await listen(busy)
    const desk = await openDesk(busy)
    const launched = await busy.launch(PEOPLE.walter)
    const [ofDesk, ofStopped] = [await there.watch(desk.tab), await there.watch(launched)]
    const { people } = (await expectOk(desk.get('people'))) as { people: StaffPerson[] }
    const { id } = people.find(({ fhirUser }) => fhirUser === 'Practitioner/prac-park') ?? { id: '' }
    await expectOk(desk.put(`people/${id}/stopped`, { stopped: true }))
    expect([await ofDesk.ended, await ofStopped.ended]).toEqual(['ended', 'ended'])
    const refused = await expectRefusal(await there.ask(launched, '?for=x'), 'not-permitted')
    expect(refused).toMatchObject({ reason: 'stopped' })
    const again = await there.watch(desk.tab)
    await changed(PEOPLE.walter, busy)
    await soon(again.keys, [await liveKey(desk.tab)])
  })

  test('comes after five minutes at the latest', async () => {
    const screen = await node.watch(tab)
    service.clock.now += 5 * MINUTE_MS - 1
    await changed(PEOPLE.walter)
    await soon(screen.keys, [await liveKey(tab)])
    service.clock.now += 1
    expect(await screen.ended).toBe('ended')
  })

  test('of twenty-one streams of one person the oldest gives way', async () => {
    const screens = []
    for (let n = 0; n < 21; n++) screens.push(await node.watch(tab))
    expect(await screens[0]?.ended).toBe('ended')
    await changed(PEOPLE.walter)
    await soon(screens[1]?.keys ?? [], [await liveKey(tab)])
    await soon(screens[20]?.keys ?? [], [await liveKey(tab)])
  })

  test('when the service stops, every stream ends and nothing holds it up', async () => {
    const stopping = await openService()
    const there = await listen(stopping)
    const launched = await stopping.launch(PEOPLE.walter)
    const screen = await there.watch(launched)
    const stopped = new Promise((resolve) => there.server.close(resolve))
    stopping.wiring.streams.close()
    expect(await screen.ended).toBe('ended')
    await stopped
  })
})
