import { html, nothing, render } from 'lit'
import type { PracticeView } from '../../src/practices/schema.ts'
import '../access/access-card.ts'
import type { PorticoAccessCard } from '../access/access-card.ts'
import { createRetry } from '../access/retry.ts'
import { type Refusal, toRefusal } from '../client.ts'
import type { RefusalWords } from '../i18n/refusals.ts'
import { mendsItself } from '../i18n/refusal-kinds.ts'
import { loadStaffWords } from '../i18n/staff-words.ts'
import type { StaffWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import { watchConnection } from '../ui/connection.ts'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import tokens from '../ui/tokens.css?inline'
import embedCss from './embed.css?inline'
import type { FirstAnswers } from './first-questions.ts'
import type { isTokenFor } from './host-token.ts'
import { languageFor, watchLanguage } from './language.ts'
import { createSkin } from './skin.ts'
import { openVisit, type Visit } from './visit.ts'
import type { WhyNone } from './why-none.ts'

/** What the element hands over when its larger half has come. */
export type MountOptions = {
  host: HTMLElement
  root: ShadowRoot
  /** Where embed.js came from: the service. */
  origin: string
  /** Asks the host for a token; null where the page says no way to. */
  asker: () => ((patient: string) => Promise<unknown>) | null
  isTokenFor: typeof isTokenFor
  /** Answers about this patient that were asked for before this code was here; none once a token was taken. */
  early: (patient: string) => Promise<FirstAnswers> | null
}

/** What the larger half does for the element from then on. */
export type Mounted = {
  /** An attribute of this name, or the way to a token, is another now. */
  changed: (name: string) => void
  /** It stands elsewhere in the page. */
  moved: () => void
  refresh: () => Promise<void>
  /** It is gone from the page: nothing runs on. */
  end: () => void
}

/** What is on the screen: a card, or why there is none. */
type View =
  | { kind: 'waiting' }
  | { kind: 'card'; visit: Visit; words: StaffWords }
  | { kind: 'said'; said: RefusalWords; words: StaffWords }

/** The practice's own time zone and languages come with the practice; what is said before needs none. */
const NO_PRACTICE = { timeZone: 'UTC', languages: ['en', 'es'] } as const

/** Draws the card of one `<portico-access>` into its shadow root, and keeps it going. */
export function mountAccess(options: MountOptions): Mounted {
  const mounted = new MountedCard(options)
  void mounted.open()
  return mounted
}

class MountedCard implements Mounted {
  private view: View = { kind: 'waiting' }
  /** The first card was shown: nothing has to be kept free for it any more. */
  private isReady = false
  private isReopening = false
  private readonly options: MountOptions
  private readonly frame = document.createElement('div')
  private readonly skin: ReturnType<typeof createSkin>
  /** Ends with what is asked for this patient. */
  private visiting = new AbortController()
  /** Ends with this place in the page. */
  private around = new AbortController()
  private readonly gone = new AbortController()

  constructor(options: MountOptions) {
    this.options = options
    const { root, host } = options
    const ours = SHEETS.filter((sheet) => !root.adoptedStyleSheets.includes(sheet))
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...ours]
    this.skin = createSkin(host, root)
    this.lookAround()
    watchConnection(() => this.draw(), this.gone.signal)
  }

  /** Everything anew, for the patient that the element names now. */
  async open(): Promise<void> {
    this.visiting.abort()
    this.visiting = new AbortController()
    const { signal } = this.visiting
    const patient = this.attribute('patient')
    const ask = this.options.asker()
    // At first the place is kept already.
    if (this.frame.isConnected) this.show({ kind: 'waiting' })
    // Made ready while only answers are waited for; if it does not come, it is asked for where it is needed.
    this.loadWords(NO_PRACTICE).catch(() => {})
    try {
      if (!patient || !ask) return await this.say('not-set-up', patient)
      const visit = await openVisit({ ...this.options, patient, ask: () => ask(patient), signal })
      const { practice, permissions } = visit.context
      if (!permissions.includes('access.read')) return await this.say('may-not-see', patient)
      const [words] = await Promise.all([this.loadWords(practice), soon(visit.answered)])
      if (!signal.aborted) this.show({ kind: 'card', visit, words })
    } catch (error) {
      if (!signal.aborted) await this.refuse(toRefusal(error), signal)
    }
  }

  changed(name: string): void {
    if (name === 'lang') return void this.speak()
    // Another way to a token is taken from the next one on: a card that is there stays.
    const isAnotherCard = name === 'patient' || (name === 'token-url' && this.view.kind !== 'card')
    if (!isAnotherCard) return this.draw()
    if (this.isReopening) return
    // A page that sets several says one thing by them.
    this.isReopening = true
    queueMicrotask(() => {
      this.isReopening = false
      if (!this.gone.signal.aborted) void this.open()
    })
  }

  moved(): void {
    this.lookAround()
    this.skin.moved()
    this.draw()
    void this.speak()
    // Out of the page and in again, a question is on the screen but not over it any more.
    const asked = this.shown?.shadowRoot?.querySelector('.question')?.shadowRoot?.querySelector('dialog')
    if (!asked?.open || asked.matches(':modal')) return
    asked.removeAttribute('open')
    asked.showModal()
  }

  async refresh(): Promise<void> {
    await (this.isReady ? this.shown?.refresh() : this.open())
  }

  end(): void {
    for (const part of [this.visiting, this.around, this.gone]) part.abort()
    this.skin.end()
    this.frame.remove()
  }

  private attribute(name: string): string {
    return this.options.host.getAttribute(name) ?? ''
  }

  private get shown(): PorticoAccessCard | null {
    return this.frame.querySelector('portico-access-card')
  }

  private lookAround(): void {
    this.around.abort()
    this.around = new AbortController()
    watchLanguage(this.options.host, () => void this.speak(), this.around.signal)
  }

  private loadWords({
    languages,
    timeZone,
  }: Pick<PracticeView, 'languages' | 'timeZone'> | typeof NO_PRACTICE) {
    return loadStaffWords(languageFor(this.options.host, languages), timeZone)
  }

  /** In the language of the page as it is now; what is typed stays. */
  private async speak(): Promise<void> {
    const { view } = this
    if (view.kind === 'waiting') return
    if (view.kind === 'said') return this.open()
    const words = await this.loadWords(view.visit.context.practice).catch(() => view.words)
    if (this.view !== view || words.language === view.words.language) return
    this.view = { ...view, words }
    this.draw()
  }

  private async say(why: WhyNone, patient: string): Promise<void> {
    const { signal } = this.visiting
    if (why === 'not-set-up')
      console.error(`<portico-access>: set ${patient ? 'tokenProvider or a token-url here' : 'patient'}`)
    const [words, { whyNone }] = await Promise.all([this.loadWords(NO_PRACTICE), import('./why-none.ts')])
    const said = await whyNone(why, words)
    if (!signal.aborted) this.show({ kind: 'said', said, words })
  }

  private async refuse(refusal: Refusal, signal: AbortSignal): Promise<void> {
    const words = await this.loadWords(NO_PRACTICE)
    const said = await import('./why-none.ts').then(
      ({ firstRefusal }) => firstRefusal(words, refusal),
      () => ({ title: words.msg('refused.offline'), text: words.msg('refused.offlineText') }),
    )
    if (signal.aborted) return
    this.show({ kind: 'said', said, words })
    if (mendsItself(refusal)) createRetry(() => void this.open(), signal).schedule()
  }

  private show(view: View): void {
    this.view = view
    this.isReady = false
    this.draw()
  }

  private draw(): void {
    if (this.gone.signal.aborted) return
    if (!this.frame.isConnected) this.options.root.replaceChildren(this.frame)
    render(this.renderView(this.view), this.frame)
    const dressed = this.frame.querySelector<HTMLElement>('portico-access-card, .alone')
    if (dressed) this.skin.put(dressed)
  }

  private renderView(view: View) {
    if (view.kind === 'waiting') return html`<div class="waiting" aria-busy="true"></div>`
    if (view.kind === 'card') return this.renderCard(view.visit, view.words)
    const { words, said } = view
    const again = html`<button class="button" type="button" @click=${() => void this.open()}>
      ${words.msg('app.tryAgain')}
    </button>`
    const all = html`<div class="words" role="status">
      <p><strong>${said.title}</strong></p>
      <p>${said.text}</p>
    </div>`
    return html`<section class="card alone" part="card" lang=${words.language} dir="ltr">
      ${notice({ mood: 'warn', more: all, actions: again })}
    </section>`
  }

  private renderCard({ client, patient, context }: Visit, words: StaffWords) {
    return html`<div class=${this.isReady ? nothing : 'hold'} lang=${words.language} dir="ltr">
      <portico-access-card
        exportparts="card, head, title, status, headline, notice, foot"
        .client=${client}
        .words=${words}
        .patient=${patient}
        .liveKey=${context.liveKey}
        .intent=${this.attribute('intent') || null}
        .headingLevel=${headingLevel(this.attribute('heading-level'))}
        .launchUrl=${pageAddress(this.attribute('launch-url'))}
        .offline=${!navigator.onLine}
        @portico-ready=${this.afterFirst}
        @portico-access-changed=${this.passOn}
        @portico-access-saved=${this.passOn}
        @portico-invited=${this.passOn}
      ></portico-access-card>
    </div>`
  }

  private readonly afterFirst = (event: CustomEvent) => {
    if (event.currentTarget === this.shown) {
      this.isReady = true
      this.draw()
    }
    this.passOn(event)
  }

  /** What was done for a patient is said also when the page shows another by then; where that one stood is not. */
  private readonly passOn = (event: CustomEvent) => {
    const { type, detail, currentTarget } = event
    event.stopPropagation()
    if (currentTarget !== this.shown && !DONE.includes(type)) return
    this.options.host.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }))
  }
}

/** An answer that takes longer than this is waited for on the card, which says so. */
const PATIENCE_MS = 200

/** The card is drawn once, whole, where its answer comes about when all else does. */
const soon = (answered: Promise<unknown>) =>
  Promise.race([answered, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])

const SHEETS = sheets(tokens, base, button, card, noticeCss, embedCss).flatMap(
  ({ styleSheet }) => styleSheet ?? [],
)

/** Events that say that something was done, wherever the page is by now. */
const DONE: readonly string[] = ['portico-invited', 'portico-access-saved']

const headingLevel = (written: string): number => (/^[1-6]$/.test(written) ? Number(written) : 2)

/** Only an address that opens a page: what the host writes into an attribute must not run as a script. */
function pageAddress(written: string): string {
  if (!written || !URL.canParse(written, document.baseURI)) return ''
  const { protocol, href } = new URL(written, document.baseURI)
  return /^https?:$/.test(protocol) ? href : ''
}
