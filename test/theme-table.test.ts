import { expect, test } from 'vitest'
import { PAIRS } from '../web-components/theme/pairs.ts'
import { readText } from './support/sources.ts'

test('the README of the theme says what is read on what as the code has it', () => {
  const readme = readText('web-components/theme/README.md')
  const rows = PAIRS.map(([role, grounds, least]) => `| ${role} | ${grounds.join(', ')} | ${least} |`)
  expect(readme.match(/^\| [a-z].*$/gm)).toEqual(rows)
})
