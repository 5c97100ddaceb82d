import { html } from 'lit'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { checkIcon } from '../ui/icons.ts'
import { brand, spacedAccountId } from '../ui/practice-parts.ts'

export type Done = {
  words: PatientWords
  practice: PracticeView
  session: SessionView
  firstName: string | null
  /** What has done its job now: the letter, the link, the temporary password. */
  text: PatientId
  /** Address of the patient's app. */
  portal: string
}

/** The end of the way in: who is in, under what name, and the way home. */
export const donePanel = ({ words, practice, session, firstName, text, portal }: Done) =>
  html`<section class="panel steady">
    ${brand(practice.name)}
    <div class="gate">${checkIcon()}</div>
    <h1 tabindex="-1">
      ${firstName === null ? words.msg('change.done') : words.msg('activate.done', { name: firstName })}
    </h1>
    <p class="soft">${words.msg(text)}</p>
    <ul class="ticks">
      <li>
        ${checkIcon()}<span
          >${words.rich('activate.doneUsername', { username: html`<strong>${session.username}</strong>` })}</span
        >
      </li>
      <li>
        ${checkIcon()}<span
          >${words.rich('activate.doneAccount', { id: html`<strong class="num nowrap">${spacedAccountId(session.accountId)}</strong>` })}</span
        >
      </li>
    </ul>
    <div class="end"><a class="button primary wide" href=${portal}>${words.msg('activate.home')}</a></div>
  </section>`
