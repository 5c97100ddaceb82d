import { setTimeout as delay } from 'node:timers/promises'
import { atMost, type Figure, median } from './figure.ts'
import { residentMegabytes, startService } from './service.ts'

const STARTS = 3
const SETTLE_MS = 3000

/** From nothing to ready on a new embedded store, migrations included, and what it weighs when nobody comes. */
export async function measureStarts(fhirBase: string): Promise<Figure[]> {
  const times: number[] = []
  const weights: number[] = []
  for (let start = 0; start < STARTS; start++) {
    const service = await startService(fhirBase)
    times.push(service.readyMs)
    await delay(SETTLE_MS)
    weights.push(await residentMegabytes(service.pid))
    await service.stop()
  }
  return [atMost('ready-start-ms', median(times), 1000), atMost('rss-idle-mb', median(weights), 150)]
}
