import { startHelper } from './child.ts'
import { atLeast, atMost, type Figure, median } from './figure.ts'
import { type Answer, call, load, type Send } from './http.ts'
import { isHome, type SignedIn } from './walk.ts'

const ROUNDS = 5

/** Authorised and audited reads beside the bare EHR, and beside a server that only passes on. */
export async function measureReads(fhirBase: string, signedIn: SignedIn): Promise<Figure[]> {
  const bare = await startHelper('test/bench/pass-through.ts', new URL(fhirBase).origin)
  const raw: Side = { send: () => call(`${fhirBase}/Patient/p1`), isRight: isPatient }
  const passed: Side = { send: () => call(`${bare.said.url}/fhir/Patient/p1`), isRight: isPatient }
  const home: Side = { send: () => call(signedIn.homeUrl, signedIn.home), isRight: isHome }
  const think = (ms: number) => call(new URL(`/bench/think?ms=${ms}`, fhirBase).href)
  try {
    await think(0)
    for (const { send, isRight } of [raw, passed, home])
      await load(send, isRight, { inFlight: 16, forMs: 2000 })
    const quick = await inTurns(passed, home, 16)
    await think(25)
    const single = await inTurns(raw, home, 1)
    const sixteen = await inTurns(raw, home, 16)
    return [
      atMost('read-p50-over-raw-ms', median(single.map(({ ours, base }) => ours.p50 - base.p50)), 3),
      atLeast('read-16-in-flight-ratio', ratio(sixteen), 0.85),
      atLeast('read-0ms-throughput-ratio', ratio(quick), 0.5),
    ]
  } finally {
    await think(0)
    await bare.stop()
  }
}

type Side = { send: Send; isRight: (answer: Answer) => boolean }
type Round = { base: { p50: number; perSecond: number }; ours: { p50: number; perSecond: number } }

const isPatient = ({ status, body }: Answer) => status === 200 && body.includes('"Patient"')

/** Baseline and service by turns, so that whatever else the machine does meets both. */
async function inTurns(base: Side, ours: Side, inFlight: number): Promise<Round[]> {
  const rounds: Round[] = []
  const once = async ({ send, isRight }: Side) => {
    const { times, perSecond } = await load(send, isRight, { inFlight, forMs: 1500 })
    return { p50: median(times), perSecond }
  }
  for (let round = 0; round < ROUNDS; round++) rounds.push({ base: await once(base), ours: await once(ours) })
  return rounds
}

const ratio = (rounds: readonly Round[]) =>
  median(rounds.map(({ base, ours }) => ours.perSecond / base.perSecond))

/** How many EHR round trips follow one another on a screen: 1 is one request, or one parallel wave. */
export async function countWaves(fhirBase: string, signedIn: SignedIn): Promise<Figure[]> {
  const at = (path: string) => new URL(path, fhirBase).href
  await call(at('/bench/think?ms=25'))
  const waves = async (url: string, headers: Parameters<typeof call>[1]) => {
    await call(url, headers)
    await call(at('/bench/log'))
    const answer = await call(url, headers)
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${answer.body}`)
    const { body } = await call(at('/bench/log'))
    return longestQueue(JSON.parse(body) as { from: number; to: number }[])
  }
  const figures = [
    atMost('round-trips-access-card', await waves(signedIn.cardUrl, signedIn.card), 1),
    atMost('round-trips-home', await waves(signedIn.homeUrl, signedIn.home), 1),
  ]
  await call(at('/bench/think?ms=0'))
  return figures
}

/** The most requests of which each began only after the one before had ended. */
export function longestQueue(requests: readonly { from: number; to: number }[]): number {
  let endedAt = Number.NEGATIVE_INFINITY
  let count = 0
  for (const { from, to } of requests.toSorted((a, b) => a.to - b.to)) {
    if (from < endedAt) continue
    count++
    endedAt = to
  }
  return count
}
