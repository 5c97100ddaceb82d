import { html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Permission } from '../../src/staff/schema.ts'
import type { AdminWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import { sheets } from '../ui/sheets.ts'
import navCss from './staff-nav.css?inline'
import { PAGE_NAMES } from './staff-page-parts.ts'
import { ADMIN_PAGES, mayOpen, type StaffPage } from './staff-route.ts'

/** The pages that a reader may open, beside the patient's card; nothing where that is the card alone. */
@customElement('portico-staff-nav')
export class PorticoStaffNav extends LitElement {
  static override styles = sheets(base, navCss)

  @property({ attribute: false }) words!: AdminWords
  /** Where the app of this launch lives. */
  @property({ attribute: false }) base = ''
  @property({ attribute: false }) permissions: readonly Permission[] = []
  @property({ attribute: false }) current: StaffPage = 'patient'

  override render() {
    const { words, base } = this
    const pages = ADMIN_PAGES.filter((page) => mayOpen(page, this.permissions))
    if (pages.length === 0) return nothing
    return html`<nav class="tabs" aria-label=${words.msg('nav.label')}>
      ${(['patient', ...pages] as const).map(
        (page) =>
          html`<a
            href=${page === 'patient' ? base : base + page}
            aria-current=${page === this.current ? 'page' : nothing}
            >${words.msg(PAGE_NAMES[page])}</a
          >`,
      )}
    </nav>`
  }

  /** On a phone the row may be longer than the screen: the page that is open is in sight. */
  protected override updated(): void {
    this.renderRoot.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-staff-nav': PorticoStaffNav
  }
}
