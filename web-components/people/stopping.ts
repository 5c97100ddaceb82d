import { html } from 'lit'
import type { StaffPerson } from '../../src/staff/schema.ts'
import type { Refusal } from '../client.ts'
import type { OwnWords } from '../i18n/admin-refusals.ts'
import type { AdminWords } from '../i18n/words.ts'
import { alertIcon } from '../ui/icons.ts'
import './stop-button.ts'
import { personName } from './giving.ts'

type StopButton = {
  words: AdminWords
  name: string
  /** What stopping means. */
  effect: string
  stopped: boolean
  busy: boolean
  choose?: (stopped: boolean) => void
}

export const stopButton = ({ words, name, effect, stopped, busy, choose }: StopButton) =>
  html`<portico-stop
    .words=${words}
    .name=${name}
    .effect=${effect}
    ?stopped=${stopped}
    ?busy=${busy}
    @portico-stop-chosen=${({ detail }: CustomEvent<boolean>) => choose?.(detail)}
  ></portico-stop>`

/** The same for a person. */
export const stopPersonButton = (
  words: AdminWords,
  person: StaffPerson,
  rest: Pick<StopButton, 'busy' | 'choose'>,
) => {
  const name = personName(person)
  const gone = words.msg('people.stopEffect', { name })
  const effect = person.role === null ? gone : `${gone} ${words.msg('people.roleStays')}`
  return stopButton({ words, name, effect, stopped: person.stoppedAt !== null, ...rest })
}

export const stoppedPill = (words: AdminWords) =>
  html`<span class="pill bad">${alertIcon()}${words.msg('stop.stopped')}</span>`

/** "Jo Park can't use Portico any more." */
export const stoppedInWords = (words: AdminWords, person: StaffPerson, stopped: boolean): string =>
  words.msg(stopped ? 'people.stopped' : 'people.resumed', { name: personName(person) })

/** How this page says that somebody can pass on only what they may do themselves. */
export function passingOnWords(refusal: Refusal): OwnWords {
  const isMore = (refusal.text('permission') ?? 'staff.manage') !== 'staff.manage'
  return isMore ? { 'not-permitted': ['people.more', 'people.moreText'] } : {}
}
