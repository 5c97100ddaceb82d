import { html, nothing } from 'lit'
import type { AdminWords } from '../i18n/words.ts'
import { checkIcon } from '../ui/icons.ts'

export type SaveBar = {
  words: AdminWords
  count: number
  /** How many changes Discard took away just now. */
  discarded: number
  saving: boolean
  /** True right after a save. */
  saved: boolean
  onDiscard: () => void
  onBringBack: () => void
}

/** Counts what is not saved, and stays in sight while there is anything. Its Save submits the form around it. */
export function saveBar(bar: SaveBar) {
  const { words, count } = bar
  if (count > 0)
    return html`<div class="save" role="region" aria-label=${words.msg('settings.unsavedLabel')}>
      <p>
        ${words.rich('settings.unsaved', { changes: html`<strong>${words.msg('settings.changes', { count })}</strong>` })}
      </p>
      <button class="button quiet" type="button" aria-disabled=${bar.saving} @click=${bar.onDiscard}>
        ${words.msg('settings.discard')}
      </button>
      <button class="button primary" type="submit" aria-busy=${bar.saving}>
        ${words.msg(bar.saving ? 'settings.saving' : 'settings.save')}
      </button>
    </div>`
  if (bar.discarded > 0)
    return html`<div class="save">
      <p>${words.msg('settings.discarded', { count: bar.discarded })}</p>
      <button class="button quiet" type="button" @click=${bar.onBringBack}>
        ${words.msg('settings.bringBack')}
      </button>
    </div>`
  return bar.saved
    ? html`<div class="save"><p class="said">${checkIcon()}${words.msg('settings.saved')}</p></div>`
    : nothing
}

/** The same for who hears the page. */
export function saveStatus({ words, count, discarded, saved }: SaveBar): string {
  if (count > 0) return words.msg('settings.unsaved', { changes: words.msg('settings.changes', { count }) })
  if (discarded > 0) return words.msg('settings.discarded', { count: discarded })
  return saved ? words.msg('settings.saved') : ''
}
