import adminPage from '../ui/admin-page.css?inline'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import dialog from '../ui/dialog.css?inline'
import field from '../ui/field.css?inline'
import form from '../ui/form.css?inline'
import list from '../ui/list.css?inline'
import notice from '../ui/notice.css?inline'
import { sheets } from '../ui/sheets.ts'
import people from './people.css?inline'
import stop from './stop-button.css?inline'

export const peopleSheets = sheets(base, button, card, list, notice, adminPage, people)
export const personSheets = sheets(base, button, card, field, form, people)
export const stopSheets = sheets(base, button, dialog, form, adminPage, stop)
export const roleSheets = sheets(base, button, card, dialog, field, form, notice, adminPage, people)
