import { html, nothing } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import type { CreateInvitation, InvitationOffer } from '../../src/credentials/schema.ts'
import type { InviteId, InviteWords } from '../i18n/words.ts'
import { fieldError, textField } from '../ui/field.ts'
import { barInWords } from './card-notice.ts'

/** What stands in the form; null = nobody touched it, so that the suggestion or the default counts. */
export type InviteForm = {
  kind: CreateInvitation['kind']
  username: string | null
  slip: boolean
  mail: boolean | null
}

export type InviteView = {
  words: InviteWords
  card: AccessCard
  /** Epoch ms by the service's clock. */
  now: number
  /** Null until the service has answered. */
  offer: InvitationOffer | null
  form: InviteForm
  /** Create was pressed: what is missing is said from then on. */
  checked: boolean
  /** A free username, after somebody else's was tried. */
  suggestion: string | null
  change: (form: InviteForm) => void
  /** Takes the free username. */
  accept: () => void
}

/** The question itself; `renewing` is the kind of what ends by it. */
export function titleOf(renewing: InviteForm['kind'] | null, kind: InviteForm['kind']): InviteId {
  if (!renewing) return 'invite.title'
  return kind === 'activation' ? 'invite.renewTitle' : 'invite.renewPasswordTitle'
}

/** The verb that answers it. */
export function buttonOf(renewing: InviteForm['kind'] | null, kind: InviteForm['kind']): InviteId {
  if (!renewing) return 'card.create'
  return kind === 'activation' ? 'invite.renew' : 'invite.renewPassword'
}

export const workingOf = ({ slip }: InviteForm): InviteId => (slip ? 'invite.working' : 'invite.mailing')

/** What a username may look like (`src/credentials/suggest-username.ts`). */
const USERNAME = /^[\p{L}\p{M}\p{N}._@+'-]*$/u
const SHORTEST = 3
const LONGEST = 64

/** A mail goes along by default where it is a link; a password only when somebody asks for it. */
export function bodyOf({ kind, username, slip, mail }: InviteForm, offer: InvitationOffer): CreateInvitation {
  const byMail = barOf(kind, offer) === null && (mail ?? kind === 'activation')
  if (kind === 'activation') return { kind, slip, mail: byMail }
  return { kind, username: (username ?? offer.suggestedUsername).trim(), slip, mail: byMail }
}

const barOf = (kind: InviteForm['kind'], offer: InvitationOffer) =>
  kind === 'activation' ? offer.mailBar : offer.passwordMailBar

/** What is wrong with the username as far as the browser can tell; null = nothing. */
export function usernameFault(words: InviteWords, username: string): string | null {
  const { length } = Array.from(username.trim())
  if (!USERNAME.test(username.trim())) return words.msg('invite.usernameForm')
  if (length < SHORTEST) return words.msg('invite.usernameShort', { count: SHORTEST - length })
  return length > LONGEST ? words.msg('invite.usernameLong') : null
}

/** How the patient gets in, how that gets there, and until when it works. */
export const inviteForm = (view: InviteView) =>
  html`${ways(view)}${view.form.kind === 'temporary-password' ? username(view) : nothing}${channels(view)}
    <p class="small soft">${validity(view)}</p>`

function ways({ words, card, form, change }: InviteView) {
  const name = card.patient.firstName
  const way = (kind: InviteForm['kind'], title: string, text: string) =>
    html`<label class="choice">
      <input
        type="radio"
        name="kind"
        .checked=${form.kind === kind}
        aria-labelledby="${kind}-name"
        aria-describedby="${kind}-text"
        @change=${() => change({ ...form, kind, mail: null })}
      />
      <strong id="${kind}-name">${title}</strong><span class="soft" id="${kind}-text">${text}</span>
    </label>`
  return html`<fieldset class="ways">
    <legend class="label">${words.msg('invite.how', { name })}</legend>
    ${way('activation', words.msg('invite.activation'), words.msg('invite.activationText', { name }))}
    ${way('temporary-password', words.msg('invite.password'), words.msg('invite.passwordText', { name }))}
  </fieldset>`
}

function username({ words, card, offer, form, suggestion, checked, change, accept }: InviteView) {
  const value = form.username ?? offer?.suggestedUsername ?? ''
  const taken = suggestion !== null
  const isChanged = form.username !== null || checked
  const fault = taken
    ? words.msg('invite.usernameTaken')
    : offer && isChanged
      ? usernameFault(words, value)
      : null
  const instead = html`<button class="button" type="button" @click=${accept}>
    ${words.msg('invite.useInstead', { username: suggestion ?? '' })}
  </button>`
  return html`<div>
    ${textField({
      id: 'username',
      label: words.msg('invite.username'),
      hint: words.msg('invite.usernameHint', { name: card.patient.firstName }),
      value,
      autocomplete: 'off',
      error: fault,
      onInput: (text) => change({ ...form, username: text }),
    })}
    ${taken && suggestion !== '' ? html`<p class="instead">${instead}</p>` : nothing}
  </div>`
}

function channels(view: InviteView) {
  const { words, offer, form, checked, change } = view
  const neither = checked && offer && !form.slip && !bodyOf(form, offer).mail
  return html`<fieldset aria-describedby=${neither ? 'neither-error' : nothing}>
    <legend class="label">${words.msg('invite.where')}</legend>
    <label class="choice bare">
      <input
        type="checkbox"
        id="slip"
        .checked=${form.slip}
        aria-invalid=${neither ? 'true' : nothing}
        @change=${(event: Event) => change({ ...form, slip: (event.target as HTMLInputElement).checked })}
      />
      <span>${words.msg('invite.print')}</span>
    </label>
    ${offer ? byMail(view, offer) : html`<p class="small soft" id="asking">${words.msg('invite.asking')}</p>`}
    ${neither ? fieldError('neither', words.msg('invite.neither')) : nothing}
  </fieldset>`
}

/** Where no mail can go the tick stays where it can be reached, and says why. */
function byMail({ words, card, form, change }: InviteView, offer: InvitationOffer) {
  const bar = barOf(form.kind, offer)
  const isLink = form.kind === 'activation'
  const to = html`<strong>${offer.mailTo}</strong>`
  const label = bar
    ? words.msg(isLink ? 'invite.mail' : 'invite.mailPassword')
    : words.rich(isLink ? 'invite.mailTo' : 'invite.mailPasswordTo', { to })
  const toggle = (event: Event) => change({ ...form, mail: (event.target as HTMLInputElement).checked })
  return html`<label class="choice bare ${bar ? 'barred' : ''}">
    <input
      type="checkbox"
      id="mail"
      aria-labelledby="mail-name"
      .checked=${bodyOf(form, offer).mail}
      aria-disabled=${bar ? 'true' : nothing}
      aria-describedby=${bar ? 'bar' : nothing}
      @click=${bar ? (event: Event) => event.preventDefault() : nothing}
      @change=${bar ? nothing : toggle}
    />
    <span
      ><span id="mail-name">${label}</span
      >${bar ? html`<span class="why" id="bar">${barInWords(words, bar, card.patient.firstName)}</span>` : nothing}</span
    >
  </label>`
}

function validity({ words, offer, form, now }: InviteView) {
  if (!offer) return nothing
  const until = form.kind === 'activation' ? offer.activationUntil : offer.temporaryPasswordUntil
  const count = words.daysUntil(until, now)
  const valid = words.msg('invite.valid', { count, day: words.day(until) })
  return form.slip ? `${valid} ${words.msg('invite.opens')}` : valid
}
