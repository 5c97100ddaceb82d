import { type Markup, markup } from '../markup.ts'
import type { EmbedScript } from './portico.ts'

export type PorticoBox = {
  /** FHIR id. */
  patient: string
  /** Undefined while the portal does not answer. */
  script: EmbedScript | undefined
  tokenUrl: string
  launchUrl: string
}

/** The portal's card, which has a heading of its own, in a box of the chart, as a vendor of an EMR would put it there. */
export const porticoBox = (box: PorticoBox): Markup =>
  markup`<div class="box portal">
    ${
      box.script
        ? markup`<portico-access
            patient="${box.patient}"
            token-url="${box.tokenUrl}"
            launch-url="${box.launchUrl}"
            theme="auto"
            density="compact"
          ></portico-access>`
        : markup`<h2>Patient portal</h2>
            <p class="pad">The patient portal does not answer right now. Reload this page in a minute.</p>`
    }
  </div>`

/** The script that makes the card. */
export const porticoScript = ({ script }: PorticoBox): Markup | '' =>
  script
    ? markup`<script type="module" src="${script.src}" integrity="${script.integrity}" crossorigin></script>`
    : ''
