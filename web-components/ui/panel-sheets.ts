import base from './base.css?inline'
import button from './button.css?inline'
import field from './field.css?inline'
import frame from './frame.css?inline'
import notice from './notice.css?inline'
import panel from './panel.css?inline'
import { sheets } from './sheets.ts'

/** What a form in the middle of a page is drawn with: sign-in, activation. */
export const panelSheets = sheets(base, button, field, notice, frame, panel)
