import { html, nothing } from 'lit'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import type { Client, Refusal } from '../client.ts'
import { otherLanguage } from '../i18n/languages.ts'
import { patientRefusal } from '../i18n/patient-refusals.ts'
import type { PatientWords } from '../i18n/words.ts'
import { callUs, phoneIcon } from '../ui/call-us.ts'
import { brand } from '../ui/practice-parts.ts'
import type { Route } from './route.ts'

/** Why the sign-in page opens with a word of its own. */
export type Parting = 'ended' | 'signed-out' | null

export type PageView = {
  route: Route
  client: Client
  words: PatientWords
  practice: PracticeView
  /** True for the first page of a visit. */
  arriving: boolean
  parting: Parting
  /** Address of the patient's app. */
  portal: string
}

/** The page that the address names; each is an element of its own. */
export function portalPage({ route, client, words, practice, arriving, parting, portal }: PageView) {
  if (route === 'home')
    return html`<portico-home
      .client=${client}
      .words=${words}
      .practice=${practice}
      .arriving=${arriving}
    ></portico-home>`
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
