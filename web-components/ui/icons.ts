import { html } from 'lit'

/** 24 grid, 1.75 stroke; always beside a word, so hidden from assistive technology. */
export const icon = (path: string) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`

export const alertIcon = () => icon('M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.2')
export const checkIcon = () => icon('m5 12.5 4.5 4.5L19 7.5')

/** The doorway: our one ornament, in front of the practice's name. */
export const arch = () =>
  html`<svg class="arch" viewBox="0 0 30 34" aria-hidden="true">
    <path
      fill="currentColor"
      d="M15 0a15 15 0 0 0-15 15v16a3 3 0 0 0 3 3h5V16a7 7 0 0 1 14 0v18h5a3 3 0 0 0 3-3V15A15 15 0 0 0 15 0z"
    ></path>
  </svg>`
