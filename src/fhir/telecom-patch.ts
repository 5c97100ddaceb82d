import type { ContactPoint } from '@medplum/fhirtypes'
import type { JsonPatch } from './client.ts'
import type { Telecom } from './telecom.ts'

/**
 * What turns a Patient's contacts into others, as JSON Patch: entry by entry, each one that is touched tested for what
 * was read. One that must stand before another makes that one come anew. Empty where they are the same.
 * @see RFC 6902
 */
export function telecomPatch(was: Telecom, is: Telecom): JsonPatch[] {
  if (isSame(was, is)) return []
  if (was.length === 0) return [{ op: 'add', path: PATH, value: is }]
  if (is.length === 0)
    return [
      { op: 'test', path: PATH, value: was },
      { op: 'remove', path: PATH },
    ]
  const { kept, added } = pair(was, is)
  const touched = was.flatMap((entry, at) => (isSame(entry, kept[at]) ? [] : [{ entry, at, to: kept[at] }]))
  return [
    ...touched.map(({ entry, at }): JsonPatch => ({ op: 'test', path: `${PATH}/${at}`, value: entry })),
    ...touched.flatMap(({ at, to }): JsonPatch[] =>
      to ? [{ op: 'replace', path: `${PATH}/${at}`, value: to }] : [],
    ),
    // From the end, so that the places of the others stay.
    ...touched
      .toReversed()
      .flatMap(({ at, to }): JsonPatch[] => (to ? [] : [{ op: 'remove', path: `${PATH}/${at}` }])),
    ...added.map((value): JsonPatch => ({ op: 'add', path: `${PATH}/-`, value })),
  ]
}

const PATH = '/telecom'

/** What becomes of each entry (undefined = it goes), and what comes behind them. */
function pair(was: Telecom, is: Telecom) {
  const kept: (ContactPoint | undefined)[] = was.map(() => undefined)
  let next = 0
  let paired = 0
  for (const entry of is) {
    const same = was.findIndex((one, at) => at >= next && isSame(one, entry))
    const at = same >= 0 ? same : was.findIndex((one, place) => place >= next && isSameKind(one, entry))
    if (at < 0) break
    kept[at] = entry
    next = at + 1
    paired++
  }
  return { kept, added: is.slice(paired) }
}

const isSameKind = (one: ContactPoint, other: ContactPoint) =>
  one.system === other.system && one.use === other.use

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
