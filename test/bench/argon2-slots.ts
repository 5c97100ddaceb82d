/** How many passwords this machine can check in a second with two at a time and nothing else to do. */
import { hash, verify } from '@node-rs/argon2'

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const [forMs = '3000'] = process.argv.slice(2)
const phc = await hash('correct horse battery staple', PARAMETERS)
const startedAt = performance.now()
let count = 0
const slot = async () => {
  while (performance.now() - startedAt < Number(forMs)) {
    await verify(phc, 'correct horse battery staple')
    count++
  }
}
await Promise.all([slot(), slot()])
console.log(JSON.stringify({ perSecond: (count * 1000) / (performance.now() - startedAt) }))
