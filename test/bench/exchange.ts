import { SignJWT } from 'jose'
import { startHelper } from './child.ts'
import { type Figure, median, reported } from './figure.ts'
import { call } from './http.ts'
import { HOST, PRACTICE, type Service } from './service.ts'

const ROUNDS = 3
const PER_ROUND = 1000
const IN_FLIGHT = 8

/** A host's exchanges of an assertion for a token, beside the two signatures that each of them needs at least. */
export async function measureExchanges(service: Service): Promise<Figure[]> {
  const [ours, bare]: number[][] = [[], []]
  await exchangeMany(service, 200)
  for (let round = 0; round < ROUNDS; round++) {
    const helper = await startHelper('test/bench/exchange-bare.ts', '1500', String(IN_FLIGHT))
    bare?.push(helper.said.perSecond)
    ours?.push(await exchangeMany(service, PER_ROUND))
  }
  const perSecond = median(ours ?? [])
  return [
    reported('exchange-tokens-per-second', perSecond),
    reported('exchange-to-bare-signatures-ratio', perSecond / median(bare ?? [])),
  ]
}

/** The assertions are signed before the clock runs: that is the host's work. */
async function exchangeMany({ url }: Service, count: number): Promise<number> {
  const audience = `${url}/${PRACTICE}/embed/token`
  const waiting = await Promise.all(Array.from({ length: count }, () => sign(audience)))
  const startedAt = performance.now()
  const worker = async () => {
    for (let assertion = waiting.pop(); assertion !== undefined; assertion = waiting.pop())
      await exchange(audience, assertion)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  return (count * 1000) / (performance.now() - startedAt)
}

const sign = (audience: string) =>
  new SignJWT({ patient: 'p1', act_origin: HOST.origins[0] })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: HOST.kid })
    .setIssuer(HOST.id)
    .setSubject('Practitioner/1')
    .setAudience(audience)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(HOST.privateKey)

async function exchange(url: string, assertion: string): Promise<void> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  }).toString()
  const answer = await call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
  if (answer.status !== 200) throw new Error(`the exchange answered ${answer.status}: ${answer.body}`)
}
