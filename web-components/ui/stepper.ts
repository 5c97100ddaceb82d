import { html, nothing } from 'lit'
import type { PatientWords } from '../i18n/words.ts'

/** Bars for the eye, "Step 2 of 3" in text for everyone. */
export const stepper = (words: PatientWords, step: number, total: number) =>
  html`<ol class="steps" aria-hidden="true">
      ${Array.from(
        { length: total },
        (_, index) =>
          html`<li
            class=${index < step - 1 ? 'done' : ''}
            aria-current=${index === step - 1 ? 'step' : nothing}
          ></li>`,
      )}
    </ol>
    <p class="soft">${words.msg('steps.position', { step, total })}</p>`
