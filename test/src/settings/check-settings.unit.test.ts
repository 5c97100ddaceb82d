import { expect, test } from 'vitest'
import type { Practice } from '../../../src/practices/practice.ts'
import { checkSettings } from '../../../src/settings/check-settings.ts'
import { DEFAULT_SETTINGS, type SomeSettings } from '../../../src/settings/schema.ts'

const REMOTE = { mailHost: 'mail.example', mailSecurity: 'none' } as const

/** Where the changes are wrong. */
function faultsOf(changes: SomeSettings, before: SomeSettings = {}, production = true) {
  const settings = { name: 'Oak', ...DEFAULT_SETTINGS, ...before } as Practice['settings']
  try {
    checkSettings(
      { settings, locked: [] as string[], portalAddresses: [] as string[] } as Practice,
      changes,
      production,
    )
    return []
  } catch (error) {
    return (error as { issues: { pointer: string }[] }).issues.map(({ pointer }) => pointer)
  }
}

test.each<[string, SomeSettings, SomeSettings, string[]]>([
  [
    'none to another machine',
    { mailSecurity: 'none' },
    { mailHost: 'mail.example' },
    ['/changes/mailSecurity'],
  ],
  [
    'another machine without encryption',
    { mailHost: 'mail.example' },
    { mailSecurity: 'none' },
    ['/changes/mailHost'],
  ],
  ['both at once', REMOTE, {}, ['/changes/mailSecurity']],
  ['a relay on this machine', { mailHost: '127.0.0.1', mailSecurity: 'none' }, {}, []],
  ['none without a server yet', { mailSecurity: 'none' }, {}, []],
  ['with encryption', { mailHost: 'mail.example', mailSecurity: 'tls' }, {}, []],
])('in production: %s', (_what, changes, before, faults) => {
  expect(faultsOf(changes, before)).toEqual(faults)
})

test('elsewhere mail may go in the clear', () => {
  expect(faultsOf(REMOTE, {}, false)).toEqual([])
})

test('an old fault stops nobody who changes something else', () => {
  expect(faultsOf({ adultAge: 16 }, { ...REMOTE, mailUser: 'portal' })).toEqual([])
})

test('everything that is wrong is named at once', () => {
  const logo = { mediaType: 'image/png', data: 'AAAA' } as const
  expect(faultsOf({ ...REMOTE, logo, portalAddress: 'https://x.example', mailPassword: 'x' })).toEqual([
    '/changes/portalAddress',
    '/changes/logo',
    '/changes/mailSecurity',
    '/changes/mailPassword',
  ])
})
