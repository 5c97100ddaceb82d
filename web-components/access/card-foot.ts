import { html, nothing } from 'lit'
import { isPutOff } from './card-body.ts'
import { openPortico } from './card-lines.ts'
import { type CardView, readinessOf } from './card-view.ts'
import { MAIL_BARS, mailBarOf } from './card-words.ts'

/** What comes next: one filled button, the quiet rest, and the reason for a button that waits. */
export function cardFoot(view: CardView) {
  const { state } = view.card
  if (isPutOff(view)) return putOff(view)
  if (state === 'not-ready' || state === 'ready') return beforeInvitation(view)
  if (state === 'invited') return afterInvitation(view)
  return view.editor?.canSave
    ? html`<div class="foot actions" part="foot">${saveButton(view)}</div>`
    : nothing
}

type Foot = { buttons: unknown; end: unknown; why: string }

/** The reason for what waits stands under the buttons, with the way to look once more. */
function foot(view: CardView, { buttons, end, why }: Foot) {
  const { words, act } = view
  const check = (look: string) =>
    html`<button class="button quiet ${look}" type="button" @click=${act.reload}>
      ${words.msg('card.checkAgain')}
    </button>`
  if (!why) return html`<div class="foot actions" part="foot">${buttons}${check('')}${end}</div>`
  return html`<div class="foot waits" part="foot">
    <div class="actions">${buttons}</div>
    ${end}
    <p class="small soft"><span id="why">${why}</span> ${mayAll(view) ? nothing : openPortico(view)}</p>
    ${check('slim look')}
  </div>`
}

/** Nobody has to be asked, and nothing is to be done anywhere else. */
const mayAll = ({ card }: CardView) => card.may.allow && card.may.create

function putOff(view: CardView) {
  const { words, card, act, doing } = view
  if (!card.may.allow) return foot(view, { buttons: nothing, end: nothing, why: words.msg('card.readOnly') })
  return foot(view, {
    buttons: html`<button class="button" type="button" aria-busy=${doing === 'ask-now'} @click=${act.askNow}>
      ${words.msg('notNow.askNow')}
    </button>`,
    end: html`<button class="button quiet end" type="button" @click=${() => act.notNow()}>
      ${words.msg('notNow.change')}
    </button>`,
    why: '',
  })
}

function beforeInvitation(view: CardView) {
  const { words, card, changed, act } = view
  const isReady = card.state === 'ready' && !changed
  const why = whyNotYet(view)
  const create = html`<button
    class="button ${isReady ? 'primary' : ''}"
    type="button"
    aria-disabled=${isReady ? 'false' : 'true'}
    aria-describedby=${why ? 'why' : nothing}
    @click=${isReady ? act.create : nothing}
  >
    ${words.msg('card.create')}
  </button>`
  return foot(view, {
    buttons: html`${view.editor?.canSave ? saveButton(view) : nothing}${card.may.create ? create : nothing}${takeBack(view)}`,
    end: card.may.allow
      ? html`<button class="button quiet end" type="button" @click=${() => act.notNow()}>
          ${words.msg('notNow.button')}
        </button>`
      : nothing,
    why,
  })
}

/** On the day itself the note can also be taken away. */
function takeBack({ words, card, act, doing }: CardView) {
  if (!card.may.allow || !card.refused?.due) return nothing
  return html`<button
    class="button quiet"
    type="button"
    aria-busy=${doing === 'ask-now'}
    @click=${act.askNow}
  >
    ${words.msg('notNow.takeBack')}
  </button>`
}

/** Why Create waits, or whom this reader can ask. */
function whyNotYet({ words, card, changed, editor }: CardView): string {
  const { missing } = readinessOf(card)
  const { allow, create } = card.may
  if (!allow && !create) return words.msg('card.readOnly')
  if (!allow && missing.some(({ id }) => id === 'allowed')) return words.msg('card.askToAllow')
  if (changed && card.state === 'ready') return words.msg('card.saveFirst')
  if (!create) return words.msg('card.askToCreate')
  return editor?.whyMissing(card, missing) ?? ''
}

function afterInvitation(view: CardView) {
  const { words, card, act } = view
  const isLive = card.invitation?.state === 'live'
  const cancel = html`<button class="button quiet end" type="button" @click=${act.cancel}>
    ${words.msg('card.cancelInvite')}
  </button>`
  const save = view.editor?.canSave ? saveButton(view) : nothing
  return foot(view, {
    buttons: card.may.create ? html`${save}${renewButton(view)}${isLive ? mailButton(view) : nothing}` : save,
    end: card.may.create && isLive ? cancel : nothing,
    why: card.may.create || card.may.allow ? whyNoMail(view) : words.msg('card.readOnly'),
  })
}

function renewButton({ words, card, act, changed }: CardView) {
  const isNext = card.invitation?.state !== 'live' && !changed
  const isPassword = card.invitation?.kind === 'temporary-password'
  return html`<button class="button ${isNext ? 'primary' : ''}" type="button" @click=${act.create}>
    ${words.msg(isPassword ? 'card.newPassword' : 'card.newLetter')}
  </button>`
}

/**
 * Sends a new link for a letter that is good. A mail that was asked for and cannot go says why; one that was not is not
 * offered.
 */
function mailButton(view: CardView) {
  const { words, card, act, doing } = view
  const { invitation } = card
  const why = whyNoMail(view)
  if (invitation?.kind !== 'activation' || (mailBarOf(card) !== null && !why)) return nothing
  const isNext = invitation.mail?.state === 'failed' && !why
  const label = invitation.mail ? 'card.resend' : 'card.mailLink'
  return html`<button
    class="button ${isNext ? 'primary' : ''}"
    type="button"
    aria-busy=${doing === 'mail'}
    aria-disabled=${why ? 'true' : 'false'}
    aria-describedby=${why ? 'why' : nothing}
    @click=${why ? nothing : act.mail}
  >
    ${words.msg(doing === 'mail' ? 'card.sending' : label)}
  </button>`
}

function whyNoMail({ words, card, changed }: CardView): string {
  const { invitation, may } = card
  if (invitation?.kind !== 'activation' || invitation.state !== 'live' || !may.create) return ''
  const bar = mailBarOf(card)
  if (bar !== null) return invitation.mail ? words.msg(MAIL_BARS[bar], { name: card.patient.firstName }) : ''
  return changed ? words.msg('card.saveFirst') : ''
}

const saveButton = ({ words, doing, act }: CardView) =>
  html`<button
    class="button primary"
    type="button"
    id="save"
    aria-busy=${doing === 'save'}
    @click=${act.save}
  >
    ${words.msg(doing === 'save' ? 'card.saving' : 'card.save')}
  </button>`
