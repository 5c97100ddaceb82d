import type { EmbedToken } from '../../src/embedding/schema.ts'
import type { Mounted } from './access.ts'
import { loadAccess, loadAhead } from './chunks.ts'
import { isTokenFor } from './host-token.ts'
import { askFirst, type FirstAnswers } from './first-questions.ts'

/** Asks the host for a token for this patient. */
export type TokenProvider = (patient: string) => Promise<EmbedToken>

/**
 * The access card in an EMR's own page: where a patient stands with the portal, what is missing, and the one next step.
 * The host's backend vouches for who is looking; the host's page sees no password, code or letter.
 *
 * @element portico-access
 *
 * @attr {string} patient - FHIR id of the patient. Another id shows another patient, from the start.
 * @attr {string} token-url - Address of the host's own backend that answers a token: the element POSTs `{"patient": "…"}` to it as JSON, with the host's cookies. Same origin as the page.
 * @attr {'light' | 'dark' | 'auto'} [theme='light'] - `auto` takes font, colours and radius from the page around.
 * @attr {string} style-url - Address of the EMR's `smart_style_url`.
 * @attr {'comfortable' | 'compact'} [density='comfortable'] - How much room the card takes.
 * @attr {'1' | '2' | '3' | '4' | '5' | '6'} [heading-level='2'] - Level of the card's heading among the page's own.
 * @attr {string} launch-url - Address of the host that opens Portico for this patient by SMART launch: offered where something cannot be done on the card here.
 * @attr {string} intent - `create-credentials` opens the question at once when the patient is ready.
 * @attr {string} lang - Language of the card; that of the page around it unless told. The practice has to offer it.
 *
 * @prop {((patient: string) => Promise<EmbedToken>) | null} tokenProvider - Asks the host's backend for a token; wins over `token-url`.
 *
 * @fires {CustomEvent<{ state: AccessState }>} portico-ready - The card is on the screen.
 * @fires portico-access-saved - What the card holds was saved.
 * @fires portico-invited - A letter or an e-mail exists; nothing secret in it.
 * @fires {CustomEvent<{ state: AccessState }>} portico-access-changed - The patient stands elsewhere now: `not-ready`, `ready`, `invited`, `active`, `suspended` or `stopped`.
 * @fires portico-session-expired - The reader is signed out of the host: sign them in again, then call `refresh()`.
 *
 * @csspart card - The card.
 * @csspart head - Its heading and where things stand.
 * @csspart title - The heading.
 * @csspart status - Where things stand, in a word.
 * @csspart headline - The same in a sentence.
 * @csspart notice - What was refused, and the way on.
 * @csspart foot - The buttons.
 *
 * @cssprop --portico-font - Font family.
 * @cssprop --portico-font-code - Font family of codes.
 * @cssprop --portico-base - Size of the text; everything else follows it.
 * @cssprop --portico-radius-small - Radius of what is small.
 * @cssprop --portico-radius - Radius of buttons and fields.
 * @cssprop --portico-radius-large - Radius of the card.
 * @cssprop --portico-target - Least height of what is pressed.
 * @cssprop --portico-canvas - Ground that the card lies on.
 * @cssprop --portico-surface - Ground of the card.
 * @cssprop --portico-sunken - Ground of what lies lower.
 * @cssprop --portico-raised - Ground of a question over the card.
 * @cssprop --portico-ink - Text.
 * @cssprop --portico-ink-soft - Text that matters less.
 * @cssprop --portico-line - Lines between things.
 * @cssprop --portico-line-strong - Edges of fields and buttons.
 * @cssprop --portico-accent - Filled buttons and links.
 * @cssprop --portico-accent-hover - The same under the pointer.
 * @cssprop --portico-on-accent - Text on filled buttons.
 * @cssprop --portico-accent-soft - Ground of what is chosen.
 * @cssprop --portico-accent-ink - Text on it.
 * @cssprop --portico-good - Marks of what is done.
 * @cssprop --portico-good-soft - Ground of what is good news.
 * @cssprop --portico-good-ink - Text on it.
 * @cssprop --portico-warn - Marks of what is missing.
 * @cssprop --portico-warn-soft - Ground of a warning.
 * @cssprop --portico-warn-ink - Text on it.
 * @cssprop --portico-bad - Marks of what was refused, and buttons that take something away.
 * @cssprop --portico-bad-soft - Ground of a refusal.
 * @cssprop --portico-bad-ink - Text on it.
 * @cssprop --portico-on-bad - Text on buttons that take something away.
 * @cssprop --portico-focus - Ring around what has focus.
 * @cssprop --portico-scrim - What lies over the page behind a question.
 * @cssprop --portico-shadow-card - Shadow of the card.
 */
export class PorticoAccess extends HTMLElement {
  static readonly observedAttributes = [
    'patient',
    'token-url',
    'theme',
    'style-url',
    'density',
    'heading-level',
    'launch-url',
    'intent',
    'lang',
  ]

  #provider: TokenProvider | null = null
  #root: ShadowRoot
  #mounted: Mounted | null = null
  /** Is being fetched or is here. */
  #isOpen = false
  /** The first token, and the first questions with it, are asked beside the code that needs them. */
  #early: { patient: string; token: Promise<unknown>; answers: Promise<FirstAnswers> } | null = null
  /** Ends with the early questions: they are for this patient, by this way to a token. */
  #earlyEnd = new AbortController()

  constructor() {
    super()
    this.#root = this.attachShadow({ mode: 'open' })
    this.#root.adoptedStyleSheets = [sheet()]
  }

  /** Asks the host's backend for a token; wins over `token-url`. */
  get tokenProvider(): TokenProvider | null {
    return this.#provider
  }

  set tokenProvider(provider: TokenProvider | null) {
    const isFirst = this.#provider === null
    this.#provider = provider
    // Another function for the same reader is used from the next token on.
    if (isFirst && provider) this.#mounted?.changed('token-url')
  }

  connectedCallback(): void {
    // Whatever was set before this script came hides the accessor.
    if (Object.hasOwn(this, 'tokenProvider')) {
      const { tokenProvider } = this
      delete (this as { tokenProvider?: unknown }).tokenProvider
      this.tokenProvider = tokenProvider
    }
    if (this.#isOpen) this.#mounted?.moved()
    else void this.#open()
  }

  disconnectedCallback(): void {
    // A move takes it out and puts it in again within one task.
    setTimeout(() => {
      if (!this.isConnected) this.#close()
    })
  }

  attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    if (old === value) return
    if (name === 'token-url') this.#dropEarly()
    this.#mounted?.changed(name)
  }

  /** Asks again, now: after the reader signed in to the EMR again, or when the host changed the chart. */
  async refresh(): Promise<void> {
    await this.#mounted?.refresh()
  }

  async #open(): Promise<void> {
    this.#isOpen = true
    this.#wait()
    const isSpanish = languageOf(this).startsWith('es')
    try {
      // The token goes first: most is asked one after the other from there on.
      this.#askEarly()
      const loading = loadAccess()
      loadAhead(isSpanish ? 'es' : 'en')
      const { mountAccess } = await loading
      if (!this.#isOpen) return
      this.#mounted ??= mountAccess({
        host: this,
        root: this.#root,
        origin: this.#origin,
        asker: () => this.#asker(),
        isTokenFor,
        early: (patient) => (this.#early?.patient === patient ? this.#early.answers : null),
      })
    } catch {
      if (this.#isOpen) this.#sayNotLoaded(isSpanish)
    }
  }

  #askEarly(): void {
    const patient = this.getAttribute('patient')
    this.#dropEarly()
    if (!patient || !this.#asker()) return
    const token = this.#ask(patient)
    // Whoever takes it hears what became of it.
    token.catch(() => {})
    this.#early = { patient, token, answers: askFirst(this.#origin, patient, token, this.#earlyEnd) }
  }

  #dropEarly(): void {
    this.#earlyEnd.abort()
    this.#earlyEnd = new AbortController()
    this.#early = null
  }

  /** How the host is asked; null when the page does not say. */
  #asker(): ((patient: string) => Promise<unknown>) | null {
    if (!this.#provider && !this.#tokenUrl) return null
    return async (patient) => {
      const early = this.#early
      this.#early = null
      return early?.patient === patient ? early.token : this.#ask(patient)
    }
  }

  async #ask(patient: string): Promise<unknown> {
    if (this.#provider) return this.#provider(patient)
    const url = this.#tokenUrl
    if (!url) return null
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const body = JSON.stringify({ patient })
    const how = { credentials: 'same-origin', cache: 'no-store', redirect: 'manual' } as const
    // No network is no sign that the reader is signed out.
    return fetch(url, { method: 'POST', headers, body, ...how }).catch(() => Response.error())
  }

  /** Where this file came from: the service. */
  get #origin(): string {
    return new URL(import.meta.url).origin
  }

  /** The patient's id goes to the host's own backend alone. */
  get #tokenUrl(): URL | null {
    const written = this.getAttribute('token-url')
    const url = written && URL.canParse(written, document.baseURI) ? new URL(written, document.baseURI) : null
    return url?.origin === location.origin ? url : null
  }

  #close(): void {
    this.#isOpen = false
    this.#mounted?.end()
    this.#mounted = null
    this.#dropEarly()
    this.#root.replaceChildren()
  }

  /** Keeps the place, so that nothing below it moves. */
  #wait(): void {
    const ghost = document.createElement('div')
    ghost.className = 'waiting'
    ghost.ariaBusy = 'true'
    this.#root.replaceChildren(ghost)
  }

  /** The words come with what did not come: these are all that is known here. */
  #sayNotLoaded(isSpanish: boolean): void {
    const text = document.createElement('p')
    text.setAttribute('role', 'alert')
    text.textContent = isSpanish ? 'El portal del paciente no se cargó. ' : 'Patient portal did not load. '
    const again = document.createElement('button')
    again.type = 'button'
    again.textContent = isSpanish ? 'Intentar de nuevo' : 'Try again'
    again.addEventListener('click', () => void this.#open())
    const box = document.createElement('div')
    box.className = 'waiting'
    box.lang = isSpanish ? 'es' : 'en'
    box.dir = 'ltr'
    box.append(text, again)
    this.#root.replaceChildren(box)
  }
}

const languageOf = (element: Element): string =>
  element.closest('[lang]')?.getAttribute('lang') || navigator.language

let shared: CSSStyleSheet | undefined
/** One for all cards. A constructed sheet needs no word in the host's style-src. */
function sheet(): CSSStyleSheet {
  if (shared) return shared
  shared = new CSSStyleSheet()
  shared.replaceSync(
    ':host{display:block;contain:layout style}:host([hidden]){display:none}' +
      '.waiting{box-sizing:border-box;min-block-size:24rem;border:1px solid #8885;border-radius:18px}' +
      '@media print{.waiting{display:none}}',
  )
  return shared
}

// A second copy on the page, of whatever version, leaves the first alone.
if (!customElements.get('portico-access')) customElements.define('portico-access', PorticoAccess)

declare global {
  interface HTMLElementTagNameMap {
    'portico-access': PorticoAccess
  }
}
