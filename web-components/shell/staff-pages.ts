import { html, LitElement, type TemplateResult } from 'lit'
import type { Language, PracticeView } from '../../src/practices/schema.ts'
import type { LaunchView } from '../../src/staff/schema.ts'
import { Refusal } from '../client.ts'
import { loadAdminWords } from '../i18n/admin-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { clickedLink } from './clicked-link.ts'
import { askToLeave } from './leave-question.ts'
import { launchOf } from './staff-address.ts'
import './staff-nav.ts'
import type { PorticoStaff } from './staff.ts'
import { adminPage, noPage, PAGE_ELEMENTS, PAGE_NAMES } from './staff-page-parts.ts'
import { isAdminPage, mayOpen, readStaffPage, type StaffPage } from './staff-route.ts'

/**
 * The pages beside the patient's card, for those who may open any: which one the address names, its element, and the
 * way from one to the other. Fetched only for them, so that the card is there as fast for everybody.
 */
export class StaffPages {
  page: StaffPage = 'patient'
  /** False while the page that the address names is still being fetched. */
  private ready = true
  private words!: AdminWords
  /** There is, or was, something to type into the EMR: the page for it stays. */
  private hasToDos = false
  private readonly app: PorticoStaff
  /** Where the page on the screen lives: Back has changed the address before anybody is asked. */
  private address = ''

  constructor(app: PorticoStaff, signal: AbortSignal) {
    this.app = app
    window.addEventListener('popstate', () => void this.goBack(), { signal })
    app.addEventListener('click', this.follow, { signal })
    app.addEventListener('portico-rights-changed', () => void this.readRights(), { signal })
    app.addEventListener(
      'portico-to-dos',
      (event) => this.countToDos((event as CustomEvent<number>).detail),
      {
        signal,
      },
    )
    app.addEventListener('portico-settings-saved', () => void this.readPractice(), { signal })
  }

  /** Fetches the words, then the page that the address names. */
  async open(language: Language, timeZone: string): Promise<void> {
    await this.speak(language, timeZone)
    await this.enter()
  }

  async speak(language: Language, timeZone: string): Promise<void> {
    this.words = await loadAdminWords(language, timeZone)
  }

  /** "Settings"; null on the card. */
  title(): string | null {
    return isAdminPage(this.page) ? this.words.msg(PAGE_NAMES[this.page]) : null
  }

  nav({ permissions, todos }: LaunchView): TemplateResult {
    this.hasToDos ||= todos > 0
    return html`<portico-staff-nav
      .words=${this.words}
      .base=${this.app.base}
      .permissions=${permissions}
      .toDos=${this.hasToDos ? todos : null}
      .current=${this.page}
    ></portico-staff-nav>`
  }

  /** What stands in the middle; null where that is the card. */
  main(launch: LaunchView, { name: practice }: PracticeView): TemplateResult | null {
    const { page, words, app } = this
    if (page === 'patient') return null
    if (!isAdminPage(page) || !mayOpen(page, launch.permissions)) return noPage(words, app.base, page)
    if (!this.ready) return html`<p role="status">${words.msg('app.loading')}</p>`
    const { client, openChart } = app
    return adminPage(page, { client, words, launch, practice, openChart })
  }

  /** Shows the page that the address names. */
  async enter(): Promise<void> {
    const page = readStaffPage(location)
    this.address = location.pathname
    this.page = page
    this.ready = !isAdminPage(page)
    this.app.requestUpdate()
    if (!isAdminPage(page) || !mayOpen(page, this.app.launch?.permissions ?? [])) return
    try {
      await PAGE_ELEMENTS[page]()
      if (this.page === page) this.ready = true
      this.app.requestUpdate()
    } catch {
      // A part of the app did not arrive: that is the network, as far as anybody here can tell.
      this.app.refusal = new Refusal('offline')
    }
  }

  private readonly follow = (event: MouseEvent): void => {
    const link = clickedLink(event)
    if (!link?.pathname.startsWith(this.app.base)) return
    event.preventDefault()
    void this.goTo(link)
  }

  /** A role was given, taken or changed, by this reader or by somebody else: other pages may be open to them now. */
  private async readRights(): Promise<void> {
    const { app } = this
    app.launch = await app.client.readLaunch(launchOf(location)).catch(() => app.launch)
  }

  private countToDos(todos: number): void {
    const { launch } = this.app
    if (launch) this.app.launch = { ...launch, todos }
  }

  /** Name, time zone and languages stand around every page. */
  private async readPractice(): Promise<void> {
    const { app } = this
    app.practice = await app.client.readPractice().catch(() => app.practice)
    await app.speak(this.words.language)
  }

  /** Asks where something typed would be lost. */
  async mayLeave(): Promise<boolean> {
    const root = this.app.renderRoot as ShadowRoot
    const count = pageIn(root)?.unsaved ?? 0
    return count === 0 || askToLeave(root, this.words, count)
  }

  private async goTo(address: URL): Promise<void> {
    if (address.pathname !== this.address && !(await this.mayLeave())) return
    history.pushState(null, '', address.pathname + address.hash)
    this.app.refusal = null
    await this.enter()
    await this.app.updateComplete
    window.scrollTo(0, 0)
    const page = pageIn(this.app.renderRoot)
    if (page instanceof LitElement) await page.updateComplete
    const heading = page?.shadowRoot?.querySelector('h1') ?? this.app.renderRoot.querySelector('h1')
    heading?.focus({ preventScroll: true })
  }

  /** Back and Forward. What is not saved asks first, with the address put back meanwhile. */
  private async goBack(): Promise<void> {
    const target = new URL(location.href)
    if (target.pathname === this.address) return
    if ((pageIn(this.app.renderRoot)?.unsaved ?? 0) === 0) return this.enter()
    history.pushState(null, '', this.address)
    await this.goTo(target)
  }
}

/** The page on the screen; it may say how many changes would be lost by leaving it. */
const pageIn = (root: ParentNode) => root.querySelector<HTMLElement & { unsaved?: number }>('[data-page]')
