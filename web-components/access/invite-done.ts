import { html } from 'lit'
import type { AccessCard } from '../../src/access/schema.ts'
import type { CreateInvitation } from '../../src/credentials/schema.ts'
import type { InviteWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import { openLetter } from './letter-window.ts'

/** Made, and no window shows it: the letter waits behind a button, or only a mail is on its way. */
export type Done = { slipUrl: string } | { mailedTo: string }

export type DoneView = {
  words: InviteWords
  card: AccessCard
  kind: CreateInvitation['kind']
  close: () => void
}

/** Says that the patient is invited, and where the letter is. */
export function inviteDone(done: Done, { words, card, kind, close }: DoneView) {
  const title = words.msg('invite.doneTitle', { name: card.patient.firstName })
  const closing = (look: string) =>
    html`<button class="button ${look}" type="button" @click=${close}>${words.msg('invite.close')}</button>`
  if ('mailedTo' in done) {
    const id = kind === 'activation' ? 'invite.mailedText' : 'invite.mailedPassword'
    const mailed = words.msg(id, { to: done.mailedTo })
    return html`<div class="stack">
        <h2 id="question" tabindex="-1">${title}</h2>
        ${notice({ mood: 'good', title: mailed, text: words.msg('invite.mailedNext') })}
      </div>
      <div class="actions">${closing('primary end')}</div>`
  }
  // A link would leave the one-time address in a page that is not ours.
  const open = () => {
    openLetter(done.slipUrl)
    close()
  }
  return html`<div class="stack">
      <h2 id="question" tabindex="-1">${title}</h2>
      <p>${words.msg('invite.blockedText')}</p>
    </div>
    <div class="actions">
      ${closing('quiet')}
      <button class="button primary end" type="button" @click=${open}>${words.msg('invite.open')}</button>
    </div>`
}
