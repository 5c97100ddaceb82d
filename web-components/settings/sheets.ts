import adminPage from '../ui/admin-page.css?inline'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import field from '../ui/field.css?inline'
import form from '../ui/form.css?inline'
import list from '../ui/list.css?inline'
import notice from '../ui/notice.css?inline'
import readiness from '../ui/readiness.css?inline'
import { sheets } from '../ui/sheets.ts'
import settings from './settings.css?inline'

export const settingsSheets = sheets(
  base,
  button,
  card,
  field,
  form,
  list,
  notice,
  readiness,
  adminPage,
  settings,
)
