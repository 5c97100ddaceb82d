import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyring } from '../../src/crypto/keyring.ts'
import { uuidv7 } from '../../src/crypto/tokens.ts'
import type { FhirHandle, SearchParams } from '../../src/fhir/client.ts'
import type { Content } from '../../src/shelf/accept.ts'
import { keysOf } from '../../src/shelf/keys.ts'
import { contextOf, createShelf } from '../../src/shelf/shelf.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { atMost, type Figure, median, reported } from './figure.ts'

const FEW = 1000
const ROUNDS = 7
const PER_ROUND = 60
const PRACTICE = 'bench'
/** A thread and its messages, and one thread for each patient: a search finds as much however many there are. */
const OF_EACH = 10
const ROWS_AT_ONCE = 500
const NOW = Date.parse('2026-11-22T17:00:00Z')

const keyring = createKeyring(`bench:${randomBytes(32).toString('base64url')}`)

/** What a screen asks for: a patient's messages, the first page of open threads, the messages of a thread. */
const SEARCHES: Record<string, (shelf: Filled) => SearchParams> = {
  patient: ({ heads }) => ({ patient: `p${anyOf(heads.length)}`, _sort: '-sent' }),
  status: () => ({ status: 'in-progress', _count: '20' }),
  thread: ({ heads }) => ({ 'part-of': `Communication/${heads[anyOf(heads.length)]}` }),
}

type Filled = { shelf: FhirHandle; heads: string[]; store: Store }

/** Does a search of the shelf take as long among many resources as among a thousand? */
export async function measureShelf(many = 100_000): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-bench-'))
  const small = await fill(folder, FEW)
  const large = await fill(folder, many)
  try {
    const figures: Figure[] = []
    for (const [name, search] of Object.entries(SEARCHES)) {
      await compare(small, large, search)
      const rounds = []
      for (let round = 0; round < ROUNDS; round += 1) rounds.push(await compare(small, large, search))
      figures.push(
        atMost(`shelf-search-${name}-growth-${many}-ratio`, median(rounds.map(({ ratio }) => ratio)), 1.2),
        reported(`shelf-search-${name}-${many}-p50-ms`, median(rounds.map(({ ms }) => ms))),
      )
    }
    return figures
  } finally {
    await Promise.all([small.store.close(), large.store.close()])
    await rm(folder, { recursive: true, force: true })
  }
}

/** Medians of searches taken in turns. */
async function compare(small: Filled, large: Filled, search: (shelf: Filled) => SearchParams) {
  const times: { small: number; large: number }[] = []
  for (let n = 0; n < PER_ROUND; n += 1)
    times.push({ small: await time(small, search(small)), large: await time(large, search(large)) })
  const ms = median(times.map((time) => time.large))
  return { ms, ratio: ms / median(times.map((time) => time.small)) }
}

async function time({ shelf }: Filled, params: SearchParams): Promise<number> {
  const startedAt = performance.now()
  const { entry = [] } = await shelf.search('Communication', params)
  const ms = performance.now() - startedAt
  if (entry.length < OF_EACH - 1) throw new Error(`${JSON.stringify(params)} found ${entry.length}`)
  return ms
}

async function fill(folder: string, count: number): Promise<Filled> {
  const store = await openStore(`sqlite:${join(folder, `shelf-${count}.sqlite`)}`)
  await migrate(store)
  const heads: string[] = []
  await store.transaction(async (tx) => {
    for (let from = 0; from < count; from += ROWS_AT_ONCE) {
      const made = Array.from({ length: Math.min(ROWS_AT_ONCE, count - from) }, (_, n) =>
        rowOf(from + n, heads),
      )
      await tx
        .insertInto('resource')
        .values(made.map(({ row }) => row))
        .execute()
      await tx
        .insertInto('resource_key')
        .values(made.flatMap(({ keys }) => keys))
        .execute()
    }
  })
  const deps = { store, keyring, now: () => NOW, practiceId: PRACTICE, base: 'http://emr.example/fhir' }
  return { store, heads, shelf: createShelf(deps) }
}

function rowOf(n: number, heads: string[]) {
  const isHead = n % OF_EACH === 0
  const named = { practice_id: PRACTICE, type: 'Communication', id: uuidv7(NOW + Math.floor(n / 100)) }
  const patient = { reference: `Patient/p${Math.floor(n / OF_EACH)}` }
  const sent = new Date(NOW + n * 1000).toISOString()
  const content: Content = {
    resourceType: 'Communication',
    status: isHead ? 'in-progress' : 'completed',
    subject: patient,
    sender: patient,
    sent,
    ...(isHead
      ? { topic: { text: 'About my result' } }
      : { partOf: [{ reference: `Communication/${heads.at(-1)}` }] }),
    payload: [{ contentString: `Message ${n}: your potassium is fine, and so is the rest of it.` }],
  }
  if (isHead) heads.push(named.id)
  const json_sealed = keyring.seal(JSON.stringify(content), contextOf(named))
  return {
    row: { ...named, version: 1, updated_at: NOW, json_sealed, moved_to: null, moved_version: null },
    keys: keysOf(keyring, PRACTICE, content).map((key) => ({ ...named, ...key })),
  }
}

const anyOf = (count: number) => Math.floor(Math.random() * count)
