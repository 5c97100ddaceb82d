import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { Logo } from '../../src/settings/schema.ts'
import type { AdminWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import { fieldError } from '../ui/field.ts'
import field from '../ui/field.css?inline'
import { sheets } from '../ui/sheets.ts'
import logoCss from './logo-field.css?inline'
import { type PictureFault, shrinkPicture } from './shrink-picture.ts'

/**
 * The practice's picture: choose one, see it, take it away.
 *
 * @fires portico-logo-chosen - `detail` is the Logo, small enough to save, or null.
 */
@customElement('portico-logo-field')
export class PorticoLogoField extends LitElement {
  static override styles = sheets(base, button, field, logoCss)

  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) logo: Logo | null = null
  @state() private fault: PictureFault | null = null
  @state() private working = false

  override render() {
    const { words, logo, fault } = this
    const said = fault && words.msg(fault === 'wrong-type' ? 'logo.wrongType' : 'logo.unreadable')
    return html`<div
      class="field"
      role="group"
      aria-labelledby="name"
      aria-describedby=${said ? 'hint logo-error' : 'hint'}
    >
      <p class="label" id="name">${words.msg('setting.logo')}</p>
      <p class="hint" id="hint">${words.msg('hint.logo')}</p>
      ${
        logo
          ? html`<p class="shown">
              <img src="data:${logo.mediaType};base64,${logo.data}" alt=${words.msg('logo.alt')} />
            </p>`
          : nothing
      }
      <div class="actions">
        <label class="button" aria-busy=${this.working}
          ><input
            class="hidden-visually"
            type="file"
            accept="image/png,image/jpeg"
            @change=${this.choose}
          />${words.msg(this.working ? 'logo.working' : logo ? 'logo.replace' : 'logo.choose')}</label
        >
        ${
          logo
            ? html`<button class="button quiet" type="button" @click=${() => this.tell(null)}>
                ${words.msg('logo.remove')}
              </button>`
            : nothing
        }
      </div>
      ${fieldError('logo', said)}
    </div>`
  }

  private readonly choose = async (event: Event) => {
    const input = event.target as HTMLInputElement
    const [file] = input.files ?? []
    // The same file may be chosen again after it was removed.
    input.value = ''
    if (!file) return
    this.working = true
    const logo = await shrinkPicture(file)
    this.working = false
    if ('fault' in logo) this.fault = logo.fault
    else this.tell(logo)
  }

  private tell(logo: Logo | null): void {
    this.fault = null
    this.dispatchEvent(new CustomEvent('portico-logo-chosen', { detail: logo }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-logo-field': PorticoLogoField
  }
}
