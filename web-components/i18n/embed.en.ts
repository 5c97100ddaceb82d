import type { Entry } from './words.ts'

/** What the card says in an EMR's own page, beside what it says anywhere. */
export const embed = {
  'embed.notSetUp': 'The patient portal is not set up on this page yet.',
  'embed.notSetUpText': 'Tell whoever looks after the EMR. Nothing is wrong with the chart.',
  'embed.mayNotSee': "You can't see portal access here.",
  'embed.mayNotSeeText': 'Ask someone with “Manage access”.',
} satisfies Record<string, Entry>
