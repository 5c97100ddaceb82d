import { describe, expect, test } from 'vitest'
import { intentOf, messagingOf } from '../../../src/staff/launch-hints.ts'

describe('what the app opens with', () => {
  test.each([
    ['the EHR’s own intent', 'create-credentials', null, 'create-credentials'],
    ['a link’s JSON', null, '{"intent":"create-credentials"}', 'create-credentials'],
    ['a link’s JSON with more in it', null, '{"x":1,"intent":"access"}', 'access'],
    ['a link’s word in JSON', null, '"access"', 'access'],
    ['a link’s bare word', null, 'create-credentials', 'create-credentials'],
    ['the EHR’s before the link’s', 'access', '{"intent":"create-credentials"}', 'access'],
    ['the link’s where we do not know the EHR’s', 'reconcile-medications', '"access"', 'access'],
    ['neither', null, null, null],
    ['an intent that nobody knows', 'reconcile-medications', null, null],
    ['a link with one that nobody knows', null, '{"intent":"delete-everything"}', null],
    ['a link with something else', null, '{"from":"hook"}', null],
    ['a link with a number', null, '{"intent":7}', null],
    ['a link with a list', null, '["access"]', null],
    ['a link with null', null, 'null', null],
    ['a link with broken JSON', null, '{"intent":"access"', null],
    ['an empty link', null, '', null],
    ['a property that every object has', null, '"constructor"', null],
  ])('%s', (_, intent, appContext, expected) => {
    expect(intentOf({ intent, appContext })).toBe(expected)
  })
})

describe('whom the app may speak with', () => {
  const practice = {
    issuers: ['https://ehr.example/fhir', 'https://alias.example/r4'],
    frameAncestors: ['https://frames.example'],
    hosts: [
      {
        id: 'host',
        name: 'Host',
        origins: ['https://host.example'],
        jwks: { keys: [] },
        permissions: ['access.read' as const],
      },
    ],
  }
  const at = (origin: string, scope = 'launch messaging/ui') =>
    messagingOf(practice, scope, { handle: 'h', origin })

  test.each([
    'https://ehr.example',
    'https://alias.example',
    'https://frames.example',
    'https://host.example',
  ])('a page of the practice’s own EHR: %s', (origin) => {
    expect(at(origin)).toEqual({ handle: 'h', origin })
  })

  test.each(['https://evil.example', 'http://ehr.example', 'https://ehr.example.evil.example', '*'])(
    'nobody else: %s',
    (origin) => {
      expect(at(origin)).toBeNull()
    },
  )

  test('where only some messages were granted too, and nobody where none was', () => {
    expect(at('https://ehr.example', 'messaging/ui.launchActivity')).not.toBeNull()
    expect(at('https://ehr.example', 'launch messaging/scratchpad messaging/uix')).toBeNull()
    expect(at('https://ehr.example', '')).toBeNull()
  })

  test('nobody in a launch without a handle, nor in one that began before there were any', () => {
    expect(messagingOf(practice, 'messaging/ui', null)).toBeNull()
    expect(messagingOf(practice, 'messaging/ui', undefined)).toBeNull()
  })
})
