import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { PracticeView } from '../../src/practices/schema.ts'
import type { Home, Profile } from '../../src/profile/schema.ts'
import { type Client, type Refusal, type RefusalCode, toRefusal } from '../client.ts'
import { patientRefusal } from '../i18n/patient-refusals.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import { checkIcon } from '../ui/icons.ts'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { namePage } from '../ui/page-title.ts'
import { spacedAccountId } from '../ui/practice-parts.ts'
import { sheets } from '../ui/sheets.ts'
import homeCss from './home.css?inline'

/** Refusals that end this page, and what the shell hears. */
const LEADS_AWAY: Partial<Record<RefusalCode, string>> = {
  'signed-out': 'portico-session-ended',
  'password-due': 'portico-session-changed',
}

/**
 * The patient's first screen: a greeting, what is to do, and what the practice has on file, read live.
 *
 * @fires portico-session-ended - the service no longer knows the session.
 * @fires portico-session-changed - another tab has signed in with a temporary password.
 */
@customElement('portico-home')
export class PorticoHome extends LitElement {
  static override styles = sheets(base, button, card, noticeCss, homeCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: PatientWords
  @property({ attribute: false }) practice!: PracticeView
  /** True for the first page of a visit: focus stays where the browser put it. */
  @property({ attribute: false }) arriving = true

  @state() private home: Home | null = null
  @state() private refusal: Refusal | null = null
  @state() private loading = false

  override connectedCallback(): void {
    super.connectedCallback()
    void this.load()
  }

  override render() {
    const { words, home } = this
    return html`<h1 tabindex="-1">${greeting(words, this.client.now(), home?.firstName)}</h1>
      <div class="cols">
        <section class="card state">
          <span class="tile">${checkIcon()}</span>
          <h2>${words.msg('home.nothing')}</h2>
          <p class="soft">${words.msg('home.nothingText')}</p>
        </section>
        <section class="card" aria-labelledby="details" aria-busy=${this.loading}>
          <h2 id="details">${words.msg('home.details')}</h2>
          ${this.renderDetails()}
        </section>
      </div>`
  }

  protected override firstUpdated(changed: PropertyValues<this>): void {
    super.firstUpdated(changed)
    namePage(this.renderRoot, this.practice.name, this.arriving)
  }

  protected override updated(): void {
    document.title = `${this.words.msg('home.title')} · ${this.practice.name}`
  }

  private renderDetails() {
    const { words, home, refusal } = this
    if (refusal) return notice({ mood: 'warn', ...patientRefusal(words, refusal), actions: this.again() })
    if (!home)
      return html`<p class="hidden-visually" role="status">${words.msg('app.loading')}</p>
        ${GHOSTS}`
    return html`${this.renderChart(home)}
      <dl class="facts">
        ${home.profile ? profileFacts(words, home.profile) : nothing}
        ${fact(words, 'home.username', withPurpose(words, home.username, 'home.usernameFor'))}
        ${fact(
          words,
          'home.accountId',
          withPurpose(
            words,
            html`<span class="num nowrap">${spacedAccountId(home.accountId)}</span>`,
            'home.accountIdFor',
          ),
        )}
      </dl>
      ${home.profile ? html`<p class="small soft">${words.msg('home.wrong')}</p>` : nothing}`
  }

  private renderChart(home: Home) {
    const { words } = this
    if (home.chart === 'unavailable')
      return notice({
        mood: 'warn',
        title: words.msg('refused.records'),
        text: words.msg('home.unavailableText'),
        actions: this.again(),
      })
    if (home.chart === 'not-offered')
      return notice({
        mood: 'info',
        title: words.msg('home.notOffered'),
        text: words.msg('home.notOfferedText'),
      })
    return nothing
  }

  private again() {
    return html`<button class="button" type="button" aria-busy=${this.loading} @click=${this.load}>
      ${this.words.msg('app.tryAgain')}
    </button>`
  }

  private readonly load = async () => {
    if (this.loading) return
    this.loading = true
    try {
      this.home = await this.client.readHome()
      this.refusal = null
    } catch (error) {
      this.refuse(toRefusal(error))
    } finally {
      this.loading = false
    }
  }

  private refuse(refusal: Refusal): void {
    const event = LEADS_AWAY[refusal.code]
    if (event === undefined) {
      this.refusal = refusal
      return
    }
    this.home = null
    this.dispatchEvent(new CustomEvent(event, { bubbles: true, composed: true }))
  }
}

const GHOSTS = Array.from({ length: 5 }, () => html`<p class="ghost"></p>`)

/** "Good morning, Maria" by the practice's clock; without the name until it is known. */
function greeting(words: PatientWords, now: number, firstName: string | undefined): string {
  const hour = words.hour(now)
  const id: PatientId = hour < 12 ? 'home.morning' : hour < 18 ? 'home.afternoon' : 'home.evening'
  return firstName === undefined
    ? words.msg(id)
    : words.msg('home.hello', { greeting: words.msg(id), name: firstName })
}

function profileFacts(words: PatientWords, profile: Profile) {
  const { name, birthDate, phones, emails, address, language } = profile
  return [
    fact(words, 'home.name', name),
    birthDate ? fact(words, 'home.birthDate', words.birthDate(birthDate)) : nothing,
    fact(words, 'home.phones', lines(phones.map((phone) => spokenPhone(words, phone)))),
    fact(words, 'home.emails', lines(emails)),
    fact(words, 'home.address', lines(address)),
    language ? fact(words, 'home.language', words.languageName(language)) : nothing,
  ]
}

/** One line of the card; what the practice does not have is said, not left out. */
const fact = (words: PatientWords, label: PatientId, value: unknown) =>
  html`<div>
    <dt>${words.msg(label)}</dt>
    <dd>${value === null ? words.msg('home.none') : value}</dd>
  </div>`

/** What is good to know about a value, below it. */
const withPurpose = (words: PatientWords, value: unknown, purpose: PatientId) =>
  html`${value}<span class="purpose small soft">${words.msg(purpose)}</span>`

const lines = (texts: readonly unknown[]) =>
  texts.length === 0 ? null : texts.map((text) => html`<span class="line">${text}</span>`)

const PHONE_USES: Record<string, PatientId> = {
  home: 'home.phoneHome',
  mobile: 'home.phoneMobile',
  work: 'home.phoneWork',
}

function spokenPhone(words: PatientWords, phone: Profile['phones'][number]) {
  const use = PHONE_USES[phone.use ?? '']
  return html`<span class="num nowrap">${phone.value}</span
    >${use ? html` <span class="soft use">${words.msg(use)}</span>` : nothing}`
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-home': PorticoHome
  }
}
