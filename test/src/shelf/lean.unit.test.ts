import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { startChild } from '../../support/child.ts'
import { openTestStore } from '../../support/store.ts'

test('the service and its shelf need no FHIR definitions: they run and find where those are not installed', async () => {
  const store = await openTestStore()
  const keys = `test:${randomBytes(32).toString('base64url')}`
  const child = startChild(new URL('lean.ts', import.meta.url), [store.url, keys])
  expect(await child.ended).toEqual({ code: 0, errors: '' })
  expect(child.lines).toEqual(['[1,1,1,1,1,0]'])
})
