import { html, nothing } from 'lit'
import type { Slip } from '../../src/credentials/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import type { SlipWords } from '../i18n/words.ts'
import { brand, spacedAccountId } from '../ui/practice-parts.ts'
import { inGroups } from './letter-parts.ts'
import { qrCode } from './qr.ts'

export type Letter = { words: SlipWords; slip: Slip; practice: PracticeView | null }

/** The letter itself, in the patient's language: a card on the screen, one page on paper. */
export const slipLetter = ({ words, slip, practice }: Letter) =>
  html`<article class="letter" lang=${words.language} data-portico data-theme="light">
    <header>
      ${brand(slip.practice.name)}
      <address>${slip.practice.address.map((line) => html`<span>${line}</span>`)}</address>
    </header>
    <p class="to">${slip.patientName}</p>
    <h2>${words.msg('letter.title', { name: slip.firstName })}</h2>
    <p class="ask">${words.msg('letter.text')}</p>
    <ol class="how">
      <li><span>${words.rich('letter.scan', { bold: bold(words.msg('letter.scanBold')) })}</span></li>
      <li>
        <span
          >${words.rich(slip.code === null ? 'letter.enterId' : 'letter.enter', { bold: bold(words.msg(slip.code === null ? 'letter.enterIdBold' : 'letter.enterBold')) })}</span
        >
      </li>
      <li><span>${words.rich('letter.choose', { bold: bold(words.msg('letter.chooseBold')) })}</span></li>
    </ol>
    ${keys(words, slip)}
    <p class="until"><strong>${words.msg('letter.until', { day: words.day(slip.validUntil) })}</strong></p>
    <div class="hands">
      <div>
        <h3>${words.msg('letter.help')}</h3>
        <p>${helpText(words, slip, practice)}</p>
      </div>
      <div>
        <h3>${words.msg('letter.private')}</h3>
        <p>
          ${words.msg('letter.privateText')}
          ${words.rich('letter.account', { id: html`<span class="num nowrap">${spacedAccountId(slip.accountId)}</span>` })}
        </p>
      </div>
    </div>
  </article>`

const keys = (words: SlipWords, slip: Slip) =>
  html`<div class="keys">
    <div>
      <p class="name">${words.msg('letter.address')}</p>
      <p class="addr">${spokenAddress(slip.portalUrl)}</p>
      ${code(words.msg('credential.portalId'), slip.portalId, 3)}
      ${slip.code === null ? nothing : code(words.msg('credential.code'), slip.code, 4)}
    </div>
    <figure>
      ${qrCode(slip.qr, words.msg('letter.qr'))}
      <figcaption>${words.msg('letter.qrCaption')}</figcaption>
    </figure>
  </div>`

/** Groups for the eye; for the ear each character by itself, with a pause between groups. */
function code(name: string, text: string, size: number) {
  const groups = inGroups(text, size)
  const heard = groups.map((group) => Array.from(group).join(' ')).join(', ')
  return html`<p class="name">${name}</p>
    <p class="code" role="img" aria-label="${name}: ${heard}">
      ${groups.map((group) => html`<span>${group}</span>`)}
    </p>`
}

function helpText(words: SlipWords, { practice: { phone } }: Slip, practice: PracticeView | null): string {
  const hours = practice?.hours?.[words.language]
  if (phone === null) return words.msg('letter.helpVisit')
  return hours ? words.msg('letter.helpCallHours', { phone, hours }) : words.msg('letter.helpCall', { phone })
}

const bold = (text: string) => html`<strong>${text}</strong>`

/** An address as people type it: without the scheme and the last slash. */
const spokenAddress = (url: string) =>
  url
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map((part, index) => (index === 0 ? part : html`<wbr />/${part}`))
