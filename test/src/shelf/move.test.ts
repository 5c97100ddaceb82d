import type { Communication, Task } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { FhirHandle, Kept } from '../../../src/fhir/client.ts'
import { MoveRefused } from '../../../src/shelf/copies.ts'
import { codeOf } from '../fhir/contract-answers.ts'
import { audit, consent, message, refer, task, thread } from '../fhir/contract-people.ts'
import { dying, fillThread, Killed, openPractice, textOf } from './practice.ts'

const MINUTE = 60_000

describe('a move', () => {
  test('takes everything over, with references that lead to the new places, and says so in the trail', async () => {
    const practice = await openPractice()
    const { head, first, second } = await fillThread(practice.shelf)
    await practice.move()

    const there = practice.inEhr() as Kept<Communication>[]
    const [newHead, newFirst, newSecond] = there
    expect(there).toHaveLength(3)
    expect(newHead).toMatchObject({ topic: head.topic, subject: head.subject, sent: head.sent })
    expect(newFirst?.partOf).toEqual([refer('Communication', newHead?.id ?? '')])
    expect(newSecond).toMatchObject({
      partOf: [refer('Communication', newHead?.id ?? '')],
      inResponseTo: [refer('Communication', newFirst?.id ?? '')],
    })
    const trail = await practice.store.db.selectFrom('audit').select(['action', 'actor', 'detail']).execute()
    expect(trail).toEqual([
      {
        action: 'home.moved',
        actor: 'portico',
        detail: JSON.stringify({ type: 'Communication', to: 'ehr', resources: 3 }),
      },
    ])
    expect(practice.lines.at(-1)).toContain('3 moved')

    // Portico keeps no copy of the chart; who came before the move and looks after it is told to look again.
    const rows = await practice.store.db.selectFrom('resource').select('json_sealed').execute()
    expect(rows).toEqual([{ json_sealed: '' }, { json_sealed: '' }, { json_sealed: '' }])
    expect(await practice.store.db.selectFrom('resource_key').selectAll().execute()).toEqual([])
    expect(await codeOf(practice.shelf.read('Communication', head.id))).toBe('ehr-busy')
    expect(await codeOf(practice.shelf.search('Communication', { patient: 'ann' }))).toBe('ehr-busy')

    // Whoever kept an id of the shelf finds what took its place, by every way of asking.
    const handle = await practice.homes.handleFor('fernwood', 'Communication')
    expect((await handle.read('Communication', second.id)).id).toBe(newSecond?.id)
    const replies = await handle.search('Communication', {
      'part-of': `Communication/${head.id}`,
      _sort: 'sent',
    })
    expect(replies.entry).toHaveLength(2)
    const reply = await handle.create(message('ann', head.id))
    expect(reply.partOf).toEqual([refer('Communication', newHead?.id ?? '')])
    const changed = await handle.update({ ...first, status: 'entered-in-error' })
    expect(changed).toMatchObject({ id: newFirst?.id, status: 'entered-in-error' })
    const patched = await handle.patch('Communication', first.id, [
      { op: 'replace', path: '/status', value: 'completed' },
    ])
    expect(patched.id).toBe(newFirst?.id)
    expect(await practice.homes.homeOf('fernwood', 'Communication')).toBe('ehr')
  })

  test('is over once: a second one has nothing to do, and the shelf takes nothing more', async () => {
    const practice = await openPractice()
    const { head } = await fillThread(practice.shelf)
    await practice.move()
    // Cut off between the switch and the end of erasing, the second one still erases.
    await practice.store.db
      .updateTable('resource')
      .set({ json_sealed: 'x' })
      .where('id', '=', head.id)
      .execute()
    await expect(practice.move()).rejects.toThrow('lives in the EMR already')
    const kept = practice.store.db.selectFrom('resource').select('id').where('json_sealed', '<>', '')
    expect(await kept.execute()).toEqual([])
    expect(await codeOf(practice.shelf.create(thread('ann')))).toBe('ehr-busy')
    expect(await codeOf(practice.shelf.update(head))).toBe('ehr-busy')
    expect(practice.inEhr()).toHaveLength(3)
  })

  test('is one at a time', async () => {
    const practice = await openPractice()
    await fillThread(practice.shelf)
    const second: Promise<unknown>[] = []
    await practice.move({
      tell: () => second.push(practice.move({ owner: 'another' }).catch((error: unknown) => error)),
    })
    const refusals = await Promise.all(second)
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals[0]).toBeInstanceOf(MoveRefused)
    expect(practice.inEhr()).toHaveLength(3)
  })

  test('of what was written meanwhile takes the newest, and leaves out what was taken away', async () => {
    const practice = await openPractice()
    const { head, first } = await fillThread(practice.shelf)
    const urgent = await practice.shelf.update({ ...head, priority: 'urgent' })
    let pass = 0
    const work: Promise<unknown>[] = []
    await practice.move({
      handle: {
        ...practice.ehr,
        create: async (resource, options) => {
          const made = await practice.ehr.create(resource, options)
          if (textOf(resource) === 'Thanks' && (pass += 1) === 1) {
            const { priority: _, ...calm } = urgent
            await practice.shelf.update(calm)
            await practice.shelf.update({ ...first, payload: [{ contentString: 'Corrected' }] })
            await practice.shelf.create(message('ann', head.id, { payload: [{ contentString: 'Late' }] }))
          }
          return made
        },
      },
      tell: (line) =>
        void (line.startsWith('Holding') && work.push(practice.shelf.create(thread('ann')).catch((e) => e))),
    })
    await Promise.all(work)
    const there = practice.inEhr() as Kept<Communication>[]
    expect(there.map(textOf)).toEqual([
      undefined,
      'Corrected',
      'Thanks',
      'Late',
      ...there.slice(4).map(textOf),
    ])
    expect(there[0]).not.toHaveProperty('priority')
  })

  test('waits for a write that began before it, and takes it along', async () => {
    const practice = await openPractice()
    const gate = Promise.withResolvers<void>()
    const began = Promise.withResolvers<void>()
    const writing = practice.store.transaction(async (tx) => {
      await practice.shelf.within(tx).create(thread('slow'))
      began.resolve()
      await gate.promise
    })
    await began.promise
    setTimeout(gate.resolve, 200)
    await Promise.all([writing, practice.move()])
    expect(practice.inEhr()).toMatchObject([{ subject: refer('Patient', 'slow') }])
  })

  test('holds writes in its last pass and says when to come back; cut off there, it holds them for a minute', async () => {
    const practice = await openPractice()
    await fillThread(practice.shelf)
    const setMoving = (moving_since: number | null) =>
      practice.store.db
        .updateTable('home')
        .set({ moving_since })
        .where('type', '=', 'Communication')
        .execute()
    await setMoving(practice.clock.now)
    const refusal: unknown = await practice.shelf.create(thread('ann')).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'ehr-busy', status: 503, retryAfter: expect.any(Number) as number })
    expect((await practice.shelf.search('Communication', { patient: 'ann' })).entry).toHaveLength(3)
    practice.clock.now += MINUTE
    await practice.shelf.create(thread('ann'))
    await practice.move()
    expect(practice.inEhr()).toHaveLength(4)
  })

  test('of one type names what is still on the shelf by the identifier that it will carry', async () => {
    const practice = await openPractice('Task')
    const head = await practice.shelf.create(thread('ann'))
    const made = await practice.shelf.create(task('ann', { focus: refer('Communication', head.id) }))
    await practice.move()
    const [there] = practice.inEhr() as Kept<Task>[]
    const identifier = { system: 'urn:portico:shelf', value: head.id }
    expect(there?.focus).toEqual({ type: 'Communication', identifier })
    expect((await (await practice.homes.handleFor('fernwood', 'Task')).read('Task', made.id)).id).toBe(
      there?.id,
    )
    await practice.move({ type: 'Communication' })
    expect((practice.inEhr('Communication') as Kept<Communication>[])[0]?.identifier).toEqual([identifier])
  })
})

describe('an EHR that does not do as it says', () => {
  test('and drops what it was given stops the move: nothing is switched, and writes go on', async () => {
    const practice = await openPractice()
    await fillThread(practice.shelf)
    const forgetful: FhirHandle = {
      ...practice.ehr,
      create: (resource, options) => {
        const { payload: _, ...rest } = resource as Communication
        return practice.ehr.create(rest as typeof resource, options)
      },
    }
    await expect(practice.move({ handle: forgetful })).rejects.toThrow('did not keep Communication/payload')
    expect(await practice.homes.homeOf('fernwood', 'Communication')).toBe('portal')
    await practice.shelf.create(thread('ann'))
  })

  test('and answers a search with somebody else’s is not believed', async () => {
    const practice = await openPractice()
    await practice.ehr.create(thread('ben'))
    await practice.shelf.create(thread('ann'))
    const careless: FhirHandle = { ...practice.ehr, search: (type) => practice.ehr.search(type, {}) }
    await practice.move({ handle: careless })
    const there = practice.inEhr() as Kept<Communication>[]
    expect(there.map(({ subject }) => subject?.reference)).toEqual(['Patient/ben', 'Patient/ann'])
  })

  test('and cannot find a type by identifier is refused before anything is copied', async () => {
    const practice = await openPractice('Communication', { searchParams: ['patient'] })
    await practice.shelf.create(thread('ann'))
    await expect(practice.move()).rejects.toThrow('cannot search Communication by identifier')
    expect(practice.inEhr()).toEqual([])
  })
})

test('AuditEvents, which have no identifier, move all the same, and once', async () => {
  const practice = await openPractice('AuditEvent', { read: false, update: false, patch: false })
  for (const who of ['ann', 'ben']) await practice.shelf.create(audit(who))
  await expect(practice.move({ handle: dying(practice.ehr, 2, 'after') })).rejects.toThrow(Killed)
  await practice.move()
  expect(practice.inEhr()).toHaveLength(2)
})

test('Consents keep the identifiers that they have', async () => {
  const practice = await openPractice('Consent')
  const mirror = { system: 'urn:x', value: 'fernwood.ann' }
  await practice.shelf.create(consent('ann', { identifier: [mirror] }))
  await practice.move()
  const found = await practice.ehr.search('Consent', { identifier: 'urn:x|fernwood.ann' })
  expect(found.entry).toHaveLength(1)
})
