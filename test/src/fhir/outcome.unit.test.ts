import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isUnsupportedByEhr, problemOf, problemOfEntry, toProblem } from '../../../src/fhir/outcome.ts'
import { Problem, PROBLEMS } from '../../../src/problem.ts'
import { outcome } from '../../support/ehr-faults.ts'

describe('what the EHR answers becomes one refusal', () => {
  test.each([
    // The status alone.
    [401, undefined, 'ehr-session-ended', 401],
    [403, undefined, 'ehr-refused', 403],
    [404, undefined, 'not-found', 404],
    [410, undefined, 'not-found', 404],
    [409, undefined, 'conflict', 409],
    [412, undefined, 'conflict', 409],
    [429, undefined, 'ehr-busy', 503],
    [400, undefined, 'ehr-rejected', 422],
    [422, undefined, 'ehr-rejected', 422],
    [405, undefined, 'ehr-refused', 403],
    [408, undefined, 'ehr-timeout', 504],
    [500, undefined, 'ehr-unavailable', 502],
    [502, undefined, 'ehr-unavailable', 502],
    [503, undefined, 'ehr-unavailable', 502],
    [504, undefined, 'ehr-timeout', 504],
    [307, undefined, 'ehr-unavailable', 502],
    [418, undefined, 'ehr-unavailable', 502],
    // The issue, where the status leaves it open.
    [400, 'not-found', 'not-found', 404],
    [400, 'deleted', 'not-found', 404],
    [400, 'conflict', 'conflict', 409],
    [400, 'duplicate', 'conflict', 409],
    [423, 'lock-error', 'conflict', 409],
    [400, 'invalid', 'ehr-rejected', 422],
    [400, 'structure', 'ehr-rejected', 422],
    [422, 'required', 'ehr-rejected', 422],
    [422, 'value', 'ehr-rejected', 422],
    [422, 'invariant', 'ehr-rejected', 422],
    [500, 'business-rule', 'ehr-rejected', 422],
    [400, 'forbidden', 'ehr-refused', 403],
    [400, 'not-supported', 'ehr-refused', 403],
    [400, 'login', 'ehr-session-ended', 401],
    [400, 'expired', 'ehr-session-ended', 401],
    [503, 'throttled', 'ehr-busy', 503],
    [500, 'timeout', 'ehr-timeout', 504],
    [400, 'transient', 'ehr-unavailable', 502],
    [400, 'exception', 'ehr-unavailable', 502],
    [400, 'something-new', 'ehr-rejected', 422],
    // The status, where it leaves nothing open.
    [401, 'invalid', 'ehr-session-ended', 401],
    [403, 'not-found', 'ehr-refused', 403],
    [412, 'invalid', 'conflict', 409],
  ])('%i %s → %s', (status, issue, code, answered) => {
    const problem = problemOf({ status, body: issue ? outcome(issue) : undefined })
    expect({ code: problem.code, status: problem.status }).toEqual({ code, status: answered })
  })

  test.each([
    [405, undefined, true],
    [415, undefined, true],
    [501, undefined, true],
    [400, 'not-supported', true],
    [403, undefined, false],
    [403, 'not-supported', false],
    [406, undefined, false],
    [400, 'forbidden', false],
    [404, undefined, false],
  ])('%i %s: that no token could do it: %s', (status, issue, expected) => {
    const problem = problemOf({ status, body: issue ? outcome(issue) : undefined })
    expect(isUnsupportedByEhr(problem)).toBe(expected)
  })

  test('an OperationOutcome without a status goes by its issue', () => {
    expect(toProblem(outcome('conflict')).code).toBe('conflict')
  })

  test.each(['error', 'fatal'])(
    'an issue that only warns does not decide beside one of severity %s',
    (severity) => {
      const body = {
        resourceType: 'OperationOutcome',
        issue: [
          { severity: 'warning', code: 'not-found' },
          { severity, code: 'conflict' },
        ],
      }
      expect(problemOf({ status: 400, body }).code).toBe('conflict')
    },
  )

  test('a busy EHR says when to come back, and a few seconds when it does not say', () => {
    expect(problemOf({ status: 429, retryAfter: 12 }).retryAfter).toBe(12)
    expect(problemOf({ status: 429 }).retryAfter).toBe(5)
    expect(problemOf({ status: 503, retryAfter: 12 })).toMatchObject({
      code: 'ehr-unavailable',
      retryAfter: 12,
    })
  })

  test('a time-out is told from an EHR that is not there', () => {
    expect(toProblem(new DOMException('late', 'TimeoutError')).code).toBe('ehr-timeout')
    expect(toProblem(new DOMException('late', 'AbortError')).code).toBe('ehr-timeout')
    expect(toProblem(new TypeError('fetch failed')).code).toBe('ehr-unavailable')
  })

  test('a Problem stays the one it is', () => {
    const problem = new Problem('launch-ended')
    expect(toProblem(problem)).toBe(problem)
  })
})

describe('a field at fault', () => {
  test.each([
    ['Patient.telecom[0].value', '/telecom/0/value'],
    ['Patient.name[1].given[2]', '/name/1/given/2'],
    ['Patient.birthDate', '/birthDate'],
    ['telecom[3]', '/telecom/3'],
    ['Patient.deceased[x]', '/deceased'],
    ["Patient.telecom[0].extension('http://example.org/a.b').value", '/telecom/0'],
    ['Patient.contact[0].where(x = 1).name', '/contact/0'],
  ])('%s is pointed at', (expression, pointer) => {
    const { issues } = problemOf({ status: 422, body: outcome('value', { expression: [expression] }) })
    expect(issues).toEqual([{ pointer, detail: 'The EMR does not accept this value.' }])
  })

  test.each(['Patient', '', '/f:Patient/f:telecom[1]', '$this', 'Patient.'])(
    'that the EHR names by %j is not guessed',
    (expression) => {
      const { issues } = problemOf({ status: 422, body: outcome('value', { expression: [expression] }) })
      expect(issues).toEqual([])
    },
  )

  test('is never told in the EHR’s own words: they may be about somebody else', () => {
    const body = outcome('required', {
      diagnostics: 'Ann Lee has this e-mail',
      details: { text: 'Ann Lee' },
      expression: ['Patient.telecom[0]'],
    })
    const problem = problemOf({ status: 422, body })
    expect(problem.issues).toEqual([{ pointer: '/telecom/0', detail: 'The EMR needs a value here.' }])
    expect(JSON.stringify(problem.toBody('/x')) + String(problem.cause)).not.toContain('Ann')
  })
})

describe('one entry of a batch', () => {
  test('that went well has no refusal', () => {
    expect(problemOfEntry({ response: { status: '200' } })).toBeNull()
    expect(problemOfEntry({ response: { status: '201 Created' } })).toBeNull()
  })

  test('that went wrong has its own', () => {
    expect(problemOfEntry({ response: { status: '412 Precondition Failed' } })?.code).toBe('conflict')
    const refused = { status: '400', outcome: outcome('forbidden') as never }
    expect(problemOfEntry({ response: refused })?.code).toBe('ehr-refused')
  })

  test('that says nothing is not taken for a success', () => {
    expect(problemOfEntry({})?.code).toBe('ehr-unavailable')
    expect(problemOfEntry({ response: { status: 'fine' } })?.code).toBe('ehr-unavailable')
  })
})

test('whatever an EHR sends becomes a refusal that may be shown', () => {
  const issue = fc.record(
    {
      severity: fc.oneof(fc.constantFrom('error', 'warning'), fc.anything()),
      code: fc.oneof(fc.constantFrom('value', 'constructor', '__proto__', 'toString'), fc.anything()),
      diagnostics: fc.constant('SECRET'),
      expression: fc.oneof(fc.array(fc.oneof(fc.string(), fc.anything())), fc.anything()),
    },
    { requiredKeys: [] },
  )
  const body = fc.oneof(
    fc.anything(),
    fc.record({
      resourceType: fc.constant('OperationOutcome'),
      issue: fc.oneof(fc.array(issue), fc.anything()),
    }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: 100, max: 599 }), fc.integer()), body, (status, sent) => {
      for (const problem of [problemOf({ status, body: sent }), toProblem(sent)]) {
        expect(problem).toBeInstanceOf(Problem)
        expect(Object.keys(PROBLEMS)).toContain(problem.code)
        expect(problem.status).toBeGreaterThanOrEqual(400)
        for (const { pointer } of problem.issues) expect(pointer).toMatch(/^(\/\w+)+$/)
        expect(JSON.stringify(problem.toBody('/x'))).not.toContain('SECRET')
      }
    }),
    { numRuns: 1000 },
  )
})
