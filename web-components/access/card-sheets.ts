import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import notice from '../ui/notice.css?inline'
import readiness from '../ui/readiness.css?inline'
import { sheets } from '../ui/sheets.ts'
import access from './access.css?inline'

/** What the card is drawn with. */
export const cardSheets = sheets(base, button, card, notice, readiness, access)
