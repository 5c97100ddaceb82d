import { html, nothing } from 'lit'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import type { Client, Refusal } from '../client.ts'
import { otherLanguage } from '../i18n/languages.ts'
import { patientRefusal } from '../i18n/patient-refusals.ts'
import type { PatientWords } from '../i18n/words.ts'
import { callUs, phoneIcon } from '../ui/call-us.ts'
import { notice } from '../ui/notice.ts'
import { brand } from '../ui/practice-parts.ts'
import type { Route } from './route.ts'

/** Why the sign-in page opens with a word of its own. */
export type Parting = 'ended' | 'signed-out' | 'waited' | 'unsure' | null

export type PageView = {
  /** Null = none yet, or none for a moment. */
  route: Route | null
  client: Client
  words: PatientWords
  practice: PracticeView
  session: SessionView | null
  /** True for the first page of a visit. */
  arriving: boolean
  parting: Parting
  /** Address of the patient's app. */
  portal: string
}

/** The page that the address names; each is an element of its own. */
export function portalPage(view: PageView) {
  const { route, client, words, practice, session, arriving, parting, portal } = view
  if (route === null) return nothing
  if (route === 'home')
    return html`<portico-home
      .client=${client}
      .words=${words}
      .practice=${practice}
      .arriving=${arriving}
    ></portico-home>`
  if (route === 'change')
    return html`<portico-change
      .client=${client}
      .words=${words}
      .practice=${practice}
      .session=${session}
      .arriving=${arriving}
      .portal=${portal}
    ></portico-change>`
  if (route === 'activate')
    return html`<portico-activate
      .client=${client}
      .words=${words}
      .practice=${practice}
      .arriving=${arriving}
      .portal=${portal}
    ></portico-activate>`
  if (route === 'sign-in')
    return html`<portico-sign-in
      .client=${client}
      .words=${words}
      .practice=${practice}
      .arriving=${arriving}
      .portal=${portal}
      .parting=${parting}
    ></portico-sign-in>`
  return html`<section class="page stack">
    <h1>${words.msg('unknown.title')}</h1>
    <p><a href=${portal}>${words.msg('unknown.home')}</a></p>
  </section>`
}

/** The bar of somebody who is signed in: whose portal this is, and the way out. */
export const topbar = (
  words: PatientWords,
  practice: PracticeView,
  portal: string,
  signOut: () => Promise<void>,
) =>
  html`<header class="topbar">
    <div class="in">
      <a class="home" href=${portal}>${brand(practice.name)}</a>
      <button class="button quiet push" type="button" @click=${signOut}>${words.msg('app.signOut')}</button>
    </div>
  </header>`

/** Something that did not arrive while a page was open. */
export type Trouble = {
  refusal: Refusal
  /** True when it was the way out: the reader must know that it is still open. */
  signingOut: boolean
  again: () => void
}

/** What did not arrive, above the page that goes on. */
export function troubleNotice(words: PatientWords, { refusal, signingOut, again }: Trouble) {
  const said = patientRefusal(words, refusal)
  const actions = html`<button class="button" type="button" @click=${again}>
    ${words.msg('app.tryAgain')}
  </button>`
  const title = signingOut ? words.msg('home.stillSignedIn') : said.title
  return notice({ mood: 'bad', title, text: said.text, actions })
}

/** Who helps, and the other language. */
export const footer = (
  words: PatientWords,
  practice: PracticeView,
  look: string,
  speak: (language: Language) => Promise<void>,
) => {
  const other = otherLanguage(words.language, practice.languages)
  return html`<footer class=${look}>
    <p>${phoneIcon()} <span>${callUs(words, practice)} ${words.msg('help.emergency')}</span></p>
    ${
      other
        ? html`<p>
            <button class="button quiet" type="button" lang=${other} @click=${() => speak(other)}>
              ${words.msg('app.otherLanguage')}
            </button>
          </p>`
        : nothing
    }
  </footer>`
}

/** Why there is no portal at this address, or none right now. */
export function notOpen(words: PatientWords, refusal: Refusal, again: () => Promise<void>) {
  const isUnknown = refusal.code === 'not-found'
  const { title, text } = isUnknown
    ? { title: words.msg('unknown.practice'), text: words.msg('unknown.practiceText') }
    : patientRefusal(words, refusal)
  return html`<main class="page stack">
    <h1>${title}</h1>
    <p class="lead soft">${text}</p>
    ${
      isUnknown
        ? nothing
        : html`<button class="button" type="button" @click=${again}>${words.msg('app.tryAgain')}</button>`
    }
  </main>`
}
