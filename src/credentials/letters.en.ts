import type { Welcome } from './letters.ts'
import { toHtml } from './letter-html.ts'

export const welcomeEn: Welcome = ({ practiceName, portalUrl, phone, firstName }) => {
  const call = phone ? ` Call us at ${phone}.` : ' Call us.'
  const lines = [
    `Hello ${firstName},`,
    `Your patient portal at ${practiceName} is open. Sign in any time at ${portalUrl}`,
    `Was this not you?${call} We will close it at once.`,
  ]
  return {
    subject: `Your patient portal at ${practiceName} is open`,
    text: `${lines.join('\n\n')}\n`,
    html: toHtml('en', lines),
  }
}
