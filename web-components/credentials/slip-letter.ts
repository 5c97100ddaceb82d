import { html, nothing } from 'lit'
import type { LetterFact, LetterSheet, Slip } from '../../src/credentials/schema.ts'
import { brand } from '../ui/practice-parts.ts'
import { inGroups } from './letter-parts.ts'
import { qrCode } from './qr.ts'

/** One letter in one language: a sheet of paper on the screen, one page on paper. `label` tells it from the other. */
export const slipLetter = (sheet: LetterSheet, slip: Slip, label: string) =>
  html`<article class="letter" lang=${sheet.language} aria-label=${label} data-portico data-theme="light">
    <header>
      ${letterhead(sheet.from.name, slip.logo)}
      <address>
        ${sheet.from.address.map((line) => html`<span>${line}</span>`)}
        ${sheet.from.phone ? html`<span>${sheet.from.phone}</span>` : nothing}<span>${sheet.date}</span>
      </address>
    </header>
    <p class="to ${sheet.to.address.length > 3 ? 'long' : ''}">
      <span>${sheet.to.name}</span>${sheet.to.address.map((line) => html`<span>${line}</span>`)}
    </p>
    <h2>${sheet.title}</h2>
    <p class="ask">${sheet.text}</p>
    ${sheet.steps.length > 0 ? steps(sheet) : nothing} ${keys(sheet, slip)}
    ${sheet.until ? html`<p class="until"><strong>${sheet.until}</strong></p>` : nothing}
    <div class="hands">
      <div>
        <h3>${sheet.help.title}</h3>
        <p>${sheet.help.text}</p>
      </div>
      <div>
        <h3>${sheet.privacy.title}</h3>
        <p>
          ${sheet.privacy.text}
          ${sheet.account ? html`<span class="num nowrap">${sheet.account}</span>` : nothing}
        </p>
      </div>
    </div>
  </article>`

/** The practice's picture takes the place of our arch; its name stands beside it either way. */
const letterhead = (name: string, logo: string | null) =>
  logo === null
    ? brand(name)
    : html`<span class="brand"><img class="logo" src=${logo} alt="" /><span>${name}</span></span>`

const steps = (sheet: LetterSheet) =>
  html`<ol class="how">
    ${sheet.steps.map(
      ({ lead, rest }) =>
        html`<li>
          <span><strong>${lead}</strong>${rest}</span>
        </li>`,
    )}
  </ol>`

/** What is typed in or scanned; a mail that is handed over on paper may have neither. */
function keys({ facts, qr }: LetterSheet, slip: Slip) {
  const square =
    slip.qr && qr
      ? html`<figure>
          ${qrCode(slip.qr, qr.label)}
          <figcaption>${qr.caption}</figcaption>
        </figure>`
      : nothing
  if (facts.length === 0) return square
  return html`<div class="keys ${square === nothing ? '' : 'with-qr'}">
    <div>${facts.map(fact)}</div>
    ${square}
  </div>`
}

const FACTS: Record<LetterFact['form'], (fact: LetterFact) => unknown> = {
  address: ({ value }) => html`<p class="addr">${spokenAddress(value)}</p>`,
  username: ({ value }) => html`<p class="addr">${value}</p>`,
  digits: ({ label, value }) => code(label, value, 3),
  code: ({ label, value }) => code(label, value, 4),
  words: ({ value }) =>
    html`<p class="words">
      ${value
        .trim()
        .split(/\s+/)
        .map((word) => html`<span>${word}</span> `)}
    </p>`,
}

const fact = (given: LetterFact) =>
  html`<p class="name">${given.label}</p>
    ${FACTS[given.form](given)}`

/** Groups for the eye; for the ear each character by itself, with a pause between groups. */
function code(label: string, text: string, size: number) {
  const groups = inGroups(text, size)
  const heard = groups.map((group) => Array.from(group).join(' ')).join(', ')
  return html`<p class="code" role="img" aria-label="${label}: ${heard}">
    ${groups.map((group) => html`<span>${group}</span>`)}
  </p>`
}

/** An address as people type it: without the scheme and the last slash. */
const spokenAddress = (url: string) =>
  url
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map((part, index) => (index === 0 ? part : html`<wbr />/${part}`))
