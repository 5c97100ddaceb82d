import { escapeHtml } from '../mail/escape-html.ts'
import type { Language } from '../practices/schema.ts'
import type { MailPart } from './letter-words.ts'

type MailToLayOut = {
  language: Language
  subject: string
  /** Whom the mail is from, above everything else. */
  from: string
  parts: MailPart[]
  footer: string[]
}

/**
 * The two bodies of a mail, with the same words: plain text, and HTML that mail programs of every age understand
 * (a table, styles on the elements, no picture). What came from a chart or a setting is text, never markup.
 */
export const layOut = (mail: MailToLayOut): { text: string; html: string } => ({
  text: `${[...mail.parts.map(partText), mail.footer.join('\n')].join('\n\n')}\n`,
  html: page(mail),
})

function partText(part: MailPart): string {
  if (typeof part === 'string') return part
  if ('link' in part) return `${part.label}:\n${part.link}`
  return part.facts.map(({ label, value }) => `${label}: ${value}`).join('\n')
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const PARAGRAPH = 'margin:0 0 18px;font-size:18px;line-height:1.5'

/** Colours for mail programs that turn dark by themselves and ask for ours; the others keep black on white. */
const DARK = `@media (prefers-color-scheme:dark){
.ground{background:#10191b!important}
.sheet{background:#18262a!important;color:#f0f4f4!important}
.quiet{color:#b9c6c8!important}
.facts{border-color:#5b7075!important}
.link{color:#8fd6e1!important}
}`

const page = ({ language, subject, from, parts, footer }: MailToLayOut) => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${DARK}</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#f5f4ef">
<table class="ground" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f5f4ef">
<tr><td align="center" style="padding:24px 12px">
<table class="sheet" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;color:#16211f;border-radius:18px">
<tr><td style="padding:32px 28px;${FONT};text-align:start">
<h1 style="margin:0 0 24px;font-size:20px;line-height:1.3;font-weight:700">${escapeHtml(from)}</h1>
${parts.map(partHtml).join('\n')}
<p class="quiet" style="margin:28px 0 0;font-size:16px;line-height:1.5;color:#46555a">${footer.map(escapeHtml).join('<br>')}</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`

function partHtml(part: MailPart): string {
  if (typeof part === 'string') return `<p style="${PARAGRAPH}">${escapeHtml(part)}</p>`
  return 'link' in part ? button(part.label, part.link) : factsTable(part.facts)
}

/** A button that is one in every mail program: a coloured cell; and under it the address, for those who copy it. */
function button(label: string, link: string): string {
  const href = escapeHtml(link)
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:6px 0 14px"><tr><td bgcolor="#0b5a66" style="border-radius:10px;background:#0b5a66">
<a href="${href}" style="display:inline-block;padding:14px 26px;${FONT};font-size:18px;line-height:1.3;font-weight:700;color:#ffffff;text-decoration:none;border-radius:10px">${escapeHtml(label)}</a>
</td></tr></table>
<p style="margin:0 0 22px;font-size:16px;line-height:1.5;word-break:break-all"><a class="link" href="${href}" style="color:#0b5a66">${href}</a></p>`
}

const factsTable = (facts: { label: string; value: string }[]) =>
  `<table class="facts" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:6px 0 20px;border:2px solid #46555a;border-radius:12px">
${facts
  .map(
    ({ label, value }) => `<tr><td style="padding:12px 18px;${FONT};font-size:16px;line-height:1.4">
<span class="quiet" style="color:#46555a">${escapeHtml(label)}</span><br>
<strong style="font-family:ui-monospace,Menlo,Consolas,'Courier New',monospace;font-size:21px;overflow-wrap:anywhere">${escapeHtml(value)}</strong></td></tr>`,
  )
  .join('\n')}
</table>`
