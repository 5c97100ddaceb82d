import type { Respond } from '../../test/web-components/support/answers.ts'
import type { Look } from './look.ts'

export type Tag = 'portico-access' | 'portico-staff' | 'portico-slip' | 'portico-portal'

/** What the service says to `METHOD path`; the path begins after the practice, the launch or the embedded card. */
export type Answers = Record<string, Respond>

/** One state of one element: what the service answers, and what somebody does to get there. */
export type Scene = {
  tag: Tag
  name: string
  /** Address of the page that the element stands on. */
  path: string
  answers: (look: Look) => Answers
  act?: (() => Promise<unknown>) | undefined
  /** Not what this browser says of itself: no network. */
  offline?: true
}

/** Names a scene in an address: `portico-access.invited-mail-sent`. */
export const idOf = ({ tag, name }: Scene): string =>
  `${tag}.${name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`
