import { css, html, LitElement } from 'lit'

const PATIENTS = [
  'walter-okafor',
  'maria-nunez',
  'piotr-lukasiewicz',
  'wang-xiaoming',
  'carmen-de-la-cruz',
  'suharti',
  'lena-hartmann',
  'luca-hartmann',
  'aiko-tanaka',
  'edith-larsen',
]

/** A host with a Lit of its own, and the card inside a shadow root: ten patients of a ward, one card each. */
class WardList extends LitElement {
  static override readonly styles = css`
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr));
      gap: 16px;
      align-items: start;
    }
  `

  override render() {
    return PATIENTS.map(
      (patient) =>
        html`<portico-access
          patient=${patient}
          token-url="/portico-token"
          density="compact"
        ></portico-access>`,
    )
  }
}

customElements.define('ward-list', WardList)
