import type { AccessCard } from '../../../src/access/schema.ts'
import type { ToDo } from '../../../src/desk/schema.ts'

const HOUR_MS = 3_600_000

/** May do everything but change the chart: that is typed in by hand. */
export const BY_HAND: AccessCard['may'] = { allow: true, create: true, edit: 'to-do', settings: false }

/** What waits to be typed into Walter's chart. */
export const toDoOf = (changes: Partial<ToDo> = {}): ToDo => ({
  id: 't1',
  patient: { id: '12', name: 'Walter James Okafor' },
  changes: [
    { field: 'homePhone', from: '(555) 010-0142', to: '(555) 010-0199' },
    { field: 'trustedEmail', from: null, to: 'walter.okafor@mail.example' },
  ],
  createdAt: Date.now() - 2 * HOUR_MS,
  createdBy: 'J. Park',
  checkedAt: Date.now() - 5.5 * 60_000,
  chartUrl: 'https://emr.fernwood.example/patients/12',
  ...changes,
})
