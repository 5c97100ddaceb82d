import { html, nothing } from 'lit'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { callButton } from '../ui/call-us.ts'
import { checkIcon } from '../ui/icons.ts'
import { notice } from '../ui/notice.ts'
import { brand, spacedAccountId } from '../ui/practice-parts.ts'
import { type Step, STEPS } from './activate-state.ts'

export type ButtonsView = {
  words: PatientWords
  step: Step
  working: boolean
  /** True after details that did not match: the way to a person stands beside trying again. */
  again: boolean
  phone: string | null
}

/** One filled button that goes on; below it Back, or a person to call. */
export function stepButtons(view: ButtonsView) {
  const { words, step, working, again, phone } = view
  return html`<button class="button primary wide" aria-busy=${working}>${words.msg(nextOf(view))}</button>
    ${again && phone !== null ? callButton(words.msg('help.callButton', { phone }), phone) : nothing}
    ${
      step > 1
        ? html`<button class="button quiet wide" type="button" @click=${() => history.back()}>
            ${words.msg('activate.back')}
          </button>`
        : phone === null
          ? nothing
          : callButton(words.msg('activate.noLetter'), phone, 'quiet')
    }`
}

function nextOf({ step, working, again }: ButtonsView): PatientId {
  if (working) return 'activate.working'
  if (again) return 'app.tryAgain'
  return step === STEPS ? 'activate.finish' : 'activate.continue'
}

export type Done = {
  words: PatientWords
  practice: PracticeView
  session: SessionView
  firstName: string
  /** Address of the patient's app. */
  portal: string
}

/** The end of the letter: who is in, under what name, and the way home. */
export const donePanel = ({ words, practice, session, firstName, portal }: Done) =>
  html`<section class="panel steady">
    ${brand(practice.name)}
    <div class="gate">${checkIcon()}</div>
    <h1 tabindex="-1">${words.msg('activate.done', { name: firstName })}</h1>
    <p class="soft">${words.msg('activate.doneText')}</p>
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

/** A practice that has switched the portal off: whom to call is in the footer. */
export const closedPanel = (words: PatientWords, practice: PracticeView) =>
  html`<section class="panel">
    ${brand(practice.name)}
    <h1 tabindex="-1">${words.msg('activate.title')}</h1>
    ${notice({ mood: 'warn', title: words.msg('refused.closed'), text: words.msg('refused.closedText') })}
  </section>`
