import { html, nothing } from 'lit'
import type { PracticeView } from '../../src/practices/schema.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { callButton } from '../ui/call-us.ts'
import { notice } from '../ui/notice.ts'
import { brand } from '../ui/practice-parts.ts'
import { type Answered, needsCall } from './activate-answers.ts'
import { type Step, STEPS, type Way } from './activate-state.ts'

export type ButtonsView = {
  words: PatientWords
  way: Way
  step: Step
  working: boolean
  answered: Answered | null
  phone: string | null
  takeLetter: () => void
}

/** One filled button that goes on, or a person to call where nothing else helps; below it the quieter ways. */
export function stepButtons(view: ButtonsView) {
  const { words, working, answered, phone } = view
  const callFirst = needsCall(answered) && phone !== null
  const call = (look: string) =>
    callButton(words.msg('help.callButton', { phone: phone ?? '' }), phone ?? '', look)
  const goOn = html`<button class="button ${callFirst ? '' : 'primary'} wide" aria-busy=${working}>
    ${words.msg(nextOf(view))}
  </button>`
  if (callFirst) return html`${call('primary')} ${goOn} ${quietWay(view)}`
  return html`${goOn} ${answered?.kind === 'no-match' && phone !== null ? call('') : nothing}
  ${quietWay(view)}`
}

/** Back; or from the first step the other way in. */
function quietWay({ words, way, step, phone, takeLetter }: ButtonsView) {
  const quiet = (id: PatientId, press: () => void) =>
    html`<button class="button quiet wide" type="button" @click=${press}>${words.msg(id)}</button>`
  if (step !== STEPS[way][0]) return quiet('activate.back', () => history.back())
  if (way === 'link') return quiet('activate.useLetter', takeLetter)
  return phone === null ? nothing : callButton(words.msg('activate.noLetter'), phone, 'quiet')
}

function nextOf({ step, working, answered }: ButtonsView): PatientId {
  if (working) return 'activate.working'
  if (answered && (answered.kind === 'no-match' || needsCall(answered))) return 'app.tryAgain'
  return step === 'key' ? 'activate.finish' : 'activate.continue'
}

/** A practice that has switched the portal off: whom to call is in the footer. */
export const closedPanel = (words: PatientWords, practice: PracticeView) =>
  html`<section class="panel">
    ${brand(practice.name)}
    <h1 tabindex="-1">${words.msg('activate.title')}</h1>
    ${notice({ mood: 'warn', title: words.msg('refused.closed'), text: words.msg('refused.closedText') })}
  </section>`

/** For those who are in already and opened an old letter or mail again. */
export const signInAside = (words: PatientWords, way: Way, portal: string) =>
  html`<p class="aside">
    ${way === 'letter' ? html`<span class="line">${words.msg('activate.haveMail')}</span> ` : nothing}${words.msg('activate.beenHere')}
    <a class="nowrap" href="${portal}sign-in"><strong>${words.msg('signIn.submit')}</strong></a>
  </p>`
