import { indexSearchParameter } from '@medplum/core'
import type { SearchParameter } from '@medplum/fhirtypes'
import rows from './search-parameters.json' with { type: 'json' }

/** One way to search a type, as FHIR R4 defines it; `target` = the types that a reference may lead to. */
export type KnownParameter = {
  base: string
  code: string
  type: 'token' | 'reference' | 'date'
  expression: string
  target?: readonly string[]
}

const PARAMETERS = rows as readonly KnownParameter[]
const BY_NAME = new Map(PARAMETERS.map((parameter) => [`${parameter.base} ${parameter.code}`, parameter]))

let indexed = false

/**
 * A search parameter of a type, known to @medplum/core from then on: until it is told of a parameter, its matcher says
 * "no" to every resource without a word. What is listed is what Portico asks for; FHIR's own list is 2 MB.
 * @see FHIR R4 SearchParameter
 */
export function findSearchParameter(type: string, code: string): KnownParameter | undefined {
  if (!indexed) for (const parameter of PARAMETERS) indexSearchParameter(toDefinition(parameter))
  indexed = true
  return BY_NAME.get(`${type} ${code}`)
}

const toDefinition = ({ base, code, target, ...rest }: KnownParameter) =>
  ({
    resourceType: 'SearchParameter',
    name: code,
    status: 'active',
    code,
    base: [base],
    ...(target ? { target: [...target] } : {}),
    ...rest,
  }) as SearchParameter
