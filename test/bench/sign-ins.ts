import { startHelper } from './child.ts'
import { atLeast, atMost, type Figure, median, percentile } from './figure.ts'
import { call, load } from './http.ts'
import { asPage, PASSWORD, type SignedIn, USERNAME } from './walk.ts'

const ROUNDS = 3
const FOR_MS = 4000

/** Sign-ins beside two bare password hashes at a time, and what everybody else notices of them. */
export async function measureSignIns(signedIn: SignedIn): Promise<Figure[]> {
  const { signInUrl } = signedIn
  const signIn = () => call(signInUrl, asPage(signInUrl, 'POST', { username: USERNAME, password: PASSWORD }))
  const home = () => call(signedIn.homeUrl, signedIn.home)
  const ratios: number[] = []
  const others: number[] = []
  await load(signIn, 201, { inFlight: 4, forMs: 1000 })
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await startHelper('test/bench/argon2-slots.ts', String(FOR_MS))
    const alone = await load(signIn, 201, { inFlight: 8, forMs: FOR_MS })
    ratios.push(alone.perSecond / bare.said.perSecond)
    const [, beside] = await Promise.all([
      load(signIn, 201, { inFlight: 8, forMs: FOR_MS }),
      load(home, 200, { inFlight: 2, forMs: FOR_MS, pauseMs: 10 }),
    ])
    others.push(...beside.times)
  }
  return [
    atLeast('throughput-sign-in-ratio', median(ratios), 0.75),
    atMost('other-routes-p99-during-sign-in-ms', percentile(others, 99), 60),
  ]
}
