import type { Resource } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { MRN, startServer } from './harness.ts'

const ROUNDS = 7
const LOOK_UPS = 200

/** Ten times the patients may cost a look-up a little more, but nothing like ten times. */
const RATIO_LIMIT = 4

const manyPatients = (count: number): Resource[] =>
  Array.from({ length: count }, (_, index): Resource[] => [
    {
      resourceType: 'Patient',
      id: `p${index}`,
      identifier: [{ system: MRN, value: `M${index}` }],
      name: [{ family: `Family${index}`, given: ['Given'] }],
    },
    {
      resourceType: 'Appointment',
      id: `a${index}`,
      status: 'booked',
      participant: [{ actor: { reference: `Patient/p${index}` }, status: 'accepted' }],
    },
  ]).flat()

test.each([
  ['an identifier', 'Patient', `identifier=${MRN}|M512`],
  ['the appointments of a patient', 'Appointment', 'patient=p512'],
  ['appointments along their patient', 'Appointment', 'patient.identifier=M512'],
])('ten times the patients do not slow down a search for %s', (_what, type, query) => {
  const small = startServer({ resources: manyPatients(1_000) })
  const large = startServer({ resources: manyPatients(10_000) })
  const times = { small: Infinity, large: Infinity }
  // The first look-up makes the column; what is compared is the best of several rounds, in turn, on both.
  for (const server of [small, large]) expect(server.search(type, query)).toHaveLength(1)
  for (let round = 0; round < ROUNDS; round += 1) {
    times.small = Math.min(
      times.small,
      timed(() => small.search(type, query)),
    )
    times.large = Math.min(
      times.large,
      timed(() => large.search(type, query)),
    )
  }
  expect(times.large / times.small).toBeLessThan(RATIO_LIMIT)
})

const timed = (work: () => unknown): number => {
  const start = performance.now()
  for (let turn = 0; turn < LOOK_UPS; turn += 1) work()
  return performance.now() - start
}
