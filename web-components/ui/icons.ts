import { html } from 'lit'

/** 24 grid, 1.75 stroke; always beside a word, so hidden from assistive technology. */
const icon = (path: string) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`

export const alertIcon = () => icon('M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.2')
export const checkIcon = () => icon('m5 12.5 4.5 4.5L19 7.5')
export const clockIcon = () => icon('M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7v5.5l3.5 2')
export const downIcon = () => icon('m6 9.5 6 6 6-6')
export const pauseIcon = () => icon('M8.5 5v14M15.5 5v14')
export const keyIcon = () =>
  icon('M3.5 15.5a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0m7.8-3.3 8.2-8.2M16 7.5l2.8 2.8')
export const eyeIcon = () =>
  icon('M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0')
export const eyeOffIcon = () =>
  icon(
    'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M4 20 20 4',
  )
export const plusIcon = () => icon('M12 6v12M6 12h12')
export const phoneIcon = () =>
  icon(
    'M7 3.5h3l1.5 4.5L9 10a11 11 0 0 0 5 5l2-2.5 4.5 1.5v3a3 3 0 0 1-3.2 3C10.5 19.5 4.5 13.5 4 6.7A3 3 0 0 1 7 3.5z',
  )
export const printerIcon = () =>
  icon('M7 8V3.5h10V8M7 17H4.5v-6a3 3 0 0 1 3-3h9a3 3 0 0 1 3 3v6H17M7 14h10v6.5H7z')
export const calendarIcon = () =>
  icon('M6.5 5h11a3 3 0 0 1 3 3v9.5a3 3 0 0 1-3 3h-11a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3zM3.5 10h17M8 3v4M16 3v4')

/** The doorway: our one ornament, in front of the practice's name. */
export const arch = () =>
  html`<svg class="arch" viewBox="0 0 30 34" aria-hidden="true">
    <path
      fill="currentColor"
      d="M15 0a15 15 0 0 0-15 15v16a3 3 0 0 0 3 3h5V16a7 7 0 0 1 14 0v18h5a3 3 0 0 0 3-3V15A15 15 0 0 0 15 0z"
    ></path>
  </svg>`
