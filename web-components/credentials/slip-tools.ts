import { html, nothing } from 'lit'
import type { LetterPdfs, Slip } from '../../src/credentials/schema.ts'
import type { SlipId, SlipWords } from '../i18n/words.ts'
import { icon } from '../ui/icons.ts'
import { notice } from '../ui/notice.ts'

export type SlipTools = {
  words: SlipWords
  slip: Slip
  print: () => void
  save: (paper: keyof LetterPdfs) => void
  copy: () => void
  done: () => void
}

/** What can be done with a letter: print it, save it, put it into a mail of one's own. */
export const slipTools = (tools: SlipTools) => {
  const { words, print, copy, done } = tools
  return html`<div class="actions tools no-print">
    <button class="button primary" type="button" @click=${print}>
      ${printerIcon()}${words.msg('slip.print')}
    </button>
    ${pdfMenu(tools)}
    <button class="button" type="button" @click=${copy}>${copyIcon()}${words.msg('slip.copy')}</button>
    <button class="button quiet end" type="button" @click=${done}>${words.msg('slip.done')}</button>
  </div>`
}

const PAPERS: readonly (readonly [keyof LetterPdfs, SlipId])[] = [
  ['letter', 'slip.paperLetter'],
  ['letterLarge', 'slip.paperLetterLarge'],
  ['a4', 'slip.paperA4'],
  ['a4Large', 'slip.paperA4Large'],
]

/** Where the letter has a script that the PDF cannot set, the browser's own print dialog makes one. */
function pdfMenu({ words, slip, save }: SlipTools) {
  const label = html`${downloadIcon()}${words.msg('slip.pdf')}`
  if (slip.pdfs === null)
    return html`<button class="button" type="button" aria-disabled="true" aria-describedby="no-pdf">
      ${label}
    </button>`
  const choose = (event: Event, paper: keyof LetterPdfs) => {
    close(event)
    save(paper)
  }
  return html`<details class="menu" @keydown=${closeOnEscape} @focusout=${closeOnLeaving}>
    <summary class="button">${label}</summary>
    <ul>
      ${PAPERS.map(
        ([paper, name]) =>
          html`<li>
            <button class="button quiet" type="button" @click=${(event: Event) => choose(event, paper)}>
              ${words.msg(name)}
            </button>
          </li>`,
      )}
    </ul>
  </details>`
}

/** Why there is no PDF, said where the button is. */
export const noPdf = ({ words, slip }: SlipTools) =>
  slip.pdfs === null
    ? html`<p class="small soft no-print" id="no-pdf">${words.msg('slip.noPdf')}</p>`
    : nothing

/** The text for the practice's own mail program: copied where the browser lets us, there to be copied by hand anyway. */
export const mailText = (words: SlipWords, { subject, text }: Slip['mailText'], copied: boolean) =>
  html`<section class="card mail no-print stack" aria-labelledby="mail-title">
    ${notice({
      mood: copied ? 'good' : 'info',
      title: words.msg(copied ? 'slip.copied' : 'slip.copyByHand'),
      text: words.msg('slip.mailCare'),
    })}
    <h2 class="hidden-visually" id="mail-title">${words.msg('slip.copy')}</h2>
    <div class="field">
      <label for="subject">${words.msg('slip.mailSubject')}</label>
      <input class="input" id="subject" readonly .value=${subject} />
    </div>
    <div class="field">
      <label for="text">${words.msg('slip.mailText')}</label>
      <textarea class="input" id="text" readonly rows="9" .value=${text}></textarea>
    </div>
  </section>`

/** What came of the invitation beside this page. */
export function becauseOf(words: SlipWords, { kind, mailedTo, firstName: name }: Slip) {
  if (kind === 'mail')
    return html`<div class="no-print">
      ${notice({ mood: 'info', title: words.msg('slip.instead'), text: words.msg('slip.insteadText') })}
    </div>`
  if (mailedTo === null) return nothing
  const text = words.msg(kind === 'activation' ? 'slip.mailed' : 'slip.mailedPassword', { to: mailedTo })
  return html`<div class="no-print">
    ${notice({ mood: 'good', title: words.msg('slip.invited', { name }), text })}
  </div>`
}

/** What was done with the letter last, where something has to be said about it. */
export type Hint = 'no-print' | 'saved'

export function hintInWords(words: SlipWords, hint: Hint | null) {
  if (hint === 'saved')
    return html`<p class="no-print">${words.msg('slip.saved', { file: words.msg('slip.file') })}</p>`
  return hint === 'no-print' ? html`<p class="no-print">${words.msg('slip.noPrint')}</p>` : nothing
}

function close(event: Event): void {
  const menu = (event.currentTarget as HTMLElement).closest('details')
  if (!menu) return
  menu.querySelector('summary')?.focus()
  menu.open = false
}

function closeOnEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') close(event)
}

function closeOnLeaving(event: FocusEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement
  if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false
}

const printerIcon = () => icon('M7 8V3.5h10V8M7 17H4.5v-6a3 3 0 0 1 3-3h9a3 3 0 0 1 3 3v6H17M7 14h10v6.5H7z')
const downloadIcon = () => icon('M12 4v11M7 10.5l5 5 5-5M4.5 20h15')
const copyIcon = () =>
  icon(
    'M11 8.5h7a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 8.5 18v-7A2.5 2.5 0 0 1 11 8.5zM15.5 8.5v-2a3 3 0 0 0-3-3h-6a3 3 0 0 0-3 3v6a3 3 0 0 0 3 3h2',
  )
