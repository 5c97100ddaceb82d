import * as fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/clock.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectOk, LETTER, openService, type TestService } from '../../support/service.ts'
import { dayEnds, HOME, NO_POSTMAN, stepsOf, WORDS, type Steps } from './steps.ts'

const { walter } = IDENTITY
const NAME = 'walter'

let service: TestService
let steps: Steps
beforeAll(async () => {
  service = await openService(NO_POSTMAN)
  steps = stepsOf(service)
  steps.trust(PEOPLE.walter, 'walter@mail.example')
  // How strong a password is has tests of its own.
  vi.spyOn(service.wiring.strength, 'score').mockResolvedValue(4)
})

/** How often each happens, so that most runs get somewhere and some get far. */
const WEIGHTS = {
  allow: 3,
  withdraw: 1,
  cancel: 1,
  letter: 3,
  'mailed letter': 4,
  'mail again': 4,
  words: 5,
  confirm: 4,
  'confirm link': 8,
  choose: 7,
  'sign in by words': 8,
  change: 7,
  'sign in': 2,
  wait: 1,
} as const
type Action = keyof typeof WEIGHTS
type Step = { by: Action; pick: number; ms: number }

const step: fc.Arbitrary<Step> = fc.record({
  by: fc.oneof(
    ...Object.entries(WEIGHTS).map(([by, weight]) => ({ weight, arbitrary: fc.constant(by as Action) })),
  ),
  /** The newest secret is tried most; older ones must be dead. */
  pick: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(1, 2) }),
  ms: fc.constantFrom(MINUTE_MS, MINUTE_MS, 16 * MINUTE_MS, 8 * DAY_MS, 31 * DAY_MS),
})

type Phone = ReturnType<Steps['openPhone']>
type Letter = { portalId: string; code: string; until: number }
type Link = { token: string; until: number }
type Words = { words: string; until: number; visits: number }
type Page = { ticket: unknown; letter: Letter; until: number }
type Visit = { phone: Phone; until: number }

/** What a careful clerk with a notebook knows: every secret that there ever was, and the ones that work now. */
function openNotebook() {
  return {
    allowed: false,
    active: false,
    letters: [] as Letter[],
    links: [] as Link[],
    words: [] as Words[],
    pages: [] as Page[],
    visits: [] as Visit[],
    letter: null as Letter | null,
    link: null as Link | null,
    password: null as Words | null,
    open: new Set<Page | Visit>(),
  }
}
type Notebook = ReturnType<typeof openNotebook>

function endInvitations(book: Notebook) {
  book.letter = null
  book.link = null
  book.password = null
  book.open.clear()
}

const pickOf = <T>(all: readonly T[], pick: number): T | undefined => all.at(-1 - pick)
const isLive = (one: { until: number } | null | undefined) =>
  one !== null && one !== undefined && one.until > service.clock.now

async function invite(book: Notebook, body: object) {
  const tab = await service.launch(PEOPLE.walter)
  const answer = await steps.invite(tab, body)
  expect(answer.status).toBe(book.allowed && !book.active ? 201 : 409)
  if (answer.status !== 201) return undefined
  const { slipUrl, validUntil } = (await answer.json()) as { slipUrl: string; validUntil: number }
  endInvitations(book)
  return { ...(await service.readSlip(tab, slipUrl)), until: validUntil }
}

async function keepLink(book: Notebook, letter: Letter) {
  const until = Math.min(letter.until, dayEnds(service, 7))
  book.link = { token: await steps.newestLink(), until }
  book.links.push(book.link)
}

const activated = (book: Notebook) => {
  endInvitations(book)
  book.active = true
}

const ACTIONS: Record<Action, (book: Notebook, pick: number, ms: number) => Promise<void>> = {
  wait: async (_book, _pick, ms) => void (service.clock.now += ms),
  allow: async (book) => {
    await steps.allow(await service.launch(PEOPLE.walter))
    book.allowed = true
  },
  withdraw: async (book) => {
    await steps.withdraw(await service.launch(PEOPLE.walter))
    book.allowed = false
    endInvitations(book)
  },
  cancel: async (book) => {
    await expectOk(steps.cancel(await service.launch(PEOPLE.walter)))
    endInvitations(book)
  },
  letter: async (book) => {
    const slip = await invite(book, LETTER)
    if (slip) book.letters.push((book.letter = slip))
  },
  'mailed letter': async (book) => {
    const slip = await invite(book, { ...LETTER, mail: true })
    if (!slip) return
    book.letters.push((book.letter = slip))
    await keepLink(book, slip)
  },
  words: async (book) => {
    const slip = await invite(book, { ...WORDS, username: NAME })
    if (slip) book.words.push((book.password = { words: slip.words, until: slip.until, visits: 0 }))
  },
  'mail again': async (book) => {
    const answer = await steps.mailAgain(await service.launch(PEOPLE.walter))
    expect(answer.ok).toBe(isLive(book.letter))
    if (answer.ok && book.letter) await keepLink(book, book.letter)
  },
  confirm: async (book, pick) => {
    const letter = pickOf(book.letters, pick)
    if (!letter) return
    const { portalId, code } = letter
    const answer = await steps.openPhone().confirm({ portalId, code, ...walter })
    expect(answer.ok).toBe(letter === book.letter && isLive(letter))
    await keepPage(book, letter, answer)
  },
  'confirm link': async (book, pick) => {
    const link = pickOf(book.links, pick)
    if (!link) return
    const answer = await steps.openPhone().confirm({ link: link.token, ...walter })
    expect(answer.ok).toBe(link === book.link && isLive(link))
    if (book.letter) await keepPage(book, book.letter, answer)
  },
  choose: async (book, pick) => {
    const page = pickOf(book.pages, pick)
    if (!page) return
    const body = { ticket: page.ticket, username: NAME, password: GOOD_PASSWORD }
    const answer = await steps.openPhone().choose(body)
    expect(answer.ok).toBe(book.open.has(page) && isLive(page) && isLive(page.letter))
    if (answer.ok) activated(book)
  },
  'sign in by words': async (book, pick) => {
    const words = pickOf(book.words, pick)
    if (!words) return
    const phone = steps.openPhone()
    const answer = await phone.signIn({ username: NAME, password: words.words })
    expect(answer.ok).toBe(words === book.password && isLive(words) && words.visits < 3)
    if (!answer.ok) return
    words.visits += 1
    const visit = { phone, until: service.clock.now + 15 * MINUTE_MS }
    book.visits.push(visit)
    book.open.add(visit)
    expect((await phone.get(HOME)).status).toBe(403)
  },
  change: async (book, pick) => {
    const visit = pickOf(book.visits, pick)
    if (!visit) return
    const answer = await visit.phone.change({ username: NAME, password: GOOD_PASSWORD })
    expect(answer.ok).toBe(book.open.has(visit) && isLive(visit))
    if (answer.ok) activated(book)
  },
  'sign in': async (book) => {
    const phone = steps.openPhone()
    const answer = await phone.signIn({ username: NAME, password: GOOD_PASSWORD })
    expect(answer.ok).toBe(book.active && book.allowed)
    if (answer.ok) expect((await phone.get(HOME)).status).toBe(200)
  },
}

async function keepPage(book: Notebook, letter: Letter, answer: Response) {
  if (!answer.ok) return
  const { ticket } = (await answer.json()) as { ticket: unknown }
  const page = { ticket, letter, until: service.clock.now + 15 * MINUTE_MS }
  book.pages.push(page)
  book.open.add(page)
}

/** Whatever happened: never two ways in, none beside an open account, none for who may not. */
async function checkStore(book: Notebook) {
  const { db } = service.store
  const live = await db
    .selectFrom('ticket')
    .select('kind')
    .where('kind', 'in', ['activation', 'temporary', 'link'])
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .execute()
  const kinds = live.map(({ kind }) => kind).toSorted()
  expect([[], ['activation'], ['activation', 'link'], ['temporary']]).toContainEqual(kinds)
  if (book.active || !book.allowed) expect(kinds).toEqual([])
  const sessions = await db.selectFrom('session').select('kind').where('kind', '<>', 'staff').execute()
  const held = new Set(sessions.map(({ kind }) => kind))
  if (!book.allowed) expect(held).toEqual(new Set())
  if (!book.active) expect(held).not.toContain('patient')
  if (book.active) expect(held).not.toContain('restricted')
}

async function beginAnew() {
  const { db } = service.store
  for (const table of ['session', 'portal_account', 'patient_access', 'outbox', 'job', 'event'] as const)
    await db.deleteFrom(table).execute()
}

test('whatever staff and patient do in whatever order, there is one way in or none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40, size: 'max' }), async (all) => {
      await beginAnew()
      const book = openNotebook()
      const first: Step = { by: 'allow', pick: 0, ms: 0 }
      for (const { by, pick, ms } of [first, ...all]) {
        // Guessing has tests of its own; here everybody types what stands on a letter that there was.
        await service.store.db.deleteFrom('throttle').execute()
        await ACTIONS[by](book, pick, ms)
        await checkStore(book)
      }
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000 },
  )
}, 60_000)
