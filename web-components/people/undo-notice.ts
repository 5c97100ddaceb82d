import { html, nothing } from 'lit'
import type { AdminWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'

/** Says what was done and stays until the next step: what one press did, one press takes back. */
export const undoNotice = (words: AdminWords, title: string, undo: (() => void) | null) =>
  undo
    ? notice({
        mood: 'good',
        title,
        actions: html`<button class="button" type="button" @click=${undo}>
          ${words.msg('people.undo')}
        </button>`,
      })
    : nothing
