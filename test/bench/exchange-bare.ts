/** How many assertions this machine can check and answer with a signed token in a second, with nothing else to do. */
import { generateKeyPair, jwtVerify, SignJWT } from 'jose'

const [forMs = '1500', inFlight = '8'] = process.argv.slice(2)
const host = await generateKeyPair('ES256')
const own = await generateKeyPair('EdDSA')
const claims = {
  iss: 'bench-pages',
  aud: 'http://localhost:8080/bench/embed/token',
  sub: 'Practitioner/1',
  patient: 'p1',
}
const assertion = await new SignJWT(claims)
  .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: '1' })
  .setIssuedAt()
  .setExpirationTime('60s')
  .sign(host.privateKey)

const once = async () => {
  const { payload } = await jwtVerify(assertion, host.publicKey, {
    algorithms: ['ES256'],
    audience: claims.aud,
  })
  await new SignJWT(payload)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: '1' })
    .sign(own.privateKey)
}
let count = 0
const work = async (forMs: number) => {
  const startedAt = performance.now()
  count = 0
  const worker = async () => {
    while (performance.now() - startedAt < forMs) {
      await once()
      count++
    }
  }
  await Promise.all(Array.from({ length: Number(inFlight) }, worker))
  return (count * 1000) / (performance.now() - startedAt)
}
await work(300)
console.log(JSON.stringify({ perSecond: await work(Number(forMs)) }))
