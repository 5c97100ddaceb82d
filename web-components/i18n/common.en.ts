import type { Entry } from './words.ts'

/** What every page says in English. `{name}` is filled in; `one`/`other` follow `{count}`. */
export const common = {
  'app.loading': 'One moment…',
  'app.offline': "You're offline. What you typed is still here.",
  'app.tryAgain': 'Try again',
  'app.otherLanguage': 'Ver en español',
  'app.signOut': 'Sign out',

  'time.today': 'today, {time}',
  'time.months': 'January February March April May June July August September October November December',
  'time.monthOfYear': '{month} {year}',
  'time.date': '{month} {day}, {year}',

  'wait.seconds': { one: '{count} second', other: '{count} seconds' },
  'wait.minutes': { one: '{count} minute', other: '{count} minutes' },
  'wait.hours': { one: '{count} hour', other: '{count} hours' },

  'refused.offline': "We can't reach the portal.",
  'refused.offlineText': 'Check your connection, then try again.',
  'refused.slow': 'That took too long.',
  'refused.slowText': 'Try again in a moment.',
  'refused.busy': "It's busy for a moment.",
  'refused.busyText': 'Try again in a few seconds.',
  'refused.tooFast': 'That was a lot at once.',
  'refused.tooFastText': 'Try again in {wait}.',
  'refused.ours': "That didn't work. It's on us, not on you.",

  'credential.portalId': 'Portal ID',
  'credential.code': 'Activation code',
} satisfies Record<string, Entry>
