/**
 * `npm run size [-- --json]`: how much a browser downloads, in kB (1000 bytes) of brotli as it is served: scripts on a
 * first visit in English, and all that any route or language asks for later.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Manifest } from '../../web-components/build.ts'
import { built, ensureBuilt } from './built.ts'
import { atMost, printFigure, reported } from './figure.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
await ensureBuilt()
const manifest = JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as Manifest
const css = kilobytes([manifest.entries['page']])

const figures = [
  reported('page-css', css),
  atMost('access-first-load-js', kilobytes(manifest.loads['staff']?.first), 25),
  // In a host's page: embed.js alone, and with all that the first view of the card asks for.
  atMost('embed-js', kilobytes([manifest.entries['embed']]), 3),
  atMost('access-embedded-first-load-js', kilobytes(manifest.loads['embed']?.first), 25),
  // The style sheet stands in the way of the first paint as the scripts do, so a page counts with it.
  atMost('portal-first-load', kilobytes(manifest.loads['portal']?.first) + css, 40),
  atMost('portal-all-routes', kilobytes(manifest.loads['portal']?.all) + css, 100),
]
for (const figure of figures) printFigure(figure, values.json)
process.exitCode = figures.every(({ ok }) => ok) ? 0 : 1

/** What the files weigh together; none at all is a fault of the build, not a small page. */
function kilobytes(names: readonly (string | undefined)[] = []): number {
  if (names.length === 0) return Number.NaN
  const bytes = names.map((name) => statSync(join(built, manifest.version, `${name}.br`)).size)
  return bytes.reduce((sum, size) => sum + size, 0) / 1000
}
