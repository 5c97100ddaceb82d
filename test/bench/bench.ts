/**
 * `npm run bench [-- --json] [--accounts N]`: what is promised about speed, each figure in turns with its own baseline.
 * Everything runs on this machine and stops by itself within a few minutes; the exit code tells whether all limits hold.
 */
import { parseArgs } from 'node:util'
import { ensureBuilt } from './built.ts'
import { startHelper } from './child.ts'
import { measureExchanges } from './exchange.ts'
import { type Figure, printFigure } from './figure.ts'
import { measureHostReady } from './host-ready.ts'
import { measureLetters } from './letters.ts'
import { measureLive } from './live.ts'
import { measureLookUps } from './look-ups.ts'
import { measureMail } from './mail.ts'
import { countRoundTrips } from './personalities.ts'
import { countWaves, measureReads } from './reads.ts'
import { startService } from './service.ts'
import { measureSetup } from './setup.ts'
import { measureShelf } from './shelf.ts'
import { measureSignIns } from './sign-ins.ts'
import { measureStarts } from './starts.ts'
import { walk } from './walk.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, accounts: { type: 'string', default: '1000000' } },
})
const figures: Figure[] = []
const show = (found: readonly Figure[]) => {
  for (const figure of found) printFigure(figure, values.json)
  figures.push(...found)
}

// Whatever ends the bench ends what it started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

await ensureBuilt()
const ehr = await startHelper('test/bench/fake-ehr.ts')
try {
  show(await measureStarts(ehr.said.url))
  const service = await startService(ehr.said.url)
  try {
    const signedIn = await walk(service, ehr.said.url, 'p1')
    show(await countWaves(ehr.said.url, signedIn))
    show(await measureReads(ehr.said.url, signedIn))
    show(await measureExchanges(service))
    show(await measureSignIns(await walk(service, ehr.said.url, 'p2'), signedIn))
  } finally {
    await service.stop()
  }
  show(await countRoundTrips())
  show(await measureLive(ehr.said.url))
  show(await measureLetters())
  show(await measureLookUps(Number(values.accounts)))
  show(await measureShelf())
  show(await measureMail())
  show(await measureSetup())
  show(await measureHostReady())
} finally {
  await ehr.stop()
}
process.exitCode = figures.every(({ ok }) => ok) ? 0 : 1
