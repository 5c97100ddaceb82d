import { html } from 'lit'

/** One entry of a select. `.selected` and not the attribute: taking a choice back has to move what somebody chose. */
export const option = (value: string, label: string, current: string) =>
  html`<option .value=${value} .selected=${value === current}>${label}</option>`
