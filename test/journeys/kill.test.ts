import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/store/open.ts'
import { runCommand } from '../support/command.ts'
import { careerPatients, createCareers, type Career, type Careers, type Deed } from './careers.ts'
import { startDemo, type Demo } from './demo.ts'
import { expectWholeAudit, withStore } from './interrupted.ts'

const KILLS = 10
const AT_ONCE = 4
/** One whole career has seven; with four at once some are over by then, and others in the middle of anything. */
const MOST_DEEDS_IN_A_LIFE = 30
/** The kill comes at no step in particular: somewhere in what follows a deed. */
const LONGEST_REST_MS = 60
/** A service that starts ten times takes its time on a machine that does other things too. */
const WITHIN_MS = 180_000

let demo: Demo
let folder: string
let store: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-kill-'))
  store = `sqlite:${join(folder, 'portico.sqlite')}`
  const data = join(folder, 'data')
  await mkdir(data)
  await writeFile(join(data, 'patients.json'), JSON.stringify(careerPatients()))
  demo = await startDemo({ store, data })
})

afterAll(async () => {
  await demo?.stop()
  await rm(folder, { recursive: true, force: true })
})

test(
  `a service that is killed ${KILLS} times in the middle of everything loses nothing that it acknowledged`,
  // Its patients are used up by a first run.
  { timeout: WITHIN_MS, retry: 0 },
  async () => {
    const careers = await createCareers(demo)
    await keepKilling(careers)
    const deeds = careers.all.flatMap((career) => career.deeds)
    const finished = finishedOf(careers)
    expect(finished.length).toBeGreaterThan(0)
    expect(careers.all.some(({ cutOff }) => cutOff)).toBe(true)

    await withStore(store, async (db) => {
      await expectWholeAudit(db)
      expect(await missingFromTrail(db, deeds)).toEqual([])
      expect(await doneTwice(db)).toEqual([])
      await expectMails(db, finished)
    })
    for (const career of careers.all) expect(await careers.whatIsLost(career), career.patient).toEqual([])
    const verified = await verifyFromOutside()
    expect(verified.output).toMatch(/^fernwood: \d+ rows hold, \d+ not sealed yet, head \S{20,}$/m)
    expect(verified.code).toBe(0)
  },
)

const finishedOf = (careers: Careers) =>
  careers.all.filter((career) => career.deeds.some(({ action }) => action === 'session.started'))

/** Careers are pursued all the while; each life of the service ends after a random number of deeds. */
async function keepKilling(careers: Careers) {
  const ending = new AbortController()
  const running = Promise.all(Array.from({ length: AT_ONCE }, () => careers.run(ending.signal)))
  // Reported by the last line; until then it must not count as unhandled.
  running.catch(() => ending.abort())
  const count = () => careers.all.reduce((sum, { deeds }) => sum + deeds.length, 0)
  for (let kill = 0; kill < KILLS; kill += 1) {
    const enough = count() + Math.ceil(Math.random() * MOST_DEEDS_IN_A_LIFE)
    while (count() < enough && !ending.signal.aborted) await sleep(5)
    await sleep(Math.random() * LONGEST_REST_MS)
    await demo.sandbox('kill-service')
  }
  // Whatever the kills cut off: the service must still bring somebody home.
  while (finishedOf(careers).length === 0 && !ending.signal.aborted) await sleep(20)
  ending.abort()
  await running
}

/** Every acknowledged answer carries the id under which the trail must know it. */
async function missingFromTrail(db: Store, deeds: Deed[]) {
  const rows = await db.db.selectFrom('audit').select(['request_id', 'action']).execute()
  const known = new Set(rows.map(({ request_id, action }) => `${action} ${request_id}`))
  return deeds.filter(({ action, requestId }) => !known.has(`${action} ${requestId}`))
}

/** Patients with more than one account or activation, and accounts with more than one letter that works. */
async function doneTwice({ db }: Store) {
  const count = db.fn.countAll<number>()
  const accounts = db
    .selectFrom('account_patient')
    .select('patient_id as of')
    .groupBy('patient_id')
    .having(count, '>', 1)
  const activations = db
    .selectFrom('audit')
    .select('patient_id as of')
    .where('action', '=', 'account.activated')
    .groupBy('patient_id')
    .having(count, '>', 1)
  const letters = db
    .selectFrom('ticket')
    .select('account_id as of')
    .where('kind', '=', 'activation')
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .groupBy('account_id')
    .having(count, '>', 1)
  return (await Promise.all([accounts, activations, letters].map((query) => query.execute()))).flat()
}

/**
 * Every account's welcome arrived, or waits in the outbox: where the service was killed while it was being sent, it
 * goes again once its lease has ended. What arrived twice is the same mail, by its Message-ID.
 */
async function expectMails({ db }: Store, finished: Career[]) {
  const rows = await db.selectFrom('outbox').selectAll().execute()
  const accounts = await db.selectFrom('portal_account').select(['id', 'account_id']).execute()
  const waiting = rows.filter(
    (row) => row.payload_sealed !== null && row.sent_at === null && row.failed_at === null,
  )
  const mails = await readMails()
  const lost = finished.filter(({ accountId, email }) => {
    const account = accounts.find((row) => row.account_id === accountId)
    const waits = waiting.some((row) => row.dedupe_key === `welcome ${account?.id}`)
    return !waits && !mails.some(({ to }) => to.includes(email))
  })
  expect(lost).toEqual([])
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(
    new Set(mails.map(({ to }) => to[0])).size,
  )
}

async function readMails() {
  const answer = await fetch(`${demo.mail}/api/mails`)
  const { mails } = (await answer.json()) as { mails: { to: string[]; messageId: string }[] }
  return mails
}

/** What an administrator runs, beside the service. */
const verifyFromOutside = () =>
  runCommand(process.execPath, ['src/audit/verify.ts'], { env: { ...process.env, DATABASE_URL: store } })
