import { describe, expect, test, vi } from 'vitest'
import { createClient, createSubmission, Refusal } from '../../web-components/client.ts'
import { fernwood, sessionFor } from './support/fixtures.ts'
import { openStage } from './support/stage.ts'

const stage = openStage()
const client = createClient('fernwood')
const credentials = { username: 'maria.nunez', password: 'copper kettle moon' }

describe('an answer', () => {
  test('is the body of a 2xx', async () => {
    expect(await client.readPractice()).toEqual(fernwood)
  })

  test('is a refusal by code, with its facts, for a problem', async () => {
    stage.on('POST portal/session', () => ({
      status: 429,
      code: 'too-many-tries',
      extra: { retryAfter: 30 },
    }))
    const refusal: unknown = await client.signIn(credentials, 'key').catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({ code: 'too-many-tries' })
    expect((refusal as Refusal).number('retryAfter')).toBe(30)
  })

  test('is `offline` when the network is gone', async () => {
    stage.on('GET practice', () => 'offline')
    await expect(client.readPractice()).rejects.toMatchObject({ code: 'offline' })
  })

  test('is `timeout` when it does not come within 15 seconds', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      expect(ms).toBe(15_000)
      return AbortSignal.abort(new DOMException('', 'TimeoutError'))
    })
    window.fetch = async (_input, init) => {
      init?.signal?.throwIfAborted()
      return new Response()
    }
    await expect(client.readPractice()).rejects.toMatchObject({ code: 'timeout' })
    vi.restoreAllMocks()
  })
})

describe('a submission', () => {
  const submission = () => createSubmission((body: typeof credentials, key) => client.signIn(body, key))
  const keys = () => stage.asked('POST portal/session').map(({ key }) => key)

  test('pressed twice asks once', async () => {
    stage.on('POST portal/session', () => ({ status: 201, body: sessionFor('maria.nunez') }))
    const submit = submission()
    const [first, second] = await Promise.all([submit(credentials), submit(credentials)])
    expect(second).toBe(first)
    expect(keys()).toHaveLength(1)
  })

  test('goes out under the same key after a lost answer, so that nothing is created twice', async () => {
    stage.on('POST portal/session', () => 'offline')
    const submit = submission()
    await expect(submit(credentials)).rejects.toMatchObject({ code: 'offline' })
    stage.on('POST portal/session', () => ({ status: 201, body: sessionFor('maria.nunez') }))
    await submit(credentials)
    const [first, second] = keys()
    expect(first).toMatch(/^[\w-]{36}$/)
    expect(second).toBe(first)
  })

  test('takes a new key for another body, and after any answer', async () => {
    stage.on('POST portal/session', () => 'offline')
    const submit = submission()
    await expect(submit(credentials)).rejects.toThrow(Refusal)
    stage.on('POST portal/session', () => ({ status: 401, code: 'sign-in-refused' }))
    await expect(submit({ ...credentials, password: 'other' })).rejects.toThrow(Refusal)
    await expect(submit({ ...credentials, password: 'other' })).rejects.toThrow(Refusal)
    expect(new Set(keys()).size).toBe(3)
  })
})
