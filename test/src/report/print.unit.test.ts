import { expect, test } from 'vitest'
import { plainJson, print } from '../../../src/report/print.ts'
import type { HostReport } from '../../../src/report/schema.ts'

const REPORT: HostReport = {
  practice: { slug: 'fernwood', name: 'Fernwood' },
  at: 0,
  ehr: {
    fhirBase: 'https://emr.example/fhir',
    software: 'Evil\u001b[2J\u0007\r\n✓ EMR \u009b1m',
    fhirVersion: '4.0.1\u0000',
  },
  now: [],
  later: [],
  smart: [{ id: 'a', state: 'fault', title: 'A\u001b', text: 'b\u009d', value: 'c\u0008' }],
  surroundings: [],
  hosts: [],
}

test('nothing that an EHR says of itself steers the terminal', () => {
  const text = print(REPORT)
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  expect(text).toContain('Evil [2J ✓ EMR  1m, FHIR 4.0.1 , https://emr.example/fhir\n')
})

test('nor in the JSON, which says the same as before', () => {
  const text = plainJson([REPORT])
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  expect(JSON.parse(text)).toEqual([REPORT])
})
