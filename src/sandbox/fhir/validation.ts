import {
  OperationOutcomeError,
  crawlTypedValue,
  normalizeErrorString,
  toTypedValue,
  validateResource,
} from '@medplum/core'
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes'
import { loadDefinition } from './definitions.ts'
import { requiredCodes } from './required-codes.ts'

/**
 * What is wrong with a resource: its form, its cardinalities, its invariants, and the codes of required value sets.
 * An empty list means that the server takes it.
 */
export const issuesOf = (resource: Resource): OperationOutcomeIssue[] => {
  for (const type of typesIn(resource)) loadDefinition(type)
  const structure = structureIssues(resource)
  // The walk over the codes follows the definitions, so it needs a resource that has their form.
  return structure.length > 0 ? structure : codeIssues(resource)
}

const typesIn = (resource: Resource): string[] => {
  const contained = 'contained' in resource ? (resource.contained ?? []) : []
  return [resource, ...contained].map(({ resourceType }) => resourceType)
}

/** @throws OperationOutcomeError 422, naming every element at fault. */
export const assertValid = (resource: Resource) => {
  const issue = [...issuesOf(resource), ...phoneIssues(resource)]
  // @medplum/core derives the status from this id: 422.
  if (issue.length > 0) {
    throw new OperationOutcomeError({ resourceType: 'OperationOutcome', id: 'business-rule', issue })
  }
}

const FEWEST_DIGITS = 7

/** A rule of this house, as every EMR has some: a phone number has at least seven digits. */
const phoneIssues = (resource: Resource): OperationOutcomeIssue[] => {
  const telecom = 'telecom' in resource && Array.isArray(resource.telecom) ? resource.telecom : []
  return telecom.flatMap(({ system, value }, at) => {
    const digits = value?.replace(/\D/g, '').length ?? FEWEST_DIGITS
    return system === 'phone' && digits < FEWEST_DIGITS
      ? [tooShort(`${resource.resourceType}.telecom[${at}].value`)]
      : []
  })
}

const tooShort = (path: string): OperationOutcomeIssue => ({
  severity: 'error',
  code: 'value',
  details: { text: `A phone number has at least ${FEWEST_DIGITS} digits` },
  expression: [path],
})

const structureIssues = (resource: Resource): OperationOutcomeIssue[] => {
  try {
    return validateResource(resource).filter(({ severity }) => severity === 'error' || severity === 'fatal')
  } catch (error) {
    if (error instanceof OperationOutcomeError) return error.outcome.issue ?? []
    return [{ severity: 'error', code: 'structure', details: { text: normalizeErrorString(error) } }]
  }
}

const codeIssues = (resource: Resource): OperationOutcomeIssue[] => {
  const issues: OperationOutcomeIssue[] = []
  crawlTypedValue(
    toTypedValue(resource),
    {
      visitProperty(parent, key, _path, propertyValues) {
        const codes = requiredCodes(`${parent.type}.${key}`)
        if (!codes) return
        for (const { path, value } of propertyValues.flat()) {
          const code: unknown = value
          if (typeof code === 'string' && !codes.has(code)) issues.push(unknownCode(path, code, codes))
        }
      },
    },
    { skipMissingProperties: true },
  )
  return issues
}

const unknownCode = (path: string, code: string, codes: ReadonlySet<string>): OperationOutcomeIssue => ({
  severity: 'error',
  code: 'code-invalid',
  details: { text: `"${code}" is none of ${[...codes].join(', ')}` },
  expression: [path],
})
