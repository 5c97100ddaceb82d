import { startHelper } from './child.ts'
import { atLeast, atMost, type Figure, median, percentile } from './figure.ts'
import { type Answer, call, load, type Send } from './http.ts'
import { asPage, isSession, type Credentials, type SignedIn } from './walk.ts'

const ROUNDS = 3
const FOR_MS = 4000

/** One patient's sign-ins beside two bare password hashes at a time, and what others notice of them. */
export async function measureSignIns(credentials: Credentials, other: SignedIn): Promise<Figure[]> {
  const { signInUrl, username, password } = credentials
  const signIn: Send = () => call(signInUrl, asPage(signInUrl, 'POST', { username, password }))
  // A read that is authorised and audited, one that is only authorised, and one that is neither.
  const addresses = [other.homeUrl, signInUrl, new URL('/healthz', signInUrl).href]
  let turn = 0
  const anything: Send = () => call(addresses[turn++ % addresses.length] ?? '', other.home)
  const ratios: number[] = []
  const others: number[] = []
  await load(signIn, isSession, { inFlight: 4, forMs: 1000 })
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await startHelper('test/bench/argon2-slots.ts', String(FOR_MS))
    const alone = await load(signIn, isSession, { inFlight: 8, forMs: FOR_MS })
    ratios.push(alone.perSecond / bare.said.perSecond)
    const [, beside] = await Promise.all([
      load(signIn, isSession, { inFlight: 8, forMs: FOR_MS }),
      load(anything, isAnswered, { inFlight: 2, forMs: FOR_MS, pauseMs: 10 }),
    ])
    others.push(...beside.times)
  }
  return [
    atLeast('throughput-sign-in-ratio', median(ratios), 0.75),
    atMost('other-routes-p99-during-sign-in-ms', percentile(others, 99), 60),
  ]
}

const isAnswered = ({ status, body }: Answer) => status === 200 && !body.includes('"chart":"unavailable"')
